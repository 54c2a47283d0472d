import type { Sql, TransactionSql } from 'postgres';
import { neverRolledBackWhenBroken } from './brokenConnection.ts';

/** Longer ones are writes of large plans, hardly two alike; each connection would keep every one of them. */
const lengthMax = 8_000;

/**
 * Drizzle asks for no prepared statements, so each would be parsed and planned anew, in two round trips instead
 * of one. Where a pooler in front of Postgres cannot keep them, `?prepare=false` in the URL turns them off.
 */
export function preparing(client: Sql): Sql {
  const { begin } = client;
  const beginPreparing = (work: (tx: TransactionSql) => Promise<unknown>) =>
    begin((tx) => neverRolledBackWhenBroken(work(prepareStatements(tx))));
  return Object.assign(prepareStatements(client), { begin: beginPreparing as Sql['begin'] });
}

function prepareStatements<Client extends Sql | TransactionSql>(client: Client): Client {
  const unsafe: Sql['unsafe'] = client.unsafe;
  const prepared: Sql['unsafe'] = (text, parameters = [], options = {}) =>
    unsafe(text, parameters, { ...options, prepare: parameters.length > 0 && text.length <= lengthMax });
  return Object.assign(client, { unsafe: prepared });
}
