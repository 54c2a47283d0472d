import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  acceptCancel,
  type CancelProgress,
  moveCancelTask,
  openCancelOf,
} from '../../drizzle/cancelStore.ts';
import { connectDatabase, type DatabaseClient, withTenant } from '../../drizzle/client.ts';
import { type CancelTaskArrow, cancelTaskMachine } from '../../src/order/cancelTask.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

const tenant = 'default';
const now = '2026-03-05T09:00:00.000Z';

let database: FreshDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 4, statementTimeoutMs: 5_000, name: 'test' });
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

const rows = (statement: string) =>
  withTenant(client.db, tenant, async (tx) => [...(await tx.execute(sql.raw(statement)))]);

/** An order in progress, and the id of the task that asks to cancel it. */
async function ordered(name: string) {
  const [order, task] = [`O-${name}`, `T-${name}`];
  await rows(`insert into product_order (tenant_id, id, client, fingerprint, state, version, snapshot, carried, ordered_at)
    values ('${tenant}', '${order}', 'c', 'f', 'inProgress', 4, 's', '{}', now())`);
  return { order, task };
}

const ask = (order: string, task: string, failpoint?: () => void) =>
  acceptCancel(client.db, {
    ...{ tenant, client: 'crm', subject: 'ada', fingerprint: 'f', taskId: task, now, dispatchDelayMs: 0 },
    ...{ kind: 'productOrder', target: order, reason: 'why', requestedAt: null, carried: {} },
    render: ({ id }) => ({ status: 201, location: id, body: {} }),
    ...(failpoint && { failpoint }),
  });

async function asked(name: string, failpoint?: () => void) {
  const { order, task } = await ordered(name);
  return { order, task, accepted: ask(order, task, failpoint) };
}

const move = (task: string, arrow: CancelTaskArrow, progress: CancelProgress = {}) =>
  withTenant(client.db, tenant, (tx) => moveCancelTask(tx, tenant, task, arrow, progress, now));
const openOf = (order: string) =>
  withTenant(client.db, tenant, (tx) => openCancelOf(tx, tenant, 'productOrder', order));
const taskOf = async (task: string) => (await rows(`select * from cancel_task where id = '${task}'`))[0];
const eventsOf = (task: string) =>
  rows(
    `select version, type, snapshot ->> 'state' as state from event where entity_id = '${task}' order by version`,
  );
const auditOf = async (task: string) =>
  (await rows(`select outcome, code, message, before, after, decided_at from audit where id = '${task}'`))[0];

const created = { version: 1, type: 'created', state: 'acknowledged' };

test('a task that goes all the way has an event for each state, and its audit says how it ended', async () => {
  const { order, task, accepted } = await asked('done');
  await accepted;
  expect(await openOf(order)).toMatchObject({ id: task, state: 'acknowledged', version: 1, reason: 'why' });
  await move(task, 'Assessing');
  expect(await openOf(order)).toMatchObject({ id: task, state: 'inProgress', accepted: false });
  await move(task, 'Assessing', { accepted: true });
  expect(await openOf(order)).toMatchObject({ id: task, state: 'inProgress', accepted: true, version: 2 });
  expect(await auditOf(task)).toMatchObject({ outcome: 'asked', before: 4, after: null });
  await move(task, 'Done', { message: 'item 1.1 stands', orderVersion: 9 });
  expect(await openOf(order)).toBeUndefined();
  expect(await taskOf(task)).toMatchObject({ state: 'done', accepted: true, message: 'item 1.1 stands' });
  expect(
    await rows(`select id from cancel_task where id = '${task}' and effective_at = '${now}'`),
  ).toHaveLength(1);
  expect(await eventsOf(task)).toEqual([
    created,
    { version: 2, type: 'stateChanged', state: 'inProgress' },
    { version: 3, type: 'stateChanged', state: 'done' },
  ]);
  expect(await auditOf(task)).toMatchObject({
    outcome: 'done',
    before: 4,
    after: 9,
    decided_at: expect.anything(),
  });
});

test('a task that is refused says why, on itself and in the audit', async () => {
  const { order, task, accepted } = await asked('refused');
  await accepted;
  await move(task, 'Assessing');
  const why = { code: 'PointOfNoReturn', message: 'every item stands' };
  await move(task, 'Refused', why);
  expect(await taskOf(task)).toMatchObject({ state: 'terminatedWithError', effective_at: null, ...why });
  expect(await auditOf(task)).toMatchObject({ outcome: 'refused', ...why });
  expect(await openOf(order)).toBeUndefined();
});

test.each(['Done', 'Refused'] as const)('what is told again after %s changes nothing', async (end) => {
  const { task, accepted } = await asked(`again-${end}`);
  await accepted;
  for (const arrow of ['Assessing', end] as const) await move(task, arrow, { code: 'first' });
  const before = [await taskOf(task), await eventsOf(task), await auditOf(task)];
  for (const arrow of ['Assessing', end] as const)
    await move(task, arrow, { code: 'second', accepted: true });
  expect([await taskOf(task), await eventsOf(task), await auditOf(task)]).toEqual(before);
});

test('a task that ended one way cannot end the other way', async () => {
  const { task, accepted } = await asked('other-way');
  await accepted;
  await move(task, 'Done');
  await expect(move(task, 'Refused')).rejects.toThrow('an arrow for Refused out of done');
  expect(await taskOf(task)).toMatchObject({ state: 'done' });
});

test('a crash just before the commit leaves nothing', async () => {
  const { task, order, accepted } = await asked('crash', () => {
    throw new Error('power cut');
  });
  await expect(accepted).rejects.toThrow('power cut');
  expect(await taskOf(task)).toBeUndefined();
  expect(await rows(`select 1 from dispatch where order_id = '${order}'`)).toEqual([]);
  expect(await auditOf(task)).toBeUndefined();
});

test('a cancel that waits for an order which ends that very moment is refused, and stores nothing', async () => {
  const { order, task } = await ordered('over');
  const waiting = () =>
    client.db.execute(sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
  const { asking } = await withTenant(client.db, tenant, async (tx) => {
    await tx.execute(sql.raw(`update product_order set state = 'completed' where id = '${order}'`));
    const begun = { asking: ask(order, task) };
    await eventually(async () => expect(await waiting()).toHaveLength(1), { withinMs: 4_000 });
    return begun;
  });
  expect(await asking).toMatchObject({ type: 'refused', refusal: { type: 'OrderOver' } });
  expect(await taskOf(task)).toBeUndefined();
});

test('every state of a task but its ends counts as open', async () => {
  const states = Object.keys(cancelTaskMachine) as (keyof typeof cancelTaskMachine)[];
  expect(states.filter((state) => !isFinal(cancelTaskMachine, state))).toEqual([
    'acknowledged',
    'inProgress',
  ]);
});
