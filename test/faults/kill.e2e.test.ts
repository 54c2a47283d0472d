import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { expectDoneOnce } from '../support/outcome.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** `kill -9` at the worst instants: the order completes all the same, and nothing is done twice. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({
    ownServers: true,
    env: {
      STEP_HEARTBEAT_TIMEOUT_MS: '2000',
      STEP_CALL_TIMEOUT_MS: '2000',
      OUTAGE_RETRY_FROM_MS: '100',
      RETRY_FROM_MS: '100',
    },
  });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

const newestOrder = async (): Promise<string> => {
  const [row] = await client.rows('select id from product_order order by id desc limit 1');
  return row.id;
};

const orders = async (): Promise<number> => (await client.rows('select 1 from product_order')).length;

test.each([
  ['F1: between commit and start', 'order.accepted:kill'],
  ['F3: after the start, before its row is gone', 'order.started:kill'],
])('an API killed %s leaves one order, and one saga that completes it', async (_, failpoint) => {
  const before = await orders();
  await stack.arm('api', failpoint);
  const starts = stack.starts('api');
  await client.post([bundle]).catch(() => undefined);
  await stack.waitReady('api', starts + 1);
  expect(await orders()).toBe(before + 1);
  const order = await newestOrder();
  await client.reaches(order, 'completed');
  await expectDoneOnce(client, order);
});

test('F2: an API killed before the commit leaves nothing, and the same key then makes the one order', async () => {
  const before = await orders();
  const key = { 'idempotency-key': 'before-commit' };
  await stack.arm('api', 'order.accepting:kill');
  const starts = stack.starts('api');
  await expect(client.post([bundle], key)).rejects.toThrow();
  await stack.waitReady('api', starts + 1);
  expect(await orders()).toBe(before);
  const [first, second] = [await client.post([bundle], key), await client.post([bundle], key)];
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(await second.text()).toBe(await first.text());
  expect(await orders()).toBe(before + 1);
  await client.reaches(await newestOrder(), 'completed');
});

test.each([
  ['F11: before the call', 'step.noted:kill@3'],
  ['F10: after the effect, before it was read back', 'step.answered:kill@3'],
  ['F10: after the read-back, before it was recorded', 'step.performed:kill@3'],
  ['while a service order settles', 'serviceOrder.settling:kill@2'],
  ['while the order settles', 'order.settling:kill'],
])('a worker killed %s costs no second effect', async (_, failpoint) => {
  await stack.arm('worker', failpoint);
  const starts = stack.starts('worker');
  const order = await client.order([bundle]);
  await stack.waitReady('worker', starts + 1);
  await client.reaches(order, 'completed');
  await expectDoneOnce(client, order);
});

test.each(['temporal', 'postgres', 'network', 'relay'] as const)(
  'F21, F27: %s killed in mid-order: the order goes on where it was',
  async (name) => {
    await client.faults([{ system: 'edge', times: 1, behaviour: { type: 'delay', ms: 500 } }]);
    const order = await client.order([bundle]);
    await client.reaches(order, 'inProgress');
    await stack.kill(name);
    await client.reaches(order, 'completed');
    await expectDoneOnce(client, order);
  },
);

test('F22: orders are accepted while Temporal is down, say so, and start when it is back', async () => {
  await stack.halt('temporal', 'SIGKILL');
  const order = await client.order([bundle]);
  expect((await client.orderOf(order)).state).toBe('acknowledged');
  await eventually(
    async () => {
      const ready = await fetch(`${stack.apiUrl}/health/ready`);
      expect(ready.status).toBe(200);
      expect(JSON.stringify(await ready.json())).toContain('Temporal');
    },
    { withinMs: 20_000 },
  );
  await stack.restart('temporal');
  await client.reaches(order, 'completed');
  await expectDoneOnce(client, order);
});

test('while Postgres is down a client is told to come back, and nothing is half-written', async () => {
  await stack.halt('postgres', 'SIGKILL');
  const reply = await client.post([bundle]);
  expect(reply.status).toBe(503);
  expect(reply.headers.get('retry-after')).not.toBeNull();
  expect((await fetch(`${stack.apiUrl}/health/ready`)).status).toBe(503);
  expect((await fetch(`${stack.apiUrl}/health/live`)).status).toBe(200);
  await stack.restart('postgres');
  const order = await client.order([bundle]);
  await client.reaches(order, 'completed');
});
