import { expect, test } from 'vitest';
import type { Books } from './books.ts';
import { reckon } from './reckoning.ts';

/** One fibre that was ordered and stands, and one order that is held. */

const order = '01ab'.padEnd(20, '0');
const heldOrder = '02cd'.padEnd(20, '0');
const product = `${order}-p`;
const service = `${order}-s`;
const heldService = `${heldOrder}-s`;

const entity = { versions: [1, 2, 3], version: 3 };
const eventsOf = (name: string, id: string) =>
  entity.versions.map((version) => ({ entity: name, entity_id: id, version }));

const object = {
  system: 'olt',
  object: `line/${service}`,
  values: { technology: 'GPON' },
  version: '1',
  key: `${service}/1/line/1/do`,
};
const footprint = { ...object, service_id: service, presence: 'present' };
const orderItems = [{ order, item: '1', action: 'add' }];

const sound: Books = {
  acknowledged: [
    { key: 'a', order, kind: 'fibre' },
    { key: 'b', order: heldOrder, kind: 'fibre' },
  ],
  badAnswers: [],
  ledger: [{ seq: 1, verb: 'apply', ...object }],
  objects: [object, { ...object, object: `line/${heldService}`, key: 'left' }],
  running: [`productOrder:default:${heldOrder}`],
  tables: {
    product_order: [
      { id: order, state: 'completed', version: 3 },
      { id: heldOrder, state: 'held', version: 3 },
    ],
    order_item: [{ order_id: order, id: '1', state: 'completed' }],
    service_order: [{ id: `${heldOrder}-so`, order_id: heldOrder, state: 'held', version: 3 }],
    service_item: [{ service_order_id: `${heldOrder}-so`, service_id: heldService }],
    service: [
      {
        id: service,
        product_id: product,
        state: 'active',
        version: 3,
        characteristics: { downstreamMbps: 1 },
      },
    ],
    product: [
      {
        ...{ id: product, status: 'active', version: 3, order_items: orderItems },
        characteristics: { downstreamMbps: 1 },
      },
    ],
    footprint: [footprint],
    claim: [{ product_id: `${heldOrder}-p`, holders: [heldOrder] }],
    dispatch: [],
    event: [
      ...eventsOf('productOrder', order),
      ...eventsOf('productOrder', heldOrder),
      ...eventsOf('serviceOrder', `${heldOrder}-so`),
      ...eventsOf('service', service),
      ...eventsOf('product', product),
    ],
  },
};

const withTable = (name: string, rows: readonly object[]): Books => ({
  ...sound,
  tables: { ...sound.tables, [name]: rows },
});
const withRow = (name: string, change: object): Books =>
  withTable(name, [{ ...sound.tables[name]?.[0], ...change }, ...(sound.tables[name] ?? []).slice(1)]);

const removal = `${order}-so.w1`;
const withRemoval = (
  state: string,
  running: readonly string[] = [`serviceOrder:default:${removal}`],
): Books => ({
  ...sound,
  running: [...sound.running, ...running],
  tables: {
    ...sound.tables,
    service_order: [
      ...(sound.tables.service_order ?? []),
      { id: removal, order_id: null, state, version: 3 },
    ],
    claim: [{ product_id: product, holders: [removal] }],
    event: [...(sound.tables.event ?? []), ...eventsOf('serviceOrder', removal)],
  },
});

test('books that agree have no violation, and what a held service order left is exempt', () => {
  expect(reckon(sound)).toEqual([]);
});

test('a service order of its own may wait for a person, and keeps its claim meanwhile', () => {
  expect(reckon(withRemoval('held'))).toEqual([]);
});

test.each<[what: string, books: Books, law: string]>([
  [
    'an acknowledged order that is gone',
    { ...sound, acknowledged: [...sound.acknowledged, { key: 'c', order: 'gone', kind: 'fibre' }] },
    'no acknowledged order is lost',
  ],
  [
    'an order nobody was told of',
    { ...sound, acknowledged: sound.acknowledged.slice(1) },
    'each key made one order',
  ],
  [
    'an answer like 500',
    { ...sound, badAnswers: [{ key: 'a', what: 'answered 500' }] },
    'clients get proper answers',
  ],
  [
    'an order still under way',
    withRow('product_order', { state: 'inProgress' }),
    'everything is terminal or waits for a person',
  ],
  [
    'a service order of its own still under way',
    withRemoval('inProgress'),
    'everything is terminal or waits for a person',
  ],
  [
    'a held service order of its own without a run',
    withRemoval('held', []),
    'an order has a run as long as it is open',
  ],
  [
    'a service order that has ended and still runs',
    withRemoval('completed'),
    'an order has a run as long as it is open',
  ],
  [
    'a command never sent',
    withTable('dispatch', [{ order_id: order, command: 'start' }]),
    'everything is terminal or waits for a person',
  ],
  ['a held order without a run', { ...sound, running: [] }, 'an order has a run as long as it is open'],
  [
    'the same effect twice',
    { ...sound, ledger: [...sound.ledger, ...sound.ledger] },
    'each key took effect at most once',
  ],
  ['an object of nobody', withTable('footprint', []), 'the network is what the footprints say'],
  [
    'a footprint without its object',
    { ...sound, objects: sound.objects.slice(1) },
    'the network is what the footprints say',
  ],
  ['a stale version', withRow('footprint', { version: '0' }), 'the network is what the footprints say'],
  ['other values', withRow('footprint', { values: {} }), 'the network is what the footprints say'],
  [
    'an untold doubt',
    withRow('footprint', { presence: 'doubtful' }),
    'the network is what the footprints say',
  ],
  [
    'a terminated service that holds something',
    withRow('service', { state: 'terminated' }),
    'a service holds objects while it is active',
  ],
  [
    'a product of a failed item',
    withRow('order_item', { state: 'failed' }),
    'products are what became of their orders',
  ],
  [
    'another speed',
    withRow('service', { characteristics: { downstreamMbps: 2 } }),
    'services are what their products say',
  ],
  [
    'a claim of an ended order',
    withTable('claim', [{ product_id: product, holders: [order] }]),
    'only open orders hold claims',
  ],
  ['a missing event', withRow('event', { version: 9 }), 'there is one event for each version'],
])('%s is noticed', (_, books, law) => {
  expect(reckon(books).map((violation) => violation.law)).toContain(law);
});
