import type { Context } from '@temporalio/activity';
import type { ActivityExecuteInput } from '@temporalio/worker';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reportDefects } from '../../activities/defects.ts';
import { connectDatabase, type Database, type DatabaseClient, withTenant } from '../../drizzle/client.ts';
import { restartOrphan } from '../../drizzle/sweepStore.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 2, statementTimeoutMs: 10_000, name: 'test' });
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

const tenant = 'default';
const log = pino({ level: 'silent' });

/** One try of an activity, as a worker makes it. */
function attempt(
  number: number,
  about: object,
  work: () => Promise<unknown>,
  db: Database = client.db,
): Promise<unknown> {
  const info = { attempt: number, activityType: 'settleOrder' };
  const { inbound } = reportDefects({ db, log })({ info } as unknown as Context);
  const input: ActivityExecuteInput = { args: [{ tenant, ...about }], headers: {} };
  return (inbound?.execute ?? ((given, next) => next(given)))(input, work);
}

const broken = () => Promise.reject(new Error('assertion failed: the plan is missing'));
const falloutOf = (column: 'order_id' | 'service_order_id', id: string) =>
  client.db.execute(sql`
    select class, code, reason, tries, order_id, service_order_id, resolution, closed_at is null as open from fallout
    where ${sql.identifier(column)} = ${id} order by opened_at`);

test('a record that still cannot be written at the fifth try is told to a person, once, and closed when it is', async () => {
  const about = { orderId: 'o1', runChain: 'r1' };
  for (const number of [1, 2, 3, 4]) await expect(attempt(number, about, broken)).rejects.toThrow('missing');
  expect(await falloutOf('order_id', 'o1')).toEqual([]);
  for (const number of [5, 6]) await expect(attempt(number, about, broken)).rejects.toThrow('missing');
  const reason = 'settleOrder: assertion failed: the plan is missing';
  const told = { class: 'unknown', code: 'bookkeepingFails', reason, service_order_id: null };
  expect(await falloutOf('order_id', 'o1')).toMatchObject([{ ...told, tries: 6, open: true }]);

  expect(await attempt(7, about, async () => 'written')).toBe('written');
  expect(await falloutOf('order_id', 'o1')).toMatchObject([{ open: false, resolution: 'recorded' }]);
  await expect(attempt(5, about, broken)).rejects.toThrow('missing');
  expect(await falloutOf('order_id', 'o1')).toMatchObject([{ open: false }, { open: true }]);
});

test('that of a service order names it, and its product order where it has one', async () => {
  await client.db.execute(sql`
    insert into service_order (tenant_id, id, order_id, order_item_id, ordinal, domain, state, version, after)
    values (${tenant}, 'o2-1', 'o2', '1', 1, 'access', 'inProgress', 1, '{}')`);
  await expect(attempt(5, { serviceOrder: 'o2-1' }, broken)).rejects.toThrow('missing');
  await expect(attempt(5, { serviceOrder: 'alone' }, broken)).rejects.toThrow('missing');
  expect(await falloutOf('service_order_id', 'o2-1')).toMatchObject([{ order_id: 'o2' }]);
  expect(await falloutOf('service_order_id', 'alone')).toMatchObject([{ order_id: null }]);
});

test('what a failed query was about is told to nobody', async () => {
  const asking = () => client.db.execute(sql`select 1 / length(${'Jane Doe, 1 High Street'}::text) - 1 / 0`);
  const failed = await attempt(5, { orderId: 'o3' }, asking).catch((error: unknown) => error);
  expect(failed).toMatchObject({ message: 'a query failed: 22012' });
  expect(JSON.stringify([failed, (failed as Error).stack])).not.toContain('Jane');
  expect(await falloutOf('order_id', 'o3')).toMatchObject([{ reason: 'settleOrder: a query failed: 22012' }]);
});

test('Postgres being away is no defect: nobody is called, and the try fails as it is', async () => {
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  await expect(attempt(9, { orderId: 'o4' }, () => Promise.reject(away))).rejects.toBe(away);
  expect(await falloutOf('order_id', 'o4')).toEqual([]);
});

test('where the fallout cannot be written either, the try fails by its own error', async () => {
  const nowhere = connectDatabase({
    ...{ url: 'postgres://127.0.0.1:9/none', pool: 1, statementTimeoutMs: 1_000, name: 'test' },
  });
  await expect(attempt(5, { orderId: 'o5' }, broken, nowhere.db)).rejects.toThrow('the plan is missing');
  await nowhere.close();
});

test('an order whose bookkeeping fails has not lost its run, and cannot be restarted', async () => {
  await client.db.execute(sql`
    insert into product_order (tenant_id, id, client, fingerprint, state, version, snapshot, carried, ordered_at)
    values (${tenant}, 'o6', 'local', 'f', 'inProgress', 1, 's', '{}', now())`);
  await expect(attempt(5, { orderId: 'o6' }, broken)).rejects.toThrow('missing');
  expect(
    await withTenant(client.db, tenant, (tx) => restartOrphan(tx, tenant, 'o6', { resolution: 'restart' })),
  ).toBe(false);
  expect(await falloutOf('order_id', 'o6')).toMatchObject([{ open: true }]);
});
