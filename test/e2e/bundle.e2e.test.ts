import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack();
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

/** Products of one order by their offering. */
async function productsOf(order: string): Promise<Record<string, string>> {
  const rows = await client.rows(`select offering, id from product where id like '${order}-%'`);
  return Object.fromEntries(rows.map(({ offering, id }) => [offering, id]));
}

const effects = async (from = 0) =>
  (await client.ledger())
    .slice(from)
    .map(({ verb, system, object }) => `${verb} ${system} ${object.split('/')[0]}`);

const built = [
  'apply olt line',
  'apply bng speed',
  'apply ipam prefix',
  'apply edge route',
  'apply acs config',
  'apply nms monitoring',
];

test('the bundle becomes six objects, each under a key of its own, and products and services that are active', async () => {
  const order = await client.order([bundle]);
  const completed = await client.reaches(order, 'completed');
  expect(completed.completionDate).toBeDefined();
  expect(new Set(completed.productOrderItem.map(({ state }: { state: string }) => state))).toEqual(
    new Set(['completed']),
  );

  const ledger = await client.ledger();
  expect(await effects()).toEqual(built);
  expect(new Set(ledger.map(({ key }) => key)).size).toBe(6);
  const [line, , prefix, route, config] = ledger;
  expect(ledger.map(({ key }) => key.replace(/^.*?\//, ''))).toEqual([
    '1/line/1/do',
    '1/speed/1/do',
    '1/prefix/1/do',
    '1/route/1/do',
    '1/config/1/do',
    '1/monitoring/1/do',
  ]);
  expect(line?.values).toEqual({ technology: 'GPON' });
  expect(prefix?.values).toEqual({ length: 29 });
  expect(route?.values).toMatchObject({ vlan: expect.any(Number), cidr: expect.stringMatching(/\/29$/) });
  expect(config?.values).toMatchObject({ lan: route?.values.cidr, shapeToMbps: 1000 });

  const products = await client.list('product');
  expect(products.map(({ status }: { status: string }) => status)).toEqual(Array(4).fill('active'));
  const services = await client.list('service');
  expect(services.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill('active'));
  const serviceOrders = await client.list('serviceOrder');
  expect(serviceOrders.map(({ state }: { state: string }) => state)).toEqual(Array(3).fill('completed'));
  expect(await client.rows('select * from claim')).toEqual([]);
  expect(await client.rows('select * from dispatch')).toEqual([]);
});

test('the events of each entity are its versions, one after the other', async () => {
  const events = await client.rows(
    'select entity, entity_id, version, type from event order by entity, entity_id, version',
  );
  const versions = new Map<string, number[]>();
  for (const { entity, entity_id, version } of events) {
    const name = `${entity} ${entity_id}`;
    versions.set(name, [...(versions.get(name) ?? []), version]);
  }
  expect(versions.size).toBe(1 + 3 + 4 + 3);
  for (const list of versions.values()) expect(list).toEqual(list.map((_, index) => index + 1));
  const orders = events.filter(({ entity }) => entity === 'productOrder').map(({ type }) => type);
  expect(orders).toEqual(['created', 'stateChanged', 'stateChanged']);
});

test('a faster speed touches the speed and the router that shapes to it, and costs nothing else an activity', async () => {
  const before = (await client.ledger()).length;
  const [{ id: order }] = await client.list('productOrder');
  const products = await productsOf(order);
  const upgrade = {
    id: '1',
    action: 'modify',
    productOffering: { id: 'OFF-FIBRE-2G' },
    product: { id: products['OFF-FIBRE-1G'] },
  };
  const modify = await client.order([upgrade]);
  await client.reaches(modify, 'completed');

  expect(await effects(before)).toEqual(['apply bng speed', 'apply acs config']);
  const steps = await client.rows(
    `select name, attempt from step where service_order_id like '${modify}-%' order by name`,
  );
  expect(steps).toEqual([
    { name: 'config', attempt: 1 },
    { name: 'speed', attempt: 1 },
  ]);
  const [fibre] = await client.rows(
    `select offering, name, characteristics from product where id = '${products['OFF-FIBRE-1G']}'`,
  );
  expect(fibre).toMatchObject({ offering: 'OFF-FIBRE-2G', characteristics: { downstreamMbps: 2000 } });
});

test('a fibre that others rely on cannot go alone, and the refusal stores nothing', async () => {
  const orders = await client.rows('select count(*)::int as count from product_order');
  const [{ id: order }] = (await client.rows('select id from product_order order by ordered_at limit 1')) as [
    { id: string },
  ];
  const products = await productsOf(order);
  const reply = await client.post([{ id: '1', action: 'delete', product: { id: products['OFF-FIBRE-2G'] } }]);
  expect(reply.status).toBe(409);
  expect(await reply.json()).toMatchObject({ code: 'ProductReliedOn' });
  expect(await client.rows('select count(*)::int as count from product_order')).toEqual(orders);
  expect(await client.rows('select * from claim')).toEqual([]);
});

test('disconnecting the three parts takes the bundle along, dependants first, and the network is empty', async () => {
  const before = (await client.ledger()).length;
  const [{ id: order }] = (await client.rows('select id from product_order order by ordered_at limit 1')) as [
    { id: string },
  ];
  const products = await productsOf(order);
  const parts = ['OFF-FIBRE-2G', 'OFF-CPE-MANAGED', 'OFF-STATIC-IP-29'];
  const disconnect = await client.order(
    parts.map((offering, index) => ({
      id: String(index + 1),
      action: 'delete',
      product: { id: products[offering] },
    })),
  );
  await client.reaches(disconnect, 'completed');

  expect(await effects(before)).toEqual([
    'revoke nms monitoring',
    'revoke acs config',
    'revoke edge route',
    'revoke ipam prefix',
    'revoke bng speed',
    'revoke olt line',
  ]);
  expect(await client.standing()).toEqual([]);
  expect(await client.rows('select distinct status from product')).toEqual([{ status: 'terminated' }]);
  expect(await client.rows('select distinct state from service')).toEqual([{ state: 'terminated' }]);
  expect(await client.rows('select distinct presence from footprint')).toEqual([{ presence: 'absent' }]);
});
