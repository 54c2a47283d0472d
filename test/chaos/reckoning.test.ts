import { expect, test } from 'vitest';
import type { Books } from './books.ts';
import { reckon } from './reckoning.ts';
import {
  eventsOf,
  order,
  product,
  service,
  serviceOrder,
  sound,
  withMore,
  withRow,
  withTable,
} from './soundBooks.ts';

const removal = `${serviceOrder}.w1`;
const withRemoval = (state: string, more: object = {}): Books => {
  const row = { id: removal, order_id: null, state, version: 3, held_by: null, completed_at: null };
  const events = eventsOf('serviceOrder', removal, 'acknowledged', 'inProgress', state);
  const claim = [{ product_id: product, holders: [removal] }];
  const books = withMore('event', events, withMore('service_order', [{ ...row, ...more }]));
  return {
    ...withTable('claim', claim, books),
    running: [`serviceOrder:default:${removal}`, ...sound.running],
  };
};
const toldOf = (books: Books): Books =>
  withMore(
    'fallout',
    [{ id: 'f2', order_id: null, service_order_id: removal, class: 'refused', code: 'x', closed_at: null }],
    books,
  );
const ofHeld = (books: Books): Books =>
  withTable('fallout', [], withRow('product_order', { state: 'cancelled' }, 1, books));

test('books that agree have no violation, and what open fallout is about is exempt', () => {
  expect(reckon(sound)).toEqual([]);
});

test('a service order of its own may wait for a person who knows, and keeps its claim meanwhile', () => {
  expect(reckon(toldOf(withRemoval('held')))).toEqual([]);
});

test('an order that a person keeps on hold needs no fallout', () => {
  const onHold = withRow('product_order', { held_by: 'audit-1' }, 1, withTable('fallout', []));
  expect(reckon(onHold)).toEqual([]);
});

test('a watch rests while somebody works on the product', () => {
  const watch = { system: 'olt', object: `line/${service}`, service_id: service };
  const claim = { product_id: product, holders: [sound.acknowledged[1]?.order] };
  expect(reckon(withMore('watch', [watch], withMore('claim', [claim])))).toEqual([]);
});

test('what a watch found is open for a person when the order is over', () => {
  const found = { id: 'f3', order_id: order, service_order_id: serviceOrder, item: 1, step: 'line' };
  const fallout = { ...found, class: 'drift', code: 'vanished', closed_at: null };
  const vanished = { ...sound, objects: sound.objects.slice(1) };
  expect(reckon(withMore('fallout', [fallout], vanished))).toEqual([]);
});

const rest = 'everything is terminal or waits for a person';
const runs = 'an order has a run as long as it is open';
const footprints = 'the network is what the footprints say';
const machines = 'orders go where their machines let them';

test.each<[what: string, books: Books, law: string]>([
  [
    'an acknowledged order that is gone',
    { ...sound, acknowledged: [...sound.acknowledged, { key: 'c', order: 'gone', kind: 'fibre' }] },
    'no acknowledged order is lost',
  ],
  [
    'an acknowledged service order that is gone',
    { ...sound, acknowledgedServiceOrders: [{ key: 'c', order: 'gone', kind: 'fibre' }] },
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
  ['an order still under way', withRow('product_order', { state: 'inProgress' }), rest],
  ['a service order of its own still under way', withRemoval('inProgress'), rest],
  ['a held order that nobody was told of', withTable('fallout', []), rest],
  ['a held service order of its own that nobody was told of', withRemoval('held'), rest],
  [
    'a held service order whose order has fallout of something else only',
    withRow('fallout', { service_order_id: serviceOrder }),
    rest,
  ],
  ['a held service order whose order has ended', ofHeld(sound), rest],
  ['that it took too long', { ...sound, settled: false }, rest],
  [
    'a watch left for ever',
    withTable('watch', [{ system: 'olt', object: `line/${service}`, service_id: service }]),
    rest,
  ],
  [
    'a bulk entry left for ever',
    withTable('bulk_entry', [{ task_id: 't', fallout_id: 'f1', state: 'waiting' }]),
    rest,
  ],
  [
    'a callback nobody looked at',
    withTable('callback', [{ system: 'olt', message_id: 'm', service_order_id: null, state: 'waiting' }]),
    rest,
  ],
  ['a command never sent', withTable('dispatch', [{ order_id: order, command: 'start' }]), rest],
  [
    'open fallout of an order that has ended',
    withMore('fallout', [
      { id: 'f2', order_id: order, service_order_id: null, class: 'ours', code: 'x', closed_at: null },
    ]),
    'fallout is open as long as what it is about',
  ],
  [
    'a held service order of its own without a run',
    { ...toldOf(withRemoval('held')), running: sound.running },
    runs,
  ],
  ['a service order that has ended and still runs', withRemoval('completed'), runs],
  ['a held order without a run', { ...sound, running: [] }, runs],
  [
    'the same effect twice under one key',
    { ...sound, ledger: [...sound.ledger, ...sound.ledger] },
    'each key took effect at most once',
  ],
  ['an object of nobody', withTable('footprint', []), footprints],
  ['a footprint without its object', { ...sound, objects: sound.objects.slice(1) }, footprints],
  ['a stale version', withRow('footprint', { version: '0' }), footprints],
  ['other values', withRow('footprint', { values: {} }), footprints],
  ['an untold doubt', withRow('footprint', { presence: 'doubtful' }), footprints],
  [
    'a claim of an ended order',
    withTable('claim', [{ product_id: product, holders: [order] }]),
    'only open orders hold claims',
  ],
  ['a missing event', withRow('event', { version: 9 }), 'there is one event for each version'],
  ['an arrow that the machine does not have', withRow('event', { snapshot: { state: 'held' } }, 1), machines],
  [
    'an arrow of a service order that the machine does not have',
    withRow('event', { snapshot: { state: 'rejected' } }, 7),
    machines,
  ],
  [
    'an item that left a final state',
    withRow(
      'event',
      { snapshot: { state: 'completed', items: [{ id: '1', state: 'completed' }] } },
      2,
      withRow('event', { snapshot: { state: 'inProgress', items: [{ id: '1', state: 'failed' }] } }, 1),
    ),
    machines,
  ],
  ['a beginning in the middle', withRow('event', { snapshot: { state: 'inProgress' } }), machines],
  ['an end that no event tells', withRow('event', { snapshot: { state: 'inProgress' } }, 2), machines],
])('%s is noticed', (_, books, law) => {
  expect(reckon(books).map((violation) => violation.law)).toContain(law);
});
