import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Stack, StackProcess } from '../support/stack.ts';
import { type Books, rowsOf, slowestFirst } from './books.ts';
import type { Violation } from './reckoning.ts';

const processes: readonly StackProcess[] = [
  ...(['api', 'relay', 'worker', 'worker2'] as const),
  ...(['network', 'postgres', 'temporal'] as const),
];
const ordersMax = 20;

/** Keeps what explains a violation: rows, ledger, logs, histories of the orders concerned (else of the slowest). */
export async function keepEvidence(
  stack: Stack,
  seed: number,
  books: Books,
  violations: readonly Violation[],
): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), `dialtone-chaos-${seed}-`));
  for (const folder of ['rows', 'logs', 'histories']) mkdirSync(join(directory, folder));
  const keep = (name: string, text: string) => writeFileSync(join(directory, name), text);
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  keep('violations.jsonl', lines(violations));
  keep('acknowledged.jsonl', lines(books.acknowledged));
  keep('answers.jsonl', lines(books.answers));
  keep('ledger.jsonl', lines(books.ledger));
  keep('objects.jsonl', lines(books.objects));
  for (const [table, rows] of Object.entries(books.tables)) keep(`rows/${table}.jsonl`, lines(rows));
  for (const name of processes) keep(`logs/${name}.log`, stack.logs(name));
  const concerned = violations.flatMap((one) => one.orders);
  const slowest = slowestFirst(books).map(({ order }) => order);
  const orders = [...new Set(concerned.length > 0 ? concerned : slowest)].slice(0, ordersMax);
  await keepHistories(stack, workflowsOf(books, orders), (id, text) =>
    keep(`histories/${id.replaceAll(':', '_')}.json`, text),
  );
  return directory;
}

const workflowsOf = (books: Books, orders: readonly string[]): string[] => [
  ...orders.map((id) => `productOrder:default:${id}`),
  ...rowsOf(books, 'service_order')
    .filter(({ id }) => orders.some((order) => id.startsWith(order)))
    .map(({ id }) => `serviceOrder:default:${id}`),
];

/** A service order that never started has no history. */
async function keepHistories(
  stack: Stack,
  workflowIds: readonly string[],
  keep: (workflowId: string, text: string) => void,
): Promise<void> {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  try {
    const client = new TemporalClient({ connection, namespace: stack.temporalNamespace });
    for (const id of workflowIds) {
      const history = await client.workflow
        .getHandle(id)
        .fetchHistory()
        .catch(() => undefined);
      if (history !== undefined) keep(id, JSON.stringify(historyToJSON(history), null, 1));
    }
  } finally {
    await connection.close();
  }
}
