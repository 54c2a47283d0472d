import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { expectDoneOnce, expectInventoryTrue, standingOf } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Systems that fall silent, answer late, lie, and refuse to take back. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  const env = { ...quick, STEP_CALL_TIMEOUT_MS: '500', RETRY_FROM_MS: '700', RETRY_UP_TO_MS: '700' };
  stack = await startStack({ env });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

const systems = ['olt', 'bng', 'ipam', 'edge', 'acs', 'nms'];

const outcomesOf = async (order: string): Promise<string[]> => {
  const rows = await client.rows(
    `select service_order_id || step as step, string_agg(outcome, ', ' order by number) as outcomes
     from attempt where service_order_id like '${order}-%' group by 1`,
  );
  return rows.map(({ outcomes }) => outcomes);
};

async function removal(order: string): Promise<string> {
  const products: { id: string }[] = await client.rows(
    `select id from product where id like '${order}-%' and specification <> 'PSPEC-BUNDLE' order by id`,
  );
  return client.order(
    products.map(({ id }, index) => ({ id: String(index + 1), action: 'delete', product: { id } })),
  );
}

/** Every first call to every system behaves so. */
const everywhere = (verb: 'apply' | 'revoke', behaviour: object) =>
  client.faults(systems.map((system) => ({ system, verb, times: 1, behaviour })));

test.each([
  ['F44: every call times out with its effect: it is found by reading', { type: 'executeAndTimeout' }],
  ['F45: every call times out without effect: it is sent again under its key', { type: 'hang' }],
  [
    'F46: every effect comes after its call timed out, before the next try: it is found by reading',
    { type: 'late', ms: 650 },
  ],
])('%s, and done once, on the way up and on the way down', async (_, behaviour) => {
  await everywhere('apply', behaviour);
  const order = await client.order([bundle]);
  await client.reaches(order, 'completed');
  await expectDoneOnce(client, order);
  expect(await outcomesOf(order)).toEqual(systems.map(() => 'inDoubt, done'));

  await everywhere('revoke', behaviour);
  const end = await removal(order);
  await client.reaches(end, 'completed');
  await client.faults([]);
  expect(await outcomesOf(end)).toEqual(systems.map(() => 'inDoubt, done'));
  const revokes = (await client.ledger()).filter(
    ({ object, verb }) => object.includes(order) && verb === 'revoke',
  );
  expect(revokes.map(({ system }) => system).sort()).toEqual([...systems].sort());
  expect(await standingOf(client, order)).toEqual([]);
  await expectInventoryTrue(client, order);
});

test.each([
  ['nothing was done', { system: 'ipam', verb: 'apply' }, 'prefix', 'notThere'],
  ['other values stand', { system: 'ipam', verb: 'read' }, 'prefix', 'otherValues'],
])(
  'F49: a system that says done while %s: the order is held, not completed, until it is tried again',
  async (_, where, name, code) => {
    await client.faults([{ ...where, behaviour: { type: 'lie' } }]);
    const order = await client.order([bundle]);
    await client.reaches(order, 'held');
    await client.faults([]);
    const { serviceOrders } = await client.ops(order);
    const steps = serviceOrders.flatMap(({ steps }: { steps: object[] }) => steps);
    expect(steps).toContainEqual(
      expect.objectContaining({
        name,
        state: 'held',
        tries: 1,
        error: expect.objectContaining({ class: 'lied', code }),
      }),
    );
    expect(await client.fallout(order)).toMatchObject([{ class: 'lied', code }]);
    expect(await client.rows(`select distinct status from product where id like '${order}-%'`)).toEqual([
      { status: 'pendingActive' },
    ]);
    const [{ id }] = await client.fallout(order);
    await client.command(`/fallout/${id}/retryNow`);
    await client.reaches(order, 'completed');
    await expectInventoryTrue(client, order);
  },
);

test('F49: a system that says removed while it is still there: the order is held, the product not terminated', async () => {
  await client.faults([]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'completed');
  await client.faults([{ system: 'nms', verb: 'revoke', behaviour: { type: 'lie' } }]);
  const end = await removal(order);
  await client.reaches(end, 'held');
  await client.faults([]);
  expect(await client.fallout(end)).toMatchObject([{ class: 'lied', code: 'stillThere' }]);
  expect(await standingOf(client, order)).toHaveLength(6);
  expect(await client.rows(`select distinct status from product where id like '${order}-%'`)).toEqual([
    { status: 'pendingTerminate' },
  ]);
});

test.each([
  ['inside the service order that failed', 'ipam', ['bng', 'ipam', 'olt']],
  ['of a service order that was complete', 'olt', ['olt']],
])(
  'F56: every undo is refused %s: the order is held, with the exact list of what is left',
  async (_, system, left) => {
    await client.faults([
      { system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } },
      { system, verb: 'revoke', behaviour: { type: 'refuse', code: 'inUse' } },
    ]);
    const order = await client.order([bundle]);
    await client.reaches(order, 'held');
    await client.faults([]);
    expect(await client.fallout(order)).toMatchObject([{ class: 'refused', code: 'inUse' }]);
    const { serviceOrders } = await client.ops(order);
    const footprints: { system: string; object: string; presence: string }[] = serviceOrders.flatMap(
      ({ footprints }: { footprints: object[] }) => footprints,
    );
    const listed = footprints.filter(({ presence }) => presence !== 'absent');
    const standing = await standingOf(client, order);
    expect([...new Set(listed.map(({ system, object }) => `${system} ${object}`))].sort()).toEqual(standing);
    expect(standing.map((object) => object.split(' ')[0])).toEqual(left);
    expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toHaveLength(4);
  },
);
