import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { expectDoneOnce, expectNothingLeft, statesTold } from '../support/outcome.ts';
import { paused } from '../support/pausing.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';

/**
 * A worker dies after it wrote how something ended, and before Temporal heard of it: the workflow task is done
 * again, and hears first what came meanwhile.
 */

let stack: Stack;
let client: Client;
let eyes: TemporalEyes;
beforeAll(async () => {
  stack = await startStack({ env: quick });
  client = clientOf(stack);
  eyes = await temporalOf(stack);
});
afterAll(async () => {
  await eyes?.close();
  await stack?.stop();
});
const runOf = (order: string) => eyes.runOf(`productOrder:default:${order}`);

/** What comes while the worker stands at the failpoint, which it does not survive. */
async function meanwhile<Came>(failpoint: string, come: (order: string) => Promise<Came>) {
  await stack.arm('worker', `${failpoint}:pause`);
  const order = await client.order([bundle]);
  await paused(stack, 'worker');
  const came = await come(order);
  const starts = stack.starts('worker');
  await stack.kill('worker');
  await stack.waitReady('worker', starts + 1);
  return { order, came };
}

test('F10: an order that was settled stays completed, and so does its run, though its cancellation was requested', async () => {
  const { order } = await meanwhile('order.settled', (id) => runOf(id).cancel());
  await expect(runOf(order).result()).resolves.toEqual({ state: 'completed' });
  expect(await statesTold(client, order)).toEqual(['acknowledged', 'inProgress', 'completed']);
  await expectDoneOnce(client, order);
});

/** Resolves when the run of the order has heard of it: nothing is left for the relay to tell. */
async function cancel(order: string): Promise<{ id: string }> {
  const task = await client.cancel(order);
  const untold = `select 1 from dispatch where order_id = '${order}'`;
  await eventually(async () => expect(await client.rows(untold)).toEqual([]), { withinMs: 30_000 });
  return task;
}

test('F10: a service order that was settled stays completed, and the cancel takes it back by another', async () => {
  const { order, came } = await meanwhile('serviceOrder.settled', cancel);
  await client.reaches(order, 'cancelled');
  expect(await client.rows(`select state from cancel_task where id = '${came.id}'`)).toEqual([
    { state: 'done' },
  ]);
  const rows = await client.rows(
    `select id, compensates from service_order where order_id = '${order}' and state = 'completed' order by id`,
  );
  const [first] = rows;
  expect(rows).toEqual([
    { id: first?.id, compensates: null },
    { id: `${first?.id}.c`, compensates: first?.id },
  ]);
  expect(await statesTold(client, String(first?.id))).toEqual(['acknowledged', 'inProgress', 'completed']);
  await expectNothingLeft(client, order);
});
