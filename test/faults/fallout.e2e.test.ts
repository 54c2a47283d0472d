import { Client as TemporalClient, Connection } from '@temporalio/client';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** What needs a person is on record, and the person's commands bring it to an end. */

let stack: Stack;
let client: Client;
let temporal: TemporalClient;
beforeAll(async () => {
  stack = await startStack({
    env: {
      RETRY_FROM_MS: '50',
      RETRY_UP_TO_MS: '100',
      RETRY_ATTEMPTS: '2',
      STEP_CALL_TIMEOUT_MS: '700',
      SWEEP_INTERVAL_MS: '500',
      SWEEP_AFTER_MS: '1000',
    },
  });
  client = clientOf(stack);
  const connection = await Connection.connect({ address: stack.temporalAddress });
  temporal = new TemporalClient({ connection, namespace: stack.temporalNamespace });
});
beforeEach(() => client.faults([]));
afterAll(async () => {
  await temporal?.connection.close();
  await stack?.stop();
});

const broken = [{ system: 'ipam', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 0 } }];
const reason = { reason: 'the customer moved away' };

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
const get = async (path: string): Promise<any> => (await fetch(`${stack.apiUrl}${path}`)).json();

async function command(path: string, body: object = {}, key?: string) {
  const headers = { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) };
  const reply = await fetch(`${stack.apiUrl}/ops/v1${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
  return { status: reply.status, body: await reply.json() };
}

const falloutOf = (order: string, state = 'open') => get(`/ops/v1/fallout?order=${order}&state=${state}`);

/** Every object of the order stands once in the ledger, and no key came twice. */
async function expectOnce(order: string): Promise<void> {
  const entries = (await client.ledger()).filter(({ object }) => object.includes(order));
  expect(entries.map(({ system }) => system).sort()).toEqual(['acs', 'bng', 'edge', 'ipam', 'nms', 'olt']);
  expect(new Set(entries.map(({ key }) => key)).size).toBe(6);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
}

async function expectNothingLeft(order: string): Promise<void> {
  expect((await client.standing()).filter((object) => object.includes(order))).toEqual([]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
  expect(await client.rows(`select distinct status from product where id like '${order}-%'`)).toEqual([
    { status: 'cancelled' },
  ]);
  expect(await falloutOf(order)).toEqual([]);
}

async function heldOrder(): Promise<{ order: string; fallout: { id: string } }> {
  await client.faults(broken);
  const order = await client.order([bundle]);
  await client.reaches(order, 'held');
  const [fallout] = await falloutOf(order);
  return { order, fallout };
}

const terminate = (order: string) =>
  temporal.workflow.getHandle(`productOrder:default:${order}`).terminate('a test');

test('a step held by a broken system is listed with its tries; once that is repaired, retryNow completes the order', async () => {
  const { order, fallout } = await heldOrder();
  expect(fallout).toMatchObject({
    class: 'throttled',
    system: 'ipam',
    step: 'prefix',
    tries: 2,
    allowedCommands: ['retryNow', 'editAndRetry', 'completeWithEvidence', 'abort'],
  });
  const inspected = await get(`/ops/v1/fallout/${fallout.id}`);
  expect(inspected.attempts.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
    'throttled',
    'throttled',
  ]);
  await client.faults([]);
  const first = await command(`/fallout/${fallout.id}/retryNow`, {}, 'again');
  const same = await command(`/fallout/${fallout.id}/retryNow`, {}, 'again');
  expect([first.status, same]).toEqual([202, first]);
  await client.reaches(order, 'completed');
  await expectOnce(order);
  expect(await falloutOf(order)).toEqual([]);
  expect(await falloutOf(order, 'closed')).toMatchObject([{ id: fallout.id, resolution: 'retryNow' }]);
  expect(await command(`/fallout/${fallout.id}/retryNow`)).toMatchObject({
    status: 409,
    body: { code: 'FalloutClosed' },
  });
});

test('a retry that fails again is another fallout', async () => {
  const { order, fallout } = await heldOrder();
  expect((await command(`/fallout/${fallout.id}/retryNow`)).status).toBe(202);
  await eventually(async () => expect(await falloutOf(order)).toMatchObject([{ tries: 4 }]), {
    withinMs: 30_000,
  });
  await client.reaches(order, 'held');
  expect(await falloutOf(order, 'closed')).toMatchObject([{ id: fallout.id, tries: 2 }]);
});

test('a held order that is aborted is taken back and ends cancelled', async () => {
  const { order, fallout } = await heldOrder();
  expect((await command(`/productOrders/${order}/abort`, reason)).status).toBe(202);
  const { productOrderItem } = await client.reaches(order, 'cancelled');
  expect([...new Set(productOrderItem.map(({ state }: { state: string }) => state))]).toEqual(['cancelled']);
  await expectNothingLeft(order);
  expect(await falloutOf(order, 'closed')).toMatchObject([{ id: fallout.id, resolution: 'abort' }]);
  expect(await command(`/productOrders/${order}/abort`, reason)).toMatchObject({
    status: 409,
    body: { code: 'OrderOver' },
  });
});

test('a cancellation requested in the Temporal Web UI is an abort, and the run closes as cancelled', async () => {
  const { order } = await heldOrder();
  const run = temporal.workflow.getHandle(`productOrder:default:${order}`);
  await run.cancel();
  await client.reaches(order, 'cancelled');
  await expectNothingLeft(order);
  await eventually(async () => expect((await run.describe()).status.name).toBe('CANCELLED'), {
    withinMs: 10_000,
  });
});

test('an order whose run was terminated is found by the sweep; restarted, it completes, each thing done once', async () => {
  const { order } = await heldOrder();
  await terminate(order);
  const found = await eventually(
    async () => {
      const all = await falloutOf(order);
      expect(all.map(({ class: one }: { class: string }) => one).sort()).toEqual(['orphaned', 'throttled']);
      return all;
    },
    { withinMs: 30_000 },
  );
  const orphan = found.find(({ class: one }: { class: string }) => one === 'orphaned');
  expect(orphan).toMatchObject({ code: 'runClosed', allowedCommands: ['restart', 'abort'] });
  expect((await command(`/productOrders/${order}/restart`)).status).toBe(202);
  await client.faults([]);
  const held = found.find(({ class: one }: { class: string }) => one === 'throttled');
  expect((await command(`/fallout/${held.id}/retryNow`)).status).toBe(202);
  await client.reaches(order, 'completed');
  await expectOnce(order);
  expect(await falloutOf(order, 'closed')).toMatchObject([
    { resolution: 'retryNow' },
    { resolution: 'restart' },
  ]);
});

test('an order whose run and service orders were all terminated goes on from its rows', async () => {
  const { order } = await heldOrder();
  const [stuck] = await client.rows(
    `select id from service_order where order_id = '${order}' and state = 'held'`,
  );
  await terminate(order);
  await temporal.workflow.getHandle(`serviceOrder:default:${stuck.id}`).terminate('a test');
  await eventually(async () => expect(await falloutOf(order)).toHaveLength(2), { withinMs: 30_000 });
  await client.faults([]);
  expect((await command(`/productOrders/${order}/restart`)).status).toBe(202);
  const [held] = (await falloutOf(order)).filter(({ step }: { step?: string }) => step !== undefined);
  await eventually(async () => expect((await command(`/fallout/${held.id}/retryNow`)).status).toBe(202), {
    withinMs: 20_000,
  });
  await client.reaches(order, 'completed');
  await expectOnce(order);
});

test('an orphaned order that is aborted is taken back by another run', async () => {
  const { order } = await heldOrder();
  await terminate(order);
  await eventually(async () => expect(await falloutOf(order)).toHaveLength(2), { withinMs: 30_000 });
  expect((await command(`/productOrders/${order}/abort`, reason)).status).toBe(202);
  await client.reaches(order, 'cancelled');
  await expectNothingLeft(order);
});

test('F26: a service order whose run was terminated while its order runs holds the order; aborted, it is taken back', async () => {
  const { order, fallout } = await heldOrder();
  const [stuck] = await client.rows(
    `select id from service_order where order_id = '${order}' and state = 'held'`,
  );
  await temporal.workflow.getHandle(`serviceOrder:default:${stuck.id}`).terminate('a test');
  const lost = await eventually(
    async () => {
      const found = (await falloutOf(order)).find(({ id }: { id: string }) => id !== fallout.id);
      expect(found).toMatchObject({
        class: 'orphaned',
        code: 'runLost',
        allowedCommands: ['restart', 'abort'],
      });
      return found;
    },
    { withinMs: 30_000 },
  );
  await client.reaches(order, 'held');
  expect(lost.serviceOrder).toBe(stuck.id);
  await client.faults([]);
  expect((await command(`/productOrders/${order}/abort`, reason)).status).toBe(202);
  await client.reaches(order, 'cancelled');
  await expectNothingLeft(order);
});

test('restart is refused to an order that has its run', async () => {
  const { order } = await heldOrder();
  expect(await command(`/productOrders/${order}/restart`)).toMatchObject({
    status: 409,
    body: { code: 'OrderNotOrphaned' },
  });
});

const slowLine = [{ system: 'bng', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 0 } }];

async function heldServiceOrder(): Promise<string> {
  await client.faults(slowLine);
  const id = await client.serviceOrder([accessItem('line')]);
  await client.serviceOrderReaches(id, 'held');
  return id;
}

const ofServiceOrder = (id: string) => get(`/ops/v1/fallout?serviceOrder=${id}`);

test('a held service order of its own is taken back when it is aborted; one of a product order is not its own', async () => {
  const id = await heldServiceOrder();
  expect(await ofServiceOrder(id)).toMatchObject([
    { allowedCommands: ['retryNow', 'editAndRetry', 'completeWithEvidence', 'abort'] },
  ]);
  expect((await command(`/serviceOrders/${id}/abort`, reason)).status).toBe(202);
  await client.serviceOrderReaches(id, 'cancelled');
  expect(await ofServiceOrder(id)).toEqual([]);
  expect((await client.standing()).filter((object) => object.includes(id))).toEqual([]);
  expect(await client.rows(`select 1 from claim where '${id}' = any(holders)`)).toEqual([]);
  expect(await command(`/serviceOrders/${id}/abort`, reason)).toMatchObject({
    status: 409,
    body: { code: 'ServiceOrderOver' },
  });

  const { order } = await heldOrder();
  const [child] = await client.rows(`select id from service_order where order_id = '${order}' limit 1`);
  expect(await command(`/serviceOrders/${child.id}/abort`, reason)).toMatchObject({
    status: 409,
    body: { code: 'ServiceOrderOfProductOrder' },
  });
});

test('a service order of its own whose run was terminated is found by the sweep; restarted, it completes', async () => {
  const id = await heldServiceOrder();
  await temporal.workflow.getHandle(`serviceOrder:default:${id}`).terminate('a test');
  const found = await eventually(
    async () => {
      const list = await ofServiceOrder(id);
      expect(list).toHaveLength(2);
      return list;
    },
    { withinMs: 30_000 },
  );
  const orphan = found.find(({ class: one }: { class: string }) => one === 'orphaned');
  expect(orphan).toMatchObject({ code: 'runClosed', allowedCommands: ['restart', 'abort'] });
  await client.faults([]);
  expect((await command(`/serviceOrders/${id}/restart`)).status).toBe(202);
  const held = found.find(({ step }: { step?: string }) => step !== undefined);
  await eventually(async () => expect((await command(`/fallout/${held.id}/retryNow`)).status).toBe(202), {
    withinMs: 20_000,
  });
  await client.serviceOrderReaches(id, 'completed');
  const entries = (await client.ledger()).filter(({ key }) => key.startsWith(`${id}/`));
  expect(entries.map(({ verb, system }) => `${verb} ${system}`)).toEqual(['apply olt', 'apply bng']);
});

test('a service order that waits for its date is dropped when it is aborted, and nothing was planned', async () => {
  const requestedStartDate = new Date(Date.now() + 3_600_000).toISOString();
  const id = await client.serviceOrder([accessItem('line')], { requestedStartDate });
  await eventually(
    async () => expect((await command(`/serviceOrders/${id}/abort`, reason)).status).toBe(202),
    { withinMs: 20_000 },
  );
  await client.serviceOrderReaches(id, 'cancelled');
  expect(await client.rows(`select 1 from claim where '${id}' = any(holders)`)).toEqual([]);
  expect(await client.rows(`select 1 from step where service_order_id = '${id}'`)).toEqual([]);
});

test('an order whose end cannot be written is told to a person, tries on, and ends once it can', async () => {
  const { order, fallout } = await heldOrder();
  await client.rows(
    `alter table product_order add constraint broken check (id <> '${order}' or state <> 'completed')`,
  );
  await client.faults([]);
  expect((await command(`/fallout/${fallout.id}/retryNow`)).status).toBe(202);
  const defect = { class: 'unknown', code: 'bookkeepingFails', allowedCommands: [] };
  const reason = 'settleOrder: a query failed: 23514 broken';
  await eventually(async () => expect(await falloutOf(order)).toMatchObject([{ ...defect, reason }]), {
    withinMs: 60_000,
  });
  await client.rows('alter table product_order drop constraint broken');
  await client.reaches(order, 'completed');
  await expectOnce(order);
  expect(await falloutOf(order)).toEqual([]);
});
