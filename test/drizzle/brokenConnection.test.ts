import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connectDatabase } from '../../drizzle/client.ts';
import { postgresUrl, withPostgres } from '../../temporal-dev/postgres.ts';

const welcome = Buffer.from([...[0x52, 0, 0, 0, 8, 0, 0, 0, 0], ...[0x5a, 0, 0, 0, 5, 0x49]]);

/** A Postgres that welcomes its first client and is gone for good with the client's first words after that. */
async function dyingPostgres(): Promise<string> {
  const server = createServer((socket) => {
    server.close();
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(welcome);
      socket.once('data', () => socket.end());
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return postgresUrl((server.address() as AddressInfo).port, 'dialtone');
}

let unheard: unknown[];
const hear = (error: unknown) => unheard.push(error);
beforeEach(() => {
  unheard = [];
  process.on('unhandledRejection', hear);
});
afterEach(() => {
  process.off('unhandledRejection', hear);
});

const viaRole = async (url: string): Promise<unknown> => {
  const { db, close } = connectDatabase({ url, pool: 1, statementTimeoutMs: 5_000, name: 'dying' });
  return db.execute(sql`select 1`).finally(close);
};
const viaTool = (url: string): Promise<unknown> => withPostgres(url, (client) => client`select 1`);

test.each([
  ['a role', viaRole],
  ['a tool', viaTool],
])(
  'a Postgres that dies as soon as %s is connected fails the statement, and nothing else',
  async (_, ask) => {
    const failed = await ask(await dyingPostgres()).catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    const { code } = ((failed as Error).cause ?? failed) as { code?: unknown };
    expect([code, unheard]).toEqual(['CONNECTION_CLOSED', []]);
  },
);
