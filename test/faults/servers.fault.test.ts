import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { expectDoneOnce, expectInventoryTrue, expectOneRun } from '../support/outcome.ts';
import { goOn, paused } from '../support/pausing.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Temporal and Postgres go away for a while, once or again and again, while orders flow. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({ ownServers: true, env: quick });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

/** A client that does not give up: the same key until it is answered 201. */
const accepted = (key: string): Promise<string> =>
  eventually(
    async () => {
      const reply = await client.post([bundle], { 'idempotency-key': key });
      const text = await reply.text();
      if (reply.status !== 201) throw new Error(`${key} was answered ${reply.status}: ${text}`);
      return (JSON.parse(text) as { id: string }).id;
    },
    { withinMs: 30_000 },
  );

async function allDoneOnce(orders: readonly string[]): Promise<void> {
  for (const order of orders) {
    await client.reaches(order, 'completed', 120_000);
    await expectDoneOnce(client, order);
    await expectInventoryTrue(client, order);
  }
}

test('F22: orders accepted while Temporal is away, until the relay has given up more than once, all run once', async () => {
  await stack.halt('temporal', 'SIGKILL');
  const orders = [await accepted('away-1'), await accepted('away-2'), await accepted('away-3')];
  for (const order of orders) expect((await client.orderOf(order)).state).toBe('acknowledged');
  await eventually(
    async () => {
      const rows = await client.rows('select 1 from dispatch where tries >= 2 and last_error is not null');
      expect(rows).toHaveLength(orders.length);
    },
    { withinMs: 60_000 },
  );
  await stack.restart('temporal');
  await allDoneOnce(orders);
  for (const order of orders) await expectOneRun(stack, client, order);
});

test('F21: Temporal killed again and again while orders flow: every order goes on where it was', async () => {
  const orders: string[] = [];
  for (const round of [1, 2, 3]) {
    await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'delay', ms: 300 } }]);
    orders.push(await accepted(`round-${round}-a`), await accepted(`round-${round}-b`));
    await client.reaches(orders.at(-1) ?? '', 'inProgress');
    const starts = stack.starts('temporal');
    await stack.kill('temporal');
    await stack.waitReady('temporal', starts + 1);
  }
  await client.faults([]);
  await allDoneOnce(orders);
  for (const order of orders) await expectOneRun(stack, client, order);
});

test.each([
  ['before the effect is recorded', 'step.performed:pause@2'],
  ['while its service order settles', 'serviceOrder.settling:pause'],
])(
  'F60: Postgres stopped at once %s: what is activated is in service inventory in the end',
  async (_, failpoint) => {
    await stack.arm('worker', failpoint);
    const order = await accepted(failpoint);
    await paused(stack, 'worker');
    await stack.halt('postgres', 'SIGQUIT');
    goOn(stack, 'worker');
    await stack.restart('postgres');
    await allDoneOnce([order]);
  },
);

const stormMs = 60_000;
const everyMs = 5_000;

test('F27: Postgres stopped at once every 5 s for a minute while orders flow: none lost, none twice, none stuck', async () => {
  const before = (await client.rows('select 1 from product_order')).length;
  const ends = performance.now() + stormMs;
  const storm = async () => {
    while (performance.now() < ends) {
      await delay(everyMs);
      const starts = stack.starts('postgres');
      await stack.kill('postgres', 'SIGQUIT');
      await stack.waitReady('postgres', starts + 1);
    }
  };
  const orders: string[] = [];
  const customers = async () => {
    while (performance.now() < ends) {
      orders.push(await accepted(`storm-${orders.length}`));
      await delay(everyMs / 3);
    }
  };
  await Promise.all([storm(), customers()]);
  expect(orders.length).toBeGreaterThan(10);
  expect(await client.rows('select 1 from product_order')).toHaveLength(before + orders.length);
  await allDoneOnce(orders);
  expect(await client.rows("select 1 from step where state <> 'done' and verb = 'apply'")).toEqual([]);
});
