import { Client as TemporalClient, Connection } from '@temporalio/client';
import type { JsonObject } from '../../src/kernel/json.ts';
import { withPostgres } from '../../temporal-dev/postgres.ts';
import type { LedgerEntry } from '../support/clientOf.ts';
import type { Stack } from '../support/stack.ts';
import type { Answered } from './asking.ts';
import type { Acknowledged, BadAnswer } from './traffic.ts';

// biome-ignore lint/suspicious/noExplicitAny: rows as Postgres gives them; the checks know their columns
export type Row = any;

export interface NetworkObject {
  readonly system: string;
  readonly object: string;
  readonly values: JsonObject;
  readonly version: string;
  readonly key: string;
}

/** Everything that is compared: what clients were told, what Dialtone wrote down, what the network did and shows. */
export interface Books {
  readonly acknowledged: readonly Acknowledged[];
  /** Service orders of their own, by what their client was told. */
  readonly acknowledgedServiceOrders: readonly Acknowledged[];
  readonly badAnswers: readonly BadAnswer[];
  /** What people were answered, each key in the order of its answers. */
  readonly answers: readonly Answered[];
  /** Whether everything came to rest in the time it had. */
  readonly settled: boolean;
  /** Every table, its rows as JSON. */
  readonly tables: Readonly<Record<string, readonly Row[]>>;
  readonly ledger: readonly LedgerEntry[];
  readonly objects: readonly NetworkObject[];
  /** Ids of workflows that still run. */
  readonly running: readonly string[];
}

export async function readBooks(
  stack: Stack,
  told: Pick<Books, 'acknowledged' | 'acknowledgedServiceOrders' | 'badAnswers' | 'answers' | 'settled'>,
): Promise<Books> {
  const [tables, network, running] = await Promise.all([
    readTables(stack.databaseUrl),
    readNetwork(stack.networkUrl),
    runningWorkflows(stack),
  ]);
  return { ...told, tables, ...network, running };
}

export const rowsOf = (books: Pick<Books, 'tables'>, table: string): readonly Row[] =>
  books.tables[table] ?? [];

/** An object of the network, whoever tells of it. */
export const nameOf = ({ system, object }: { readonly system: string; readonly object: string }): string =>
  `${system} ${object}`;

/** The orders that ended, by how long they took. */
export const slowestFirst = (books: Pick<Books, 'tables'>): readonly { order: string; seconds: number }[] =>
  rowsOf(books, 'product_order')
    .filter(({ completed_at }) => completed_at !== null)
    .map(({ id, ordered_at, completed_at }) => ({
      order: id as string,
      seconds: (Date.parse(completed_at) - Date.parse(ordered_at)) / 1_000,
    }))
    .sort((left, right) => right.seconds - left.seconds);

/** All tables at one instant. */
const readTables = (databaseUrl: string): Promise<Record<string, Row[]>> =>
  withPostgres(databaseUrl, (sql) =>
    sql.begin('isolation level repeatable read', async (tx) => {
      const names = await tx`select tablename from pg_tables where schemaname = 'public' order by 1`;
      const tables: Record<string, Row[]> = {};
      for (const { tablename } of names) {
        const rows = await tx`select to_jsonb(t) as row from ${tx(tablename)} t`;
        tables[tablename] = rows.map(({ row }) => row);
      }
      return tables;
    }),
  ) as Promise<Record<string, Row[]>>;

async function readNetwork(networkUrl: string): Promise<Pick<Books, 'ledger' | 'objects'>> {
  const get = async (path: string): Promise<Row> => (await fetch(`${networkUrl}${path}`)).json();
  const systems: { name: string }[] = await get('/systems');
  const objects = await Promise.all(
    systems.map(async ({ name }) =>
      ((await get(`/systems/${name}/objects`)) as object[]).map((one) => ({ system: name, ...one })),
    ),
  );
  return { ledger: await get('/ledger'), objects: objects.flat() as NetworkObject[] };
}

async function runningWorkflows(stack: Stack): Promise<string[]> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const client = new TemporalClient({ connection, namespace: stack.temporalNamespace });
    const ids: string[] = [];
    for await (const run of client.workflow.list({ query: "ExecutionStatus = 'Running'" }))
      ids.push(run.workflowId);
    return ids;
  } finally {
    await connection.close();
  }
}
