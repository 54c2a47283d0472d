import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withTenant } from '../../drizzle/client.ts';
import { productOfferingSchema, productSpecificationSchema } from '../../api/tmf620/schema.ts';
import { productOrderSchema } from '../../api/tmf622/schema.ts';
import { serviceSpecificationSchema } from '../../api/tmf633/schema.ts';
import { productSchema } from '../../api/tmf637/schema.ts';
import { serviceSchema } from '../../api/tmf638/schema.ts';
import { serviceOrderSchema } from '../../api/tmf641/schema.ts';
import { businessFibre } from '../support/orders.ts';
import { type Api, type Body, openOrder, orders, startApi } from './support/api.ts';

const paths = {
  productOrder: orders,
  serviceOrder: '/tmf-api/serviceOrdering/v4/serviceOrder',
  product: '/tmf-api/productInventory/v4/product',
  service: '/tmf-api/serviceInventory/v4/service',
  productOffering: '/tmf-api/productCatalogManagement/v4/productOffering',
  productSpecification: '/tmf-api/productCatalogManagement/v4/productSpecification',
  serviceSpecification: '/tmf-api/serviceCatalogManagement/v4/serviceSpecification',
} as const;

let api: Api;
let order: Body;
beforeAll(async () => {
  api = await startApi();
  const { requestedStartDate: _, ...now } = businessFibre;
  const posted = await api.post(now);
  await openOrder(api.db, posted.body.id);
  order = (await api.get(`${orders}/${posted.body.id}`)).body;
});
afterAll(() => api?.stop());

const list = async (resource: keyof typeof paths, query = ''): Promise<Body[]> =>
  (await api.get(`${paths[resource]}?${query}`)).body;
const read = async (href: string): Promise<Body> => (await api.get(new URL(href).pathname)).body;
const specificationOf = (service: Body): string => service.serviceSpecification.id;

/** What the conformance kits demand of every answer. */
describe.each([
  ['productOrder', productOrderSchema, ['orderDate', 'state', 'productOrderItem', 'relatedParty']],
  ['serviceOrder', serviceOrderSchema, ['state', 'orderDate', 'serviceOrderItem']],
  [
    'product',
    productSchema,
    ['status', 'billingAccount', 'productOffering', 'productCharacteristic', 'relatedParty'],
  ],
  ['service', serviceSchema, ['state', 'serviceSpecification', 'serviceDate']],
  ['productOffering', productOfferingSchema, ['lastUpdate', 'lifecycleStatus', 'name']],
  ['productSpecification', productSpecificationSchema, ['lastUpdate', 'lifecycleStatus', 'name']],
  [
    'serviceSpecification',
    serviceSpecificationSchema,
    ['@type', 'isBundle', 'lastUpdate', 'lifecycleStatus', 'name'],
  ],
] as const)('%s', (resource, schema, mandatory) => {
  test('each has what it must have, and reads alike alone and in the list', async () => {
    const all = await list(resource);
    expect(all.length).toBeGreaterThan(0);
    for (const one of all) {
      schema.parse(one);
      expect(Object.keys(one)).toEqual(expect.arrayContaining(['id', 'href', ...mandatory]));
      expect(await read(one.href)).toEqual(one);
    }
  });
});

test('an opened order leads to its products, and they to their services', async () => {
  expect(order.state).toBe('inProgress');
  for (const item of order.productOrderItem) {
    const product = await read(item.product.href);
    expect(product).toMatchObject({
      id: item.product.id,
      status: 'pendingActive',
      relatedParty: businessFibre.relatedParty,
      billingAccount: businessFibre.billingAccount,
      place: [{ id: 'ADDR-1' }],
      productOrderItem: [{ productOrderId: order.id, orderItemId: item.id, orderItemAction: 'add' }],
    });
    for (const service of product.realizingService ?? []) {
      expect((await read(service.href)).relatedEntity[0].id).toBe(product.id);
    }
  }
});

test('a bundle bundles its parts, and a part names what it relies on', async () => {
  const [bundle, access, ip] = await Promise.all(
    order.productOrderItem.map((item: Body) => read(item.product.href)),
  );
  expect(bundle.isBundle).toBe(true);
  expect(bundle.productRelationship.map((related: Body) => related.relationshipType)).toEqual(
    Array(3).fill('bundles'),
  );
  expect(ip.productRelationship).toMatchObject([
    { relationshipType: 'reliesOn', product: { id: access.id } },
  ]);
});

test('service orders name the order they come from and those they wait for', async () => {
  const all = await list('serviceOrder', `orderRelationship.id=${order.id}`);
  expect(all).toHaveLength(3);
  const of = (specification: string) =>
    all.find((one) => specificationOf(one.serviceOrderItem[0].service) === specification);
  const [access, ip] = [of('fibre-access'), of('ip-prefix')];
  expect(ip).toMatchObject({
    state: 'acknowledged',
    category: 'ip',
    serviceOrderItem: [{ id: '1', action: 'add', state: 'acknowledged' }],
    orderRelationship: [
      { id: order.id, relationshipType: 'cross-ref', '@referredType': 'ProductOrder' },
      { id: access.id, relationshipType: 'dependency' },
    ],
  });
});

test('a held step is told as an error of its item', async () => {
  await withTenant(api.db, 'default', (tx) =>
    tx.execute(sql`update step set state = 'held', error_class = 'conflict', error_code = 'otherKey',
      error_message = 'it is there under another key', ended_at = now() where system = 'ipam'`),
  );
  const [held] = (await list('serviceOrder')).filter((one) => one.category === 'ip');
  expect(held.serviceOrderItem[0].errorMessage).toMatchObject([
    {
      code: 'otherKey',
      reason: 'conflict at step prefix in system ipam',
      message: 'it is there under another key',
    },
  ]);
});

test('services show what they rely on and what they were told', async () => {
  const all = await list('service');
  const router = all.find((service) => specificationOf(service) === 'managed-router');
  expect(router.serviceRelationship.map((related: Body) => related.relationshipType)).toEqual([
    'reliesOn',
    'reliesOn',
  ]);
  expect(router.serviceCharacteristic).toEqual([{ name: 'model', value: 'CPE-XR500', valueType: 'string' }]);
});

test('the catalogue shows offerings, what they fix and what they are made of', async () => {
  const bundle = await read(`http://api.test${paths.productOffering}/OFF-BIZ-FIBRE-BUNDLE`);
  expect(bundle).toMatchObject({ isBundle: true, isSellable: true, lifecycleStatus: 'Active' });
  expect(bundle.bundledProductOffering.map(({ id }: Body) => id)).toEqual([
    'OFF-FIBRE-1G',
    'OFF-STATIC-IP-29',
    'OFF-CPE-MANAGED',
  ]);
  const fast = await read(`http://api.test${paths.productOffering}/OFF-FIBRE-2G`);
  expect(fast.prodSpecCharValueUse).toContainEqual({
    name: 'downstreamMbps',
    productSpecCharacteristicValue: [{ value: 2000, valueType: 'number', isDefault: true }],
  });
  const specification = await read(`http://api.test${paths.productSpecification}/PSPEC-STATIC-IP`);
  expect(specification.serviceSpecification).toMatchObject([{ id: 'ip-prefix' }]);
  const service = await read(`http://api.test${paths.serviceSpecification}/ip-prefix`);
  expect(service).toMatchObject({ domain: 'ip', steps: { prefix: { system: 'ipam' } } });
  expect(service.serviceSpecRelationship).toMatchObject([{ id: 'fibre-access', role: 'access' }]);
});

test('operators see plan, service orders, steps, footprints and claims of an order', async () => {
  const { status, body } = await api.get(`/ops/v1/productOrders/${order.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: order.id, state: 'inProgress', plan: { format: 1, rules: 1 } });
  expect(body.plan.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(body.serviceOrders).toHaveLength(3);
  expect(body.plan.serviceOrders.map(({ id }: Body) => id).sort()).toEqual(
    body.serviceOrders.map(({ id }: Body) => id).sort(),
  );
  const ip = body.serviceOrders.find(({ specification }: Body) => specification === 'ip-prefix');
  expect(ip.steps.map(({ name, tries }: Body) => [name, tries])).toEqual([
    ['prefix', 0],
    ['route', 0],
  ]);
  expect(ip.after).toHaveLength(1);
  expect(body.claims.map(({ mode }: Body) => mode)).toEqual(Array(4).fill('exclusive'));
});
