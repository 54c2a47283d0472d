import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { expectDoneOnce } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A system that answers, but takes its time. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  const env = { ...quick, STEP_CALL_TIMEOUT_MS: '90000', WORKER_ACTIVITY_SLOTS: '4' };
  stack = await startStack({ env });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

const places = (count: number) => Promise.all(Array.from({ length: count }, () => client.order([bundle])));

const countOf = async (orders: readonly string[], condition: string): Promise<number> => {
  const any = orders.map((order) => `service_order_id like '${order}-%'`).join(' or ');
  const [row] = await client.rows(`select count(*)::int as count from step where (${any}) and ${condition}`);
  return row.count;
};

test('F48: a system that takes 30 s for each call slows its own steps, not those of its neighbours in the domain', async () => {
  await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'delay', ms: 30_000 } }]);
  const slow = await places(6);
  const underWay = () => countOf(slow, `system = 'edge' and state = 'attempting'`);
  await eventually(async () => expect(await underWay()).toBe(2), { withinMs: 60_000 });

  const later = await places(4);
  const independent = await client.order([fibre()]);
  await eventually(async () => expect(await countOf(later, `system = 'ipam' and state = 'done'`)).toBe(4), {
    withinMs: 25_000,
  });
  await client.reaches(independent, 'completed');
  expect((await client.ledger()).filter(({ system }) => system === 'edge')).toEqual([]);

  await client.faults([]);
  for (const order of [...slow, ...later]) {
    await client.reaches(order, 'completed', 120_000);
    await expectDoneOnce(client, order);
  }
});
