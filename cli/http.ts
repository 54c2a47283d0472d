/** The command speaks HTTP and nothing else, so it can be run from anywhere. */
export const dialtoneUrl = (): string =>
  (process.env.DIALTONE_URL ?? 'http://localhost:8080').replace(/\/$/, '');
export const networkUrl = (): string =>
  (process.env.NETWORK_URL ?? 'http://localhost:8090').replace(/\/$/, '');

export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the shape is the server's; each command reads what it shows
  readonly body: any;
}

export async function call(url: string, body?: unknown): Promise<Answer> {
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const reply = await fetch(url, body === undefined ? {} : post).catch((error: Error) => {
    throw new Unreachable(
      `nothing answers at ${new URL(url).origin} (${reasonOf(error)}). Is Dialtone running? npm start`,
    );
  });
  const text = await reply.text();
  return { status: reply.status, body: text === '' ? null : parse(text, url) };
}

function parse(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Unreachable(`${url} did not answer with JSON. Is something else listening there?`);
  }
}

const reasonOf = (error: Error): string =>
  error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
