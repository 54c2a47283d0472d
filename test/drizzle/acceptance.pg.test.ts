import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { newOrderId } from '../../api/orderId.ts';
import { type Acceptance, acceptOrder, type AcceptanceRequest } from '../../drizzle/acceptance.ts';
import { saveCatalog } from '../../drizzle/catalogStore.ts';
import { connectDatabase, type DatabaseClient, withTenant } from '../../drizzle/client.ts';
import { product } from '../../drizzle/schema.ts';
import { saveSystems } from '../../drizzle/systemStore.ts';
import type { RequestedItem } from '../../src/order/order.ts';
import { demoEntries, demoSystems } from '../support/catalog.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 20, statementTimeoutMs: 10_000, name: 'test' });
  await saveSystems(
    client.db,
    demoSystems.map((name) => ({ name, adapter: 'http', address: 'http://127.0.0.1:1' })),
  );
  expect(await saveCatalog(client.db, 'default', demoEntries())).toMatchObject({ type: 'saved' });
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

const item = (wanted: Partial<RequestedItem>): RequestedItem => ({
  id: '1',
  action: 'add',
  quantity: 1,
  characteristics: {},
  relationships: [],
  productRelationships: [],
  carried: {},
  ...wanted,
});

const accept = (
  items: readonly RequestedItem[],
  rest: Partial<AcceptanceRequest> = {},
): Promise<Acceptance> =>
  acceptOrder(client.db, {
    tenant: 'default',
    client: 'local',
    orderId: newOrderId(),
    now: '2026-01-05T08:00:00.000Z',
    fingerprint: 'one',
    request: { carried: {}, items },
    render: ({ id }) => ({ status: 201, location: `/productOrder/${id}`, body: { id } }),
    limits: { serviceItemsMax: 1_000, dispatchDelayMs: 2_000 },
    ...rest,
  });

async function activeFibre(id: string): Promise<string> {
  await withTenant(client.db, 'default', (tx) =>
    tx.insert(product).values({
      tenantId: 'default',
      id,
      status: 'active',
      version: 1,
      offering: 'OFF-FIBRE-1G',
      specification: 'PSPEC-FIBRE-ACCESS',
      name: 'Fibre',
      characteristics: { downstreamMbps: 1000, upstreamMbps: 1000, accessTechnology: 'GPON' },
      carried: {},
      orderItems: [],
    }),
  );
  return id;
}

const count = async (table: string): Promise<number> => {
  const [row] = await client.db.execute<{ count: number }>(
    sql.raw(`select count(*)::int as count from ${table}`),
  );
  return row?.count ?? -1;
};

test('of two orders on one product at once exactly one is accepted, in 1,000 races', async () => {
  const races = 1_000;
  const orders = await count('product_order');
  for (let batch = 0; batch < races; batch += 10) {
    await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const productId = await activeFibre(`RACE-${batch + index}`);
        const wanted = [item({ action: 'modify', productId, offering: 'OFF-FIBRE-2G' })];
        const answers = await Promise.all([accept(wanted), accept(wanted)]);
        const refusals = answers.flatMap((answer) => (answer.type === 'refused' ? [answer.refusal] : []));
        const accepted = answers.flatMap((answer) => (answer.type === 'accepted' ? [answer.order.id] : []));
        expect(accepted).toHaveLength(1);
        expect(refusals).toMatchObject([
          { type: 'ProductInUse', item: '1', message: expect.stringContaining(accepted[0] ?? '') },
        ]);
      }),
    );
  }
  expect(await count('product_order')).toBe(orders + races);
  expect(await count('claim')).toBe(races);
}, 120_000);

test('the same order posted 50 times at once under one key is one order, and all get the same answer', async () => {
  const orders = await count('product_order');
  const idempotency = { operation: 'createProductOrder', key: 'fifty', fingerprint: 'one' };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => accept([item({ offering: 'OFF-BIZ-FIBRE-BUNDLE' })], { idempotency })),
  );
  expect(answers.filter(({ type }) => type === 'accepted')).toHaveLength(1);
  expect(answers.filter(({ type }) => type === 'replayed')).toHaveLength(49);
  const bodies = answers.map((answer) => JSON.stringify('reply' in answer ? answer.reply : answer));
  expect(new Set(bodies).size).toBe(1);
  expect(await count('product_order')).toBe(orders + 1);
});

test('a key with other content is refused, and changes nothing', async () => {
  const items = [item({ offering: 'OFF-FIBRE-1G' })];
  const idempotency = { operation: 'createProductOrder', key: 'reused', fingerprint: 'one' };
  await accept(items, { idempotency });
  const orders = await count('product_order');
  expect(await accept(items, { idempotency: { ...idempotency, fingerprint: 'two' } })).toEqual({
    type: 'keyReused',
  });
  expect(await count('product_order')).toBe(orders);
});

test('a refused order leaves its key free and stores nothing at all', async () => {
  const tables = ['product_order', 'order_item', 'claim', 'event', 'dispatch', 'idempotency'];
  const before = await Promise.all(tables.map(count));
  const idempotency = { operation: 'createProductOrder', key: 'refused', fingerprint: 'one' };
  expect(await accept([item({ offering: 'NONE' })], { idempotency })).toMatchObject({
    type: 'refused',
    refusal: { type: 'OfferingUnknown' },
  });
  expect(await Promise.all(tables.map(count))).toEqual(before);
});

test('the same external id twenty times at once is one order; other content under it is refused', async () => {
  const orders = await count('product_order');
  const request = { carried: {}, externalId: 'CRM-1', items: [item({ offering: 'OFF-FIBRE-1G' })] };
  const answers = await Promise.all(Array.from({ length: 20 }, () => accept([], { request })));
  const ids = answers.map((answer) => (answer.type === 'accepted' ? answer.order.id : answer.type));
  expect(new Set(ids).size).toBe(1);
  expect(answers.filter((answer) => answer.type === 'accepted' && answer.isNew)).toHaveLength(1);
  expect(await count('product_order')).toBe(orders + 1);
  expect(await accept([], { request, fingerprint: 'two' })).toEqual({
    type: 'externalIdReused',
    order: ids[0],
  });
});

test('without key and external id two equal orders are two', async () => {
  const orders = await count('product_order');
  await accept([item({ offering: 'OFF-FIBRE-1G' })]);
  await accept([item({ offering: 'OFF-FIBRE-1G' })]);
  expect(await count('product_order')).toBe(orders + 2);
});

test('order, items, claims, event and start command are one transaction', async () => {
  const accepted = await accept([item({ offering: 'OFF-BIZ-FIBRE-BUNDLE' })]);
  const id = accepted.type === 'accepted' ? accepted.order.id : '';
  const of = async (table: string, column: string) =>
    (await client.db.execute(sql.raw(`select 1 from ${table} where ${column}`))).length;
  expect(await of('order_item', `order_id = '${id}'`)).toBe(4);
  expect(await of('claim', `holders = array['${id}'] and mode = 'exclusive'`)).toBe(4);
  expect(await of('event', `entity_id = '${id}' and version = 1 and type = 'created'`)).toBe(1);
  expect(await of('dispatch', `order_id = '${id}' and command = 'start'`)).toBe(1);
});
