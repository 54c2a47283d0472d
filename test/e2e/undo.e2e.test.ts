import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** An order that cannot succeed leaves nothing behind, in the right order, and says so everywhere. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({
    env: { RETRY_FROM_MS: '50', RETRY_UP_TO_MS: '100', RETRY_ATTEMPTS: '3', STEP_CALL_TIMEOUT_MS: '700' },
  });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

const ledgerOf = async (order: string) =>
  (await client.ledger()).filter(({ object, key }) => object.includes(order) || key.includes(order));

async function expectNothingLeft(order: string): Promise<void> {
  expect((await client.standing()).filter((object) => object.includes(order))).toEqual([]);
  expect(
    await client.rows(`select 1 from footprint where service_id like '${order}-%' and presence <> 'absent'`),
  ).toEqual([]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
  expect(await client.rows(`select distinct status from product where id like '${order}-%'`)).toEqual([
    { status: 'aborted' },
  ]);
  expect(await client.rows(`select distinct state from service where id like '${order}-%'`)).toEqual([
    { state: 'terminated' },
  ]);
  const keys = (await ledgerOf(order)).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
}

test('a refused route: what was done is taken back, last built first, and the order fails', async () => {
  await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } }]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'failed');
  await client.faults([]);

  expect((await ledgerOf(order)).map(({ system, verb }) => `${verb} ${system}`)).toEqual([
    'apply olt',
    'apply bng',
    'apply ipam',
    'revoke ipam',
    'revoke bng',
    'revoke olt',
  ]);
  await expectNothingLeft(order);
  const { items, serviceOrders } = await client.ops(order);
  const codes = Object.fromEntries(
    items.map(({ id, state, code }: Record<string, string>) => [id, `${state} ${code}`]),
  );
  expect(codes).toEqual({
    '1': 'failed noRoute',
    '1.1': 'failed undone',
    '1.2': 'failed noRoute',
    '1.3': 'failed notStarted',
  });
  const states = serviceOrders.map(
    ({ specification, action, state }: Record<string, string>) => `${action} ${specification} ${state}`,
  );
  expect(states.sort()).toEqual([
    'add fibre-access completed',
    'add ip-prefix failed',
    'add managed-router cancelled',
    'delete fibre-access completed',
  ]);
  const [compensating] = await client.rows(
    `select compensates, id from service_order where order_id = '${order}' and compensates is not null`,
  );
  expect(compensating.id).toBe(`${compensating.compensates}.c`);
});

test('F44: a call that timed out but took effect is taken back, too', async () => {
  await client.faults([
    { system: 'ipam', verb: 'apply', behaviour: { type: 'executeAndTimeout' }, times: 1 },
    { system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } },
  ]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'failed');
  await client.faults([]);
  await expectNothingLeft(order);
});

test('a failed upgrade gives the fibre and the router their old speed back', async () => {
  const made = await client.order([bundle]);
  await client.reaches(made, 'completed');
  const before = await client.standing();
  const [fibre] = await client.rows(
    `select id, characteristics from product where id like '${made}-%' and specification = 'PSPEC-FIBRE-ACCESS'`,
  );
  const objects = async () =>
    Promise.all(
      ['bng', 'acs'].map(async (system) =>
        (
          (await (await fetch(`${stack.networkUrl}/systems/${system}/objects`)).json()) as {
            object: string;
            values: unknown;
          }[]
        )
          .filter(({ object }) => object.includes(made))
          .map(({ values }) => values),
      ),
    );
  const valuesBefore = await objects();
  await client.faults([{ system: 'acs', verb: 'apply', behaviour: { type: 'refuse', code: 'tooFast' } }]);
  const upgrade = await client.order([
    { id: '1', action: 'modify', product: { id: fibre.id }, productOffering: { id: 'OFF-FIBRE-2G' } },
  ]);
  await client.reaches(upgrade, 'failed');
  await client.faults([]);
  expect(await objects()).toEqual(valuesBefore);
  expect(await client.standing()).toEqual(before);
  const [after] = await client.rows(`select status, characteristics from product where id = '${fibre.id}'`);
  expect(after).toEqual({ status: 'active', characteristics: fibre.characteristics });
});

test('an undo that the system refuses leaves the order held, with what is left', async () => {
  await client.faults([
    { system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } },
    { system: 'ipam', verb: 'revoke', behaviour: { type: 'refuse', code: 'inUse' } },
  ]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'held');
  await client.faults([]);
  const { serviceOrders } = await client.ops(order);
  const stuck = serviceOrders.find(
    ({ specification }: { specification: string }) => specification === 'ip-prefix',
  );
  expect(stuck.steps[0]).toMatchObject({
    name: 'prefix',
    state: 'held',
    error: { class: 'refused', code: 'inUse' },
  });
  expect(stuck.footprints).toMatchObject([{ system: 'ipam', presence: 'present' }]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toHaveLength(4);
});
