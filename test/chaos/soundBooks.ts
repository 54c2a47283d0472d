import { emptyCatalog, withEntries } from '../../src/catalog/snapshot.ts';
import { demoEntries } from '../support/catalog.ts';
import type { Books, Row } from './books.ts';

/** Books that add up: one fibre that was ordered and stands, and one order that is held. */

export const order = '01ab'.padEnd(20, '0');
export const heldOrder = '02cd'.padEnd(20, '0');
export const product = `${order}-p`;
export const service = `${order}-s`;
export const serviceOrder = `${order}-so`;
export const heldService = `${heldOrder}-s`;
export const heldServiceOrder = `${heldOrder}-so`;

export const minute = (number: number): string => `2026-03-01T10:0${number}:00.000Z`;

/** An event for each of these states, one after the other. */
export const eventsOf = (entity: string, id: string, ...states: readonly string[]): Row[] =>
  states.map((state, index) => ({ entity, entity_id: id, version: index + 1, snapshot: { state } }));

const speeds = { downstreamMbps: 1_000, upstreamMbps: 1_000 };
const wanted = { ...speeds, technology: 'GPON' };

/** An object of the network, its footprint, and the step that brought it there. */
export function builtObject(step: string, system: string, object: string, values: object, seq: number) {
  const key = `${serviceOrder}/1/${step}/1/do`;
  const base = { system, object: `${object}/${service}`, values, version: String(seq), key };
  const of = { service_order_id: serviceOrder, item: 1 };
  return {
    ledger: { seq, verb: 'apply', ...base },
    object: base,
    footprint: { ...base, service_id: service, step, presence: 'present', results: { vlan: 7 } },
    step: {
      ...{ ...of, name: step, system, object: base.object, verb: 'apply', state: 'done', attempt: 1 },
      ended_at: minute(2),
    },
    attempt: { ...of, step, number: 1, key, outcome: 'done', noted_at: minute(1) },
  };
}

const line = builtObject('line', 'olt', 'line', { technology: 'GPON' }, 1);
const speed = builtObject('speed', 'bng', 'speed', { ...speeds, vlan: 7 }, 2);
const heldObject = { ...line.object, object: `line/${heldService}`, key: 'left', version: '3' };

export const sound: Books = {
  acknowledged: [
    { key: 'a', order, kind: 'fibre' },
    { key: 'b', order: heldOrder, kind: 'fibre' },
  ],
  acknowledgedServiceOrders: [],
  badAnswers: [],
  answers: [],
  settled: true,
  ledger: [line.ledger, speed.ledger] as Row[],
  objects: [line.object, speed.object, heldObject] as Row[],
  running: [`productOrder:default:${heldOrder}`],
  tables: {
    catalog_head: [{ hash: 'h' }],
    catalog_snapshot: [{ hash: 'h', content: withEntries(emptyCatalog, demoEntries()) }],
    product_order: [
      {
        ...{ id: order, state: 'completed', version: 3, held_by: null },
        plan: { products: [{ id: product }], serviceOrders: [{ id: serviceOrder, skippable: false }] },
      },
      { id: heldOrder, state: 'held', version: 3, held_by: null, plan: null },
    ],
    order_item: [
      {
        ...{ order_id: order, id: '1', action: 'add', state: 'completed', offering: 'OFF-FIBRE-1G' },
        ...{ characteristics: {}, products: [product] },
      },
    ],
    service_order: [
      {
        ...{ id: serviceOrder, order_id: order, state: 'completed', version: 3, held_by: null },
        completed_at: minute(3),
      },
      {
        ...{ id: heldServiceOrder, order_id: heldOrder, state: 'held', version: 3, held_by: null },
        completed_at: null,
      },
    ],
    service_item: [
      {
        ...{ service_order_id: serviceOrder, ordinal: 1, service_id: service, action: 'add' },
        ...{ state: 'completed', characteristics: wanted },
      },
      {
        ...{ service_order_id: heldServiceOrder, ordinal: 1, service_id: heldService, action: 'add' },
        ...{ state: 'held', characteristics: wanted },
      },
    ],
    step: [
      line.step,
      speed.step,
      {
        ...line.step,
        ...{ service_order_id: heldServiceOrder, object: `line/${heldService}`, state: 'held' },
        ended_at: null,
      },
    ],
    attempt: [line.attempt, speed.attempt],
    fallout: [
      {
        ...{ id: 'f1', order_id: heldOrder, service_order_id: heldServiceOrder, item: 1, step: 'line' },
        ...{ class: 'refused', code: 'noCapacity', closed_at: null, resolution: null },
      },
    ],
    service: [
      {
        ...{ id: service, product_id: product, specification: 'fibre-access', state: 'active', version: 2 },
        ...{ characteristics: wanted, results: { vlan: 7, downstreamMbps: 1_000 } },
      },
      { id: heldService, product_id: `${heldOrder}-p`, state: 'designed', version: 0 },
    ],
    product: [
      {
        ...{ id: product, status: 'active', version: 2, offering: 'OFF-FIBRE-1G' },
        ...{ specification: 'PSPEC-FIBRE-ACCESS', characteristics: { ...speeds, accessTechnology: 'GPON' } },
        order_items: [{ order, item: '1', action: 'add' }],
      },
      {
        ...{ id: `${heldOrder}-p`, status: 'pendingActive', version: 0 },
        ...{
          specification: 'PSPEC-FIBRE-ACCESS',
          order_items: [{ order: heldOrder, item: '1', action: 'add' }],
        },
      },
    ],
    footprint: [line.footprint, speed.footprint],
    claim: [{ product_id: `${heldOrder}-p`, holders: [heldOrder] }],
    event: [
      ...eventsOf('productOrder', order, 'acknowledged', 'inProgress', 'completed'),
      ...eventsOf('productOrder', heldOrder, 'acknowledged', 'inProgress', 'held'),
      ...eventsOf('serviceOrder', serviceOrder, 'acknowledged', 'inProgress', 'completed'),
      ...eventsOf('serviceOrder', heldServiceOrder, 'acknowledged', 'inProgress', 'held'),
      ...eventsOf('service', service, 'designed', 'active'),
      ...eventsOf('product', product, 'pendingActive', 'active'),
    ],
  },
};

export const withTable = (name: string, rows: readonly object[], books: Books = sound): Books => ({
  ...books,
  tables: { ...books.tables, [name]: rows },
});

/** With the row at this place changed. */
export const withRow = (name: string, change: object, place = 0, books: Books = sound): Books =>
  withTable(
    name,
    (books.tables[name] ?? []).map((row, index) => (index === place ? { ...row, ...change } : row)),
    books,
  );

export const withMore = (name: string, rows: readonly object[], books: Books = sound): Books =>
  withTable(name, [...(books.tables[name] ?? []), ...rows], books);

/** Network, ledger, footprint and step agree on other values than those ordered. */
export function speedEverywhere(downstreamMbps: number): Books {
  const values = { downstreamMbps, upstreamMbps: 1_000, vlan: 7 };
  const speed = builtObject('speed', 'bng', 'speed', values, 2);
  const [line, , held] = sound.objects;
  const books = withRow('footprint', speed.footprint, 1, withRow('step', speed.step, 1));
  return {
    ...books,
    objects: [line, speed.object, held] as Books['objects'],
    ledger: [sound.ledger[0], speed.ledger] as Books['ledger'],
  };
}
