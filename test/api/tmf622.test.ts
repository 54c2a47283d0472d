import { expect, test } from 'vitest';
import { fitting } from '../../api/body.ts';
import { linksFrom } from '../../api/resource.ts';
import { pathOf } from '../../api/tmf622/pathOf.ts';
import { productOrderCreate, productOrderSchema } from '../../api/tmf622/schema.ts';
import { toDomain } from '../../api/tmf622/toDomain.ts';
import { toTmf } from '../../api/tmf622/toTmf.ts';
import type { Order, RequestedOrder } from '../../src/order/order.ts';
import { businessFibre, fibre, orderOf } from '../support/orders.ts';

const links = linksFrom('http://api.test');
const read = (body: unknown) => fitting(productOrderCreate, body);
const acknowledged = (request: RequestedOrder, more: Partial<Order> = {}): Order => ({
  ...request,
  id: 'O',
  client: 'local',
  state: 'acknowledged',
  version: 1,
  snapshot: 'hash',
  orderedAt: '2026-03-01 09:00:00.5+00',
  items: request.items.map((item) => ({ ...item, state: 'acknowledged', products: [`P-${item.id}`] })),
  ...more,
});
const roundTrip = (body: unknown, more: Partial<Order> = {}) =>
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
  toTmf(acknowledged(toDomain(read(body)), more), links) as any;

test('an order means what it says: items, values, relationships, instants in UTC', () => {
  const order = toDomain(read(businessFibre));
  expect(order).toMatchObject({
    externalId: 'CRM-1',
    priority: '2',
    requestedStart: '2026-03-02T08:00:00.000Z',
    requestedCompletion: '2026-03-20T17:00:00.000Z',
  });
  expect(order.items[2]).toMatchObject({
    id: '1.2',
    action: 'add',
    quantity: 1,
    offering: 'OFF-STATIC-IP-29',
    specification: 'PSPEC-STATIC-IP',
    characteristics: { ipVersion: 'IPv4', prefixLength: 29 },
    relationships: [{ type: 'reliesOn', itemId: '1.1' }],
    carried: { place: [{ id: 'ADDR-1' }] },
  });
});

test('what ordering does not interpret comes back as it went in, dates with their offset', () => {
  const answered = roundTrip(businessFibre);
  const { productOrderItem, ...rest } = businessFibre;
  expect(answered).toMatchObject(rest);
  expect(answered.requestedStartDate).toBe('2026-03-02T09:00:00.000+01:00');
  expect(answered.productOrderItem).toMatchObject(
    productOrderItem.map(({ product: { productCharacteristic: list, ...product }, ...item }) => ({
      ...item,
      product: { ...product, ...(list.length > 0 && { productCharacteristic: list }) },
    })),
  );
  productOrderSchema.parse(answered);
});

test('attributes of an extended type are kept', () => {
  const extended = {
    ...orderOf({ ...fibre(), colour: 'red', product: { shade: { of: 'red' } } }),
    '@type': 'MyOrder',
    '@schemaLocation': 'https://example.org/MyOrder.json',
    campaign: 7,
  };
  expect(roundTrip(extended)).toMatchObject(extended);
});

test('what only the provider sets is not carried', () => {
  const answered = roundTrip({
    ...orderOf({
      ...fibre(),
      state: 'failed',
      product: { startDate: '2001-01-01T00:00:00Z', realizingService: [{ id: 'S' }] },
    }),
    state: 'completed',
    expectedCompletionDate: '2001-01-01T00:00:00Z',
    cancellationReason: 'mine',
  });
  expect(answered.state).toBe('acknowledged');
  expect(answered.productOrderItem[0].state).toBe('acknowledged');
  for (const name of ['expectedCompletionDate', 'cancellationReason']) expect(answered[name]).toBeUndefined();
  for (const name of ['startDate', 'realizingService'])
    expect(answered.productOrderItem[0].product[name]).toBeUndefined();
});

test('items nested in items are parts of them, and come back nested', () => {
  const nested = orderOf({
    id: 'a',
    action: 'add',
    productOffering: { id: 'B' },
    productOrderItem: [{ ...fibre('b'), productOrderItem: [fibre('c')] }, { ...fibre('d') }],
  });
  expect(toDomain(read(nested)).items.map(({ id, parent }) => [id, parent])).toEqual([
    ['a', undefined],
    ['b', 'a'],
    ['c', 'b'],
    ['d', 'a'],
  ]);
  const [a] = roundTrip(nested).productOrderItem;
  expect(a.productOrderItem.map(({ id }: { id: string }) => id)).toEqual(['b', 'd']);
  expect(a.productOrderItem[0].productOrderItem.map(({ id }: { id: string }) => id)).toEqual(['c']);
});

test('the products of several instances are all named, with an address once they can be read', () => {
  const order = acknowledged(toDomain(read(orderOf({ ...fibre(), quantity: 2 }))));
  const two = { ...order, items: order.items.map((item) => ({ ...item, products: ['P-1', 'P-2'] })) };
  const productOf = (given: Order) =>
    toTmf(given, links).productOrderItem as unknown as { product: object }[];
  expect(productOf(two)[0]?.product).toMatchObject({ product: [{ id: 'P-1' }, { id: 'P-2' }] });
  expect(productOf({ ...two, decomposedAt: order.orderedAt })[0]?.product).toMatchObject({
    product: [{ id: 'P-1', href: links.href('product', 'P-1') }, { id: 'P-2' }],
  });
});

test('an item that is held or failed says why', () => {
  const order = acknowledged(toDomain(read(orderOf(fibre()))));
  const held = {
    ...order,
    items: order.items.map((item) => ({ ...item, state: 'held', code: 'drift' }) as const),
  };
  expect(toTmf(held, links)).toMatchObject({
    productOrderItem: [
      {
        state: 'held',
        errorMessage: [{ code: 'drift', reason: expect.stringContaining('drift: the item is held') }],
      },
    ],
  });
});

test('an order of 1,000 parts is rendered without waiting', () => {
  const parts = Array.from({ length: 999 }, (_, index) => fibre(`p${index}`));
  const order = acknowledged(toDomain(read(orderOf({ ...fibre('b'), productOrderItem: parts }))));
  const began = performance.now();
  toTmf(order, links);
  expect(performance.now() - began).toBeLessThan(2_000);
});

test.each([
  [{ item: '1.2', field: 'offering' }, 'productOrderItem[2].productOffering.id'],
  [
    { item: '1.2', field: { characteristic: 'prefixLength' } },
    'productOrderItem[2].product.productCharacteristic[1].value',
  ],
  [{ item: '1.2', field: { characteristic: 'other' } }, 'productOrderItem[2].product.productCharacteristic'],
  [{ item: '1.2', field: 'productRelationship' }, 'productOrderItem[2].product.productRelationship'],
  [{ item: '1.2' }, 'productOrderItem[2]'],
  [{ item: '1.3.7.1', field: 'product' }, 'productOrderItem[3].product.id'],
  [{ item: 'gone' }, 'productOrderItem'],
  [{}, 'productOrderItem'],
] as const)('a refusal of %j points to %s', (where, path) => {
  expect(pathOf(read(businessFibre), { type: 'OfferingUnknown', message: '', ...where })).toBe(path);
});
