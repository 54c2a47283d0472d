import { expect, test } from 'vitest';
import type { Books } from './books.ts';
import { reckon } from './reckoning.ts';
import {
  order,
  product,
  service,
  serviceOrder,
  sound,
  speedEverywhere,
  withMore,
  withRow,
  withTable,
} from './soundBooks.ts';

/** What was ordered is followed down to the network; books that agree with each other are not enough. */

const without = (books: Books, ...tables: readonly string[]): Books =>
  tables.reduce((now, table) => withTable(table, [], now), books);
const withoutObjects = (books: Books): Books => ({ ...books, ledger: [], objects: books.objects.slice(2) });

const laws = (books: Books): string[] => reckon(books).map(({ law }) => law);

const products = 'products are what became of their orders';
const services = 'services are what their products say';
const serviceOrders = 'services are what became of their service orders';
const objects = 'a service holds what its specification says';
const promise = 'a completed order has what it ordered';

test('a completed order of which nothing at all is there is noticed', () => {
  const nothing = without(withoutObjects(sound), 'product', 'service', 'footprint', 'service_order', 'step');
  expect(laws(nothing)).toContain(promise);
});

test.each<[what: string, books: Books, law: string]>([
  ['a completed order without a product', without(sound, 'product'), promise],
  ['a completed order with an item that failed', withRow('order_item', { state: 'failed' }), promise],
  [
    'a completed service order with a step that was taken back',
    withRow('step', { state: 'undone' }),
    'a completed service order has done all its steps',
  ],
  ['a product of a plan that is gone', without(sound, 'product'), 'products and services are never lost'],
  [
    'a service of a product that is gone',
    withRow('service', { product_id: 'gone' }),
    'products and services are never lost',
  ],
  ['a service without its service order', without(sound, 'service_order'), serviceOrders],
  [
    'a result that is not what the network gave',
    withRow('service', { results: { vlan: 8, downstreamMbps: 1_000 } }),
    objects,
  ],
  ['a completed order without items', without(sound, 'order_item'), promise],
  ['a completed order without a plan', withRow('product_order', { plan: null }), promise],
  [
    'a completed order whose service order is not completed',
    withRow('service_order', { state: 'failed' }),
    promise,
  ],
  ['a product that no item of the order made', withRow('product', { order_items: [] }), promise],
  ['an active product without its service', without(sound, 'service'), services],
  ['a completed service order without its service', without(sound, 'service'), serviceOrders],
  ['a service that ended while its product stands', withRow('service', { state: 'terminated' }), services],
  [
    'a fibre with one of its two objects',
    {
      ...withTable('footprint', (sound.tables.footprint ?? []).slice(0, 1)),
      objects: [sound.objects[0], sound.objects[2]] as Books['objects'],
    },
    objects,
  ],
  [
    'an object that a done step built and no footprint has',
    withTable('footprint', (sound.tables.footprint ?? []).slice(0, 1)),
    'what a step did stands',
  ],
  ['a speed that nobody ordered, wherever it is told', speedEverywhere(9_999), objects],
  [
    'a terminated service that holds something',
    withRow('service', { state: 'terminated' }, 0, withRow('product', { status: 'terminated' })),
    objects,
  ],
  ['an object more than specified', withRow('footprint', { object: `other/${service}` }), objects],
  ['a product of a failed item', withRow('order_item', { state: 'failed' }), products],
  [
    'a product with another value than ordered',
    withRow('product', {
      characteristics: { downstreamMbps: 9_999, upstreamMbps: 1_000, accessTechnology: 'GPON' },
    }),
    products,
  ],
  [
    'a value that was asked for and is not in the product',
    withRow('order_item', { characteristics: { accessTechnology: 'XGSPON' } }),
    products,
  ],
  ['a product of another offering', withRow('product', { offering: 'OFF-FIBRE-2G' }), products],
  [
    'another technology in the service than in the product',
    withRow('service', {
      characteristics: { downstreamMbps: 1_000, upstreamMbps: 1_000, technology: 'XGSPON' },
    }),
    services,
  ],
  [
    'another upstream in the service than was ordered of it',
    withRow('service', {
      characteristics: { downstreamMbps: 1_000, upstreamMbps: 10, technology: 'GPON' },
    }),
    serviceOrders,
  ],
  ['a service whose service order failed', withRow('service_item', { state: 'failed' }), serviceOrders],
  ['books without a catalogue', without(sound, 'catalog_head'), products],
])('%s is noticed', (_, books, law) => {
  expect(laws(books)).toContain(law);
});

test('what stands past its point of no return may be without its product', () => {
  const partial = withRow('product_order', { state: 'partial', version: 3 });
  const cancelled = withRow('order_item', { state: 'cancelled' }, 0, partial);
  const events = (cancelled.tables.event ?? []).map((row) =>
    row.entity_id === order && row.version === 3 ? { ...row, snapshot: { state: 'partial' } } : row,
  );
  const books = withRow('product', { status: 'cancelled' }, 0, withTable('event', events, cancelled));
  expect(reckon(books)).toEqual([]);
  expect(laws(withRow('product', { status: 'active', id: product }, 0, books))).toContain(products);
});

test('what a service became is told by the order in which its service orders ended, whatever else is open', () => {
  const later = `${serviceOrder}2`;
  const characteristics = { downstreamMbps: 500, upstreamMbps: 500, technology: 'GPON' };
  const [added, held] = sound.tables.service_item ?? [];
  const modified = { ...added, service_order_id: later, action: 'modify', characteristics };
  const order = { id: later, order_id: null, state: 'completed', version: 0, held_by: null };
  const ended = { ...order, completed_at: '2026-03-01T10:06:00.000Z' };
  const books = withRow('service', { characteristics }, 0, withMore('service_order', [ended]));
  expect(laws(withTable('service_item', [modified, held, added], books))).not.toContain(serviceOrders);
});
