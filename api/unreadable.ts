import type { Duplex } from 'node:stream';
import { type ProblemCode, problems } from './problem.ts';

const codeOf = (error: NodeJS.ErrnoException): ProblemCode =>
  error.code === 'HPE_HEADER_OVERFLOW' ? 'HeadersTooLarge' : 'RequestMalformed';

/** Answers what never became a request: Node alone would send a bare status line. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const code = codeOf(error);
  const [status, reason] = problems[code];
  const body = JSON.stringify({
    '@type': 'Error',
    code,
    reason,
    message: 'the connection is closed',
    status: String(status),
  });
  const head = [
    `HTTP/1.1 ${status} Unreadable`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
