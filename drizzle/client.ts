import { drizzle, type PostgresJsDatabase, type PostgresJsTransaction } from 'drizzle-orm/postgres-js';
import { type ExtractTablesWithRelations, sql } from 'drizzle-orm';
import postgres, { type PendingQuery, type Row, type TransactionSql } from 'postgres';
import { asksForNoTypes, longGreeting } from './brokenConnection.ts';
import { preparing } from './preparing.ts';
import * as schema from './schema.ts';

type Schema = typeof schema;
export type Database = PostgresJsDatabase<Schema>;
export type Tx = PostgresJsTransaction<Schema, ExtractTablesWithRelations<Schema>>;

export interface DatabaseOptions {
  readonly url: string;
  readonly pool: number;
  readonly statementTimeoutMs: number;
  /** Shown by Postgres beside each connection. */
  readonly name: string;
}

export interface DatabaseClient {
  readonly db: Database;
  close(): Promise<void>;
}

/**
 * The driver's own pause grows with every refused connection of the whole pool, up to 20 s each: after an outage
 * of seconds queries would wait for longer than most of our timeouts.
 */
const reconnectAfterSeconds = 0.2;

export function connectDatabase({ url, pool, statementTimeoutMs, name }: DatabaseOptions): DatabaseClient {
  const client = postgres(url, {
    max: pool,
    connect_timeout: 5,
    backoff: () => reconnectAfterSeconds,
    max_lifetime: 30 * 60,
    onnotice: () => {},
    ...asksForNoTypes,
    connection: {
      application_name: `dialtone ${name}`,
      statement_timeout: statementTimeoutMs,
      ...longGreeting,
    },
  });
  return { db: drizzle(preparing(client), { schema }), close: () => client.end({ timeout: 5 }) };
}

/**
 * The only way to tenant data: a transaction in a role that owns nothing and sees this tenant's rows alone.
 * Both settings end with the transaction, so a pooled connection never carries them to another tenant.
 */
export const withTenant = <T>(db: Database, tenant: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inRole(
    db,
    (client) => client`
      select set_config('role', 'dialtone_app', true), set_config('app.tenant', ${tenant}, true)`,
    work,
  );

/**
 * The rest of a transaction that the tables' owner began: what an operator does to what belongs to no tenant stands
 * in the audit of the tenant whose operator it was.
 */
export const enterTenant = (tx: Tx, tenant: string): Promise<unknown> =>
  tx.execute(sql`select set_config('role', 'dialtone_app', true), set_config('app.tenant', ${tenant}, true)`);

/** For the relay: finds the lanes that are due, of all tenants, and can do nothing else. */
export const withRelay = <T>(db: Database, work: (tx: Tx) => Promise<T>): Promise<T> =>
  inRole(db, (client) => client`select set_config('role', 'dialtone_relay', true)`, work);

/**
 * The settings leave first and their answer is not waited for: what follows on the connection is executed after
 * them, and not at all if they fail, since the transaction is then void.
 */
const inRole = <T>(
  db: Database,
  settings: (client: TransactionSql) => PendingQuery<Row[]>,
  work: (tx: Tx) => Promise<T>,
): Promise<T> =>
  db.transaction(async (tx) => {
    const { client } = tx._.session as unknown as { readonly client: TransactionSql };
    const [, result] = await Promise.all([settings(client).execute(), work(tx)]);
    return result;
  });

/** Postgres cannot be reached, is going away, or has no time for it: nothing to do with the statement itself. */
export const isOutage = (error: unknown): boolean =>
  codesOf(error).some((code) => outageCodes.some((known) => code.startsWith(known)));

/** A deadlock or a serialization failure: the same transaction may simply be tried again. */
export const isCollision = (error: unknown): boolean =>
  codesOf(error).some((code) => code === '40P01' || code === '40001');

/** Another row is in the way, by the unique index of that name. */
export const violates = (error: unknown, index: string): boolean =>
  codesOf(error).includes('23505') && textsOf(error, 'constraint_name').includes(index);

const codesOf = (error: unknown): string[] => textsOf(error, 'code');

function textsOf(error: unknown, property: 'code' | 'constraint_name'): string[] {
  const texts: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const text = (cause as { code?: unknown; constraint_name?: unknown })[property];
    if (typeof text === 'string') texts.push(text);
  }
  return texts;
}

/** `57` is a timeout or a cancel, too; `25006` a server that only reads since a failover, `55P03` a lock timeout. */
const outageCodes = [
  ...['ECONN', 'ENOTFOUND', 'EPIPE', 'ETIMEDOUT', 'CONNECT'],
  ...['08', '57', '53', '58', '25006', '55P03'],
];
