import { connect, createServer, type Socket } from 'node:net';
import { freePort } from '../../temporal-dev/ports.ts';

export interface TcpProxy {
  readonly address: string;
  /** From now on requests arrive, and nobody hears the answers. */
  swallowReplies(): void;
  /** Broken connections are closed, new ones work. */
  heal(): void;
  close(): Promise<void>;
}

/** Stands between a client and a server such as `127.0.0.1:7233`, for answers that get lost on the way. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [host = '', port] = target.split(':');
  const open = new Set<() => void>();
  let swallowing = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    const end = () => {
      client.destroy();
      upstream.destroy();
      open.delete(end);
    };
    open.add(end);
    client.on('data', (bytes) => upstream.write(bytes));
    upstream.on('data', (bytes) => swallowing || client.write(bytes));
    for (const socket of [client, upstream] as Socket[]) socket.on('error', end).on('close', end);
  });
  const ownPort = await freePort();
  await new Promise<void>((resolve) => server.listen(ownPort, '127.0.0.1', resolve));
  const endAll = () => {
    for (const end of [...open]) end();
  };
  return {
    address: `127.0.0.1:${ownPort}`,
    swallowReplies() {
      swallowing = true;
    },
    heal() {
      swallowing = false;
      endAll();
    },
    async close() {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
