import { afterEach, expect, test } from 'vitest';
import { bundle, clientOf } from '../support/clientOf.ts';
import { type Stack, type StackOptions, startStack } from '../support/stack.ts';

/** `kill -9` at the worst instants: the order completes all the same, and nothing is done twice. */

let stack: Stack | undefined;
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});

const quick = {
  STEP_HEARTBEAT_TIMEOUT_MS: '2000',
  STEP_CALL_TIMEOUT_MS: '2000',
  OUTAGE_RETRY_FROM_MS: '100',
  RETRY_FROM_MS: '100',
};

async function open(options: StackOptions): Promise<Stack> {
  stack = await startStack({ ...options, env: { ...quick, ...options.env } });
  return stack;
}

async function expectOnce({ ledger, rows }: ReturnType<typeof clientOf>): Promise<void> {
  const entries = await ledger();
  expect(entries.map(({ system }) => system).sort()).toEqual(['acs', 'bng', 'edge', 'ipam', 'nms', 'olt']);
  expect(new Set(entries.map(({ key }) => key)).size).toBe(6);
  expect(await rows('select distinct status from product')).toEqual([{ status: 'active' }]);
  expect(await rows('select * from claim')).toEqual([]);
}

test('F1: an API killed between commit and start leaves an order that the relay starts', async () => {
  const whole = await open({ failpoint: { api: 'order.accepted:kill' } });
  const client = clientOf(whole);
  await client.post([bundle]).catch(() => undefined);
  await whole.waitReady('api', 2);
  const [order] = await client.rows('select id from product_order');
  await client.reaches(order.id, 'completed');
  await expectOnce(client);
});

test('F3: an API killed after the start, before its row is gone, makes no second saga', async () => {
  const whole = await open({ failpoint: { api: 'order.started:kill' } });
  const client = clientOf(whole);
  await client.post([bundle]).catch(() => undefined);
  await whole.waitReady('api', 2);
  const [order] = await client.rows('select id from product_order');
  await client.reaches(order.id, 'completed');
  await expectOnce(client);
});

test.each([
  ['F11: before the call', 'step.noted:kill@3'],
  ['F10: after the effect, before it was read back', 'step.answered:kill@3'],
  ['F10: after the read-back, before it was recorded', 'step.performed:kill@3'],
  ['while the service order settles', 'serviceOrder.settling:kill@2'],
  ['while the order settles', 'order.settling:kill'],
])('a worker killed %s costs no second effect', async (_, failpoint) => {
  const whole = await open({ failpoint: { worker: failpoint } });
  const client = clientOf(whole);
  const order = await client.order([bundle]);
  await whole.waitReady('worker', 2);
  await client.reaches(order, 'completed');
  await expectOnce(client);
});

test('F21: Temporal killed in mid-order goes on where it was', async () => {
  const whole = await open({ ownServers: true });
  const client = clientOf(whole);
  await client.faults([{ system: 'edge', times: 1, behaviour: { type: 'delay', ms: 1500 } }]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'inProgress');
  await whole.kill('temporal');
  await client.reaches(order, 'completed');
  await expectOnce(client);
});

test('F22: orders are accepted while Temporal is down, and start when it is back', async () => {
  const whole = await open({ ownServers: true });
  const client = clientOf(whole);
  await whole.halt('temporal', 'SIGKILL');
  const order = await client.order([bundle]);
  expect((await client.orderOf(order)).state).toBe('acknowledged');
  await whole.restart('temporal');
  await client.reaches(order, 'completed');
  await expectOnce(client);
});

test('F27: Postgres killed in mid-order loses nothing that was acknowledged', async () => {
  const whole = await open({ ownServers: true });
  const client = clientOf(whole);
  await client.faults([{ system: 'edge', times: 1, behaviour: { type: 'delay', ms: 1500 } }]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'inProgress');
  await whole.kill('postgres');
  await client.reaches(order, 'completed');
  await expectOnce(client);
});
