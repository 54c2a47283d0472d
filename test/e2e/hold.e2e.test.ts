import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { expectDoneOnce, expectNothingLeft, statesTold, waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';

/** A person holds an order, lets it go on, or has it taken back, at the desk or in the Temporal Web UI. */

let stack: Stack;
let client: Client;
let desk: Desk;
let temporal: TemporalEyes;
beforeAll(async () => {
  stack = await startStack({ env: { ...quick, SWEEP_INTERVAL_MS: '500', SWEEP_AFTER_MS: '1000' } });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
});
beforeEach(() => client.faults([]));
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const throttles = (system: string, seconds: number) => ({
  ...{ system, verb: 'apply', behaviour: { type: 'throttle', retryAfter: seconds } },
});

const runOfOrder = (order: string) => temporal.runOf(`productOrder:default:${order}`);

/** The service order of the step, by its workflow. */
async function runWith(order: string, step: string): Promise<string> {
  const [row] = await client.rows(
    `select service_order_id as id from step where name = '${step}' and service_order_id like '${order}-%'`,
  );
  return `serviceOrder:default:${row.id}`;
}

const auditOf = async (order: string) =>
  (await desk.auditOf(order)).map(({ command, outcome }) => `${command} ${outcome}`);

async function hold(order: string): Promise<void> {
  await desk.commanded(`/productOrders/${order}/hold`, withReason);
  await client.reaches(order, 'held');
}

test('an order on hold has no timers and sends nothing; resumed, its retry is waited for again, and it completes', async () => {
  await client.faults([throttles('ipam', 2), { ...throttles('bng', 3), nth: 2 }]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'prefix');
  await hold(order);
  expect(await temporal.detailsOf(`productOrder:default:${order}`)).toContain('**held, on hold**');
  const child = await runWith(order, 'prefix');
  await eventually(async () => expect(await temporal.timersOf(child)).toEqual([]), { withinMs: 20_000 });
  const seen = await client.callsSeen();
  // Another order is throttled for longer than this one was, and through: this one was left alone.
  const other = await client.order([{ id: '1', action: 'add', productOffering: { id: 'OFF-FIBRE-1G' } }]);
  await client.reaches(other, 'completed');
  expect(await client.callsSeen()).toBe(seen);

  await desk.commanded(`/productOrders/${order}/resume`);
  await eventually(async () => expect(await client.callsSeen()).toBeGreaterThan(seen), { withinMs: 40_000 });
  await client.faults([]);
  await client.reaches(order, 'completed');
  await expectDoneOnce(client, order);
  expect(await auditOf(order)).toEqual(['hold done', 'resume done']);
  expect(await statesTold(client, order)).toEqual([
    ...['acknowledged', 'inProgress', 'held', 'inProgress', 'completed'],
  ]);
});

test('a retry is due after a hold when it was due before', async () => {
  await client.faults([throttles('ipam', 600)]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'prefix');
  const child = await runWith(order, 'prefix');
  const dueIn = async () => / at (\d\d:\d\d:\d\d) \|/.exec(await temporal.detailsOf(child))?.[1];
  await eventually(async () => expect(await dueIn()).toBeDefined(), { withinMs: 20_000 });
  const before = await dueIn();
  await hold(order);
  await eventually(async () => expect(await dueIn()).toBeUndefined(), { withinMs: 20_000 });
  await desk.commanded(`/productOrders/${order}/resume`);
  await eventually(async () => expect(await dueIn()).toBe(before), { withinMs: 20_000 });
  await desk.commanded(`/productOrders/${order}/abort`, withReason);
  await client.reaches(order, 'cancelled');
});

test('a second hold and a resume of what is not on hold are refused, and nothing changes', async () => {
  await client.faults([throttles('ipam', 600)]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'prefix');
  const resumed = await desk.command(`/productOrders/${order}/resume`);
  expect(resumed).toMatchObject({ status: 409, body: { code: 'NotOnHold' } });
  await hold(order);
  const again = await desk.command(`/productOrders/${order}/hold`, withReason);
  expect(again).toMatchObject({ status: 409, body: { code: 'HeldAlready' } });
  expect(await auditOf(order)).toEqual(['resume refused', 'hold done', 'hold refused']);
  await client.faults([]);
  await desk.commanded(`/productOrders/${order}/abort`, withReason);
  await client.reaches(order, 'cancelled');
  await expectNothingLeft(client, order);
});

test('a cancellation requested twice in the Temporal Web UI is one abort and one row in the audit', async () => {
  await client.faults([throttles('edge', 600)]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'route');
  await runOfOrder(order).cancel();
  await runOfOrder(order).cancel();
  await client.reaches(order, 'cancelled');
  await expectNothingLeft(client, order);
  expect(await desk.auditOf(order)).toMatchObject([
    { command: 'abort', outcome: 'done', subject: 'temporalWebUi', client: 'temporalWebUi', entityId: order },
  ]);
  await eventually(async () => expect((await runOfOrder(order).describe()).status.name).toBe('CANCELLED'), {
    withinMs: 20_000,
  });
});

test('a service order of its own whose cancellation is requested in the Temporal Web UI is aborted, and its run ends cancelled', async () => {
  await client.faults([throttles('bng', 600)]);
  const id = await client.serviceOrder([accessItem('line')]);
  await waitsForItsRetry(client, id, 'speed');
  const run = temporal.runOf(`serviceOrder:default:${id}`);
  await run.cancel();
  await client.serviceOrderReaches(id, 'cancelled');
  expect((await client.standing()).filter((object) => object.includes(id))).toEqual([]);
  expect(await desk.auditOf(id)).toMatchObject([
    { command: 'abort', outcome: 'done', subject: 'temporalWebUi' },
  ]);
  await eventually(async () => expect((await run.describe()).status.name).toBe('CANCELLED'), {
    withinMs: 20_000,
  });
});

async function orphaned(order: string): Promise<void> {
  await runOfOrder(order).terminate('a test');
  await eventually(
    async () => {
      const classes = (await desk.falloutOf(order)).map(({ class: one }) => one);
      expect(classes).toContain('orphaned');
    },
    { withinMs: 40_000 },
  );
}

test('a hold outlives its run: restarted, the order is still on hold, and goes on when it is resumed', async () => {
  await client.faults([throttles('ipam', 3)]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'prefix');
  await hold(order);
  await orphaned(order);
  await client.faults([{ system: 'ipam', behaviour: { type: 'ok' } }]);
  await desk.commanded(`/productOrders/${order}/restart`);
  await eventually(
    async () => {
      expect((await runOfOrder(order).describe()).status.name).toBe('RUNNING');
      expect(await temporal.detailsOf(`productOrder:default:${order}`)).toContain('**held, on hold**');
    },
    { withinMs: 40_000 },
  );
  expect(await client.callsSeen()).toBe(0);
  await desk.commanded(`/productOrders/${order}/resume`);
  await client.reaches(order, 'inProgress');
  await eventually(async () => expect(await client.callsSeen()).toBeGreaterThan(0), { withinMs: 40_000 });
  await client.reaches(order, 'completed');
  await expectDoneOnce(client, order);
  expect(await auditOf(order)).toEqual(['hold done', 'restart done', 'resume done']);
});

test('an abort outlives its run: restarted, the order is taken back to the end', async () => {
  await client.faults([
    throttles('edge', 600),
    { system: 'ipam', verb: 'revoke', behaviour: { type: 'refuse', code: 'inUse' } },
  ]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'route');
  await desk.commanded(`/productOrders/${order}/abort`, withReason);
  await client.reaches(order, 'held');
  await orphaned(order);
  await client.faults([]);
  await desk.commanded(`/productOrders/${order}/restart`);
  await eventually(
    async () => {
      const held = (await desk.falloutOf(order)).find(({ step }) => step !== undefined);
      expect((await desk.command(`/fallout/${held.id}/retryNow`)).status).toBe(202);
    },
    { withinMs: 40_000 },
  );
  await client.reaches(order, 'cancelled');
  await expectNothingLeft(client, order);
  expect(await auditOf(order)).toEqual(['abort done', 'restart done']);
});

test('a service order of its own is held and resumed in the same way', async () => {
  await client.faults([throttles('bng', 2)]);
  const id = await client.serviceOrder([accessItem('line')]);
  await waitsForItsRetry(client, id, 'speed');
  await desk.commanded(`/serviceOrders/${id}/hold`, withReason);
  await eventually(async () => expect(await temporal.timersOf(`serviceOrder:default:${id}`)).toEqual([]), {
    withinMs: 20_000,
  });
  await client.faults([]);
  await desk.commanded(`/serviceOrders/${id}/resume`);
  await client.serviceOrderReaches(id, 'completed');
  expect(await auditOf(id)).toEqual(['hold done', 'resume done']);
});

test('a hold before the start date waits with the order, and holds it before anything is sent', async () => {
  const requestedStartDate = new Date(Date.now() + 12_000).toISOString();
  const reply = await client.post([bundle], {}, { requestedStartDate });
  const { id: order } = (await reply.json()) as { id: string };
  const path = `/productOrders/${order}/hold`;
  expect(await desk.command(path, withReason, `hold-${order}`)).toMatchObject({ status: 202 });
  expect(await desk.command(path, withReason)).toMatchObject({ status: 409, body: { code: 'HeldAlready' } });
  expect((await client.orderOf(order)).state).toBe('acknowledged');
  await client.reaches(order, 'held');
  expect(await client.rows(`select 1 from attempt where service_order_id like '${order}-%'`)).toEqual([]);
  await desk.commanded(`/productOrders/${order}/resume`);
  await client.reaches(order, 'completed');
  expect(await auditOf(order)).toEqual(['hold done', 'hold refused', 'resume done']);
  await expectDoneOnce(client, order);
});
