import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { expectDoneOnce } from '../support/outcome.ts';
import { goOn, paused } from '../support/pausing.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A worker that freezes, and an order that breaks whoever touches it. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({ env: quick });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

test('F14: a worker frozen before its call past its heartbeat: another goes on, and the late call is without effect and fenced', async () => {
  await stack.arm('worker', 'step.noted:pause@3');
  const order = await client.order([bundle]);
  await paused(stack, 'worker');
  await stack.startSecond('worker');
  // What is handed to the frozen worker comes back only by timeouts, one after the other.
  await client.reaches(order, 'completed', 120_000);
  goOn(stack, 'worker');
  await eventually(() => expect(stack.logs('worker')).toContain('a late attempt was fenced'), {
    withinMs: 30_000,
  });
  await stack.halt('worker2');
  await expectDoneOnce(client, order);
  const attempts = await client.rows(
    `select number, outcome from attempt where step = 'prefix' and service_order_id like '${order}-%' order by number`,
  );
  expect(attempts).toEqual([
    { number: 1, outcome: null },
    { number: 2, outcome: 'done' },
  ]);
});

test.each([
  [
    'whose adapter always throws',
    "update system set address = 'nowhere' where name = 'edge'",
    `update system set address = '%/systems/edge' where name = 'edge'`,
  ],
  [
    'whose activity always throws',
    `create function poison() returns trigger language plpgsql as $$ begin raise 'poison'; end $$;
     create trigger poison before insert on attempt for each row when (new.step = 'route') execute function poison()`,
    'drop trigger poison on attempt; drop function poison()',
  ],
])('F19: an order %s is held after one try, and others do not notice', async (_, poison, cure) => {
  await client.rows(poison);
  const poisoned = await client.order([bundle]);
  await client.reaches(poisoned, 'held');
  expect(await client.fallout(poisoned)).toMatchObject([{ class: 'unknown', code: 'unexpected' }]);
  const other = await client.order([fibre()]);
  await client.reaches(other, 'completed');
  const { serviceOrders } = await client.ops(poisoned);
  const stuck = serviceOrders.find(
    ({ specification }: { specification: string }) => specification === 'ip-prefix',
  );
  expect(stuck.state).toBe('held');
  expect(stuck.steps.map(({ name, state }: Record<string, string>) => `${name} ${state}`)).toEqual([
    'prefix done',
    'route held',
  ]);
  await client.rows(cure.replace('%', stack.networkUrl));
  const later = await client.order([bundle]);
  await client.reaches(later, 'completed');
  expect((await client.orderOf(poisoned)).state).toBe('held');
});
