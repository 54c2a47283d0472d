import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { expectDoneOnce, expectInventoryTrue, expectOneRun, standingOf } from '../support/outcome.ts';
import { goOn, paused } from '../support/pausing.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Failures that other engines of this kind had, as they had them. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({ ownServers: true, env: quick });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

const noRoute = { system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } };

async function completeOnce(orders: readonly string[]): Promise<void> {
  for (const order of orders) {
    await client.reaches(order, 'completed', 120_000);
    await expectDoneOnce(client, order);
    await expectOneRun(stack, client, order);
  }
}

test('M1, M5: Postgres restarted inside the recovery of a dead worker leaves nothing pending for ever', async () => {
  await stack.arm('worker', 'step.performed:kill@4');
  const starts = stack.starts('worker');
  const orders = [await client.order([bundle]), await client.order([bundle]), await client.order([bundle])];
  await stack.waitReady('worker', starts + 1);
  await stack.arm('worker', 'step.noted:pause');
  await paused(stack, 'worker');
  await stack.halt('postgres', 'SIGQUIT');
  goOn(stack, 'worker');
  await stack.restart('postgres');
  await completeOnce(orders);
  expect(await client.rows("select 1 from step where state <> 'done'")).toEqual([]);
});

test('M2: a worker that drains beside a new one ends what it holds and takes nothing more: no step needs a second try', async () => {
  await stack.startSecond('worker');
  await client.faults([{ verb: 'apply', behaviour: { type: 'delay', ms: 200 } }]);
  const before = [await client.order([bundle]), await client.order([bundle]), await client.order([bundle])];
  for (const order of before) await client.reaches(order, 'inProgress');
  const drained = stack.halt('worker', 'SIGTERM');
  const after = [await client.order([bundle]), await client.order([bundle])];
  await drained;
  await completeOnce([...before, ...after]);
  await client.faults([]);
  for (const order of [...before, ...after]) {
    const attempts = await client.rows(
      `select number, outcome from attempt where service_order_id like '${order}-%'`,
    );
    expect(attempts).toEqual(Array(6).fill({ number: 1, outcome: 'done' }));
  }
  await stack.restart('worker');
  await stack.halt('worker2');
});

test('M3: the API and two relays that all read the order as not started start it at once: one run, effects once', async () => {
  await stack.startSecond('relay');
  await stack.arm('api', 'order.accepted:pause');
  await stack.arm('relay', 'relay.leased:pause');
  await stack.arm('relay2', 'relay.leased:pause');
  const starters = ['api', 'relay', 'relay2'] as const;
  const posted = client.post([bundle]);
  for (const name of starters) await paused(stack, name);
  for (const name of starters) goOn(stack, name);
  const { id } = (await (await posted).json()) as { id: string };
  await completeOnce([id]);
  await stack.halt('relay2');
});

test('M4: everything killed -9 right after the 201: the order is there, and runs once', async () => {
  const order = await client.order([bundle]);
  const all = ['api', 'relay', 'worker', 'temporal', 'postgres'] as const;
  const starts = all.map((name) => stack.starts(name));
  await Promise.all(all.map((name) => stack.kill(name)));
  await Promise.all(all.map((name, index) => stack.waitReady(name, (starts[index] ?? 0) + 1)));
  await completeOnce([order]);
});

test('M7: an effect whose record died with the worker is undone when a later step is refused', async () => {
  await client.faults([noRoute]);
  await stack.arm('worker', 'step.performed:kill@3');
  const starts = stack.starts('worker');
  const order = await client.order([bundle]);
  await stack.waitReady('worker', starts + 1);
  await client.reaches(order, 'failed');
  await client.faults([]);
  const ipam = (await client.ledger()).filter(
    ({ system, object }) => system === 'ipam' && object.includes(order),
  );
  expect(ipam.map(({ verb }) => verb)).toEqual(['apply', 'revoke']);
  const [first] = await client.rows(
    `select outcome from attempt where step = 'prefix' and service_order_id like '${order}-%' order by number`,
  );
  expect(first).toEqual({ outcome: null });
  expect(await standingOf(client, order)).toEqual([]);
  await expectInventoryTrue(client, order);
});

test('M7: an undo that fails is not swallowed: the order is held and says which step, why, and what is left', async () => {
  await client.faults([
    noRoute,
    { system: 'ipam', verb: 'revoke', behaviour: { type: 'error', status: 500 } },
  ]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'held');
  await client.faults([]);
  const { items, serviceOrders } = await client.ops(order);
  expect(items).toContainEqual(expect.objectContaining({ id: '1.2', state: 'held' }));
  const stuck = serviceOrders.find(
    ({ specification }: { specification: string }) => specification === 'ip-prefix',
  );
  expect(stuck.steps[0]).toMatchObject({
    name: 'prefix',
    state: 'held',
    error: { class: 'inDoubt', code: 'simulatedError' },
  });
  expect(stuck.footprints).toMatchObject([{ system: 'ipam', presence: 'doubtful' }]);
  expect(await client.fallout(order)).toMatchObject([{ class: 'inDoubt', code: 'simulatedError' }]);
  expect(await standingOf(client, order)).toHaveLength(3);
});
