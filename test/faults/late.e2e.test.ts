import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A call whose end nobody heard takes effect when its order has long been taken back. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({
    env: {
      ...{ RETRY_FROM_MS: '50', RETRY_UP_TO_MS: '100', RETRY_ATTEMPTS: '3', STEP_CALL_TIMEOUT_MS: '500' },
      ...{ WATCH_EVERY_MS: '200', WATCH_FOR_MS: '8000', RELAY_INTERVAL_MS: '100' },
    },
  });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

const fibre = { id: '1', action: 'add', productOffering: { id: 'OFF-FIBRE-1G' } } as const;
const lateThenRefused = (system: string) =>
  client.faults([
    { system, verb: 'apply', times: 1, behaviour: { type: 'late', ms: 3_000 } },
    { system, verb: 'apply', behaviour: { type: 'refuse', code: 'noRoom' } },
  ]);

test('F46: an effect that comes after its undo is found, and taken away by a service order of its own', async () => {
  await lateThenRefused('bng');
  const order = await client.order([fibre]);
  await client.reaches(order, 'failed');
  await client.faults([]);
  const ours = async () => (await client.ledger()).filter(({ object }) => object.includes(order));
  const verbs = async () => (await ours()).map(({ system, verb }) => `${verb} ${system}`);
  expect(await verbs()).toEqual(['apply olt', 'revoke olt']);

  await eventually(
    async () => expect(await verbs()).toEqual(['apply olt', 'revoke olt', 'apply bng', 'revoke bng']),
    { withinMs: 30_000 },
  );
  const [removal] = await eventually(
    async () => {
      const rows = await client.rows(
        `select id, compensates from service_order where id like '${order}-%' and order_id is null and state = 'completed'`,
      );
      expect(rows).toHaveLength(1);
      return rows;
    },
    { withinMs: 30_000 },
  );
  const shown = await client.serviceOrderReaches(removal.id, 'completed');
  expect(shown.orderRelationship).toMatchObject([
    { id: removal.compensates, relationshipType: 'compensates' },
  ]);
  expect(await client.rows(`select 1 from footprint where presence <> 'absent'`)).toEqual([]);
  expect(await client.rows('select 1 from claim')).toEqual([]);
  expect(await client.rows('select 1 from fallout')).toEqual([]);
  await eventually(async () => expect(await client.rows('select 1 from watch')).toEqual([]), {
    withinMs: 30_000,
  });
});

test('F46: an effect that overwrites what stands is told to a person', async () => {
  const made = await client.order([fibre]);
  await client.reaches(made, 'completed');
  const [{ id: product }] = await client.rows(`select id from product where id like '${made}-%'`);
  await lateThenRefused('bng');
  const upgrade = await client.order([
    { id: '1', action: 'modify', product: { id: product }, productOffering: { id: 'OFF-FIBRE-2G' } },
  ]);
  await client.reaches(upgrade, 'failed');
  await client.faults([]);
  const [told] = await eventually(
    async () => {
      const list = (await (await fetch(`${stack.apiUrl}/ops/v1/fallout`)).json()) as Record<
        string,
        unknown
      >[];
      expect(list).toHaveLength(1);
      return list;
    },
    { withinMs: 30_000 },
  );
  expect(told).toMatchObject({ system: 'bng', class: 'drift', code: 'overwritten' });
});
