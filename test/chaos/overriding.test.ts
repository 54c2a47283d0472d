import { expect, test } from 'vitest';
import type { Books } from './books.ts';
import { reckon } from './reckoning.ts';
import {
  builtObject,
  minute,
  service,
  serviceOrder,
  sound,
  speedEverywhere,
  withMore,
  withTable,
} from './soundBooks.ts';

/** The speed was ordered with 1,000 Mbps, tried at minute 1 and built at minute 2. */

const laws = (books: Books): string[] => reckon(books).map(({ law }) => law);
const values = 'a service holds what its specification says';
const law = 'an override is what people set';

const half = { downstreamMbps: 500 };
const edited = (moment: string, more: object = {}): object => ({
  ...{ id: `edit ${moment}`, command: 'editAndRetry', outcome: 'done', decided_at: moment },
  ...{ service_order_id: serviceOrder, item: 1, step: 'speed', given: { values: half } },
  ...more,
});
const removed = (moment: string): object => ({
  ...{ id: `removal ${moment}`, command: 'removeOverride', outcome: 'done', decided_at: moment },
  ...{ entity_id: service, step: 'speed' },
});
const override = { service_id: service, step: 'speed', values: half };
const setting = (books: Books, ...rows: readonly object[]): Books => withTable('override', rows, books);
const audited = (books: Books, ...rows: readonly object[]): Books => withTable('audit', rows, books);

test('a speed that a person set is no violation', () => {
  expect(reckon(audited(setting(speedEverywhere(500), override), edited(minute(0))))).toEqual([]);
});

test('what a person set stays until the step is built again, also when it is removed', () => {
  expect(reckon(audited(speedEverywhere(500), edited(minute(0)), removed(minute(3))))).toEqual([]);
});

test('what a person set while the step was tried may have come too late', () => {
  const between = edited('2026-03-01T10:01:30.000Z');
  expect(reckon(audited(setting(speedEverywhere(500), override), between))).toEqual([]);
  expect(reckon(audited(setting(sound, override), between))).toEqual([]);
});

test.each<[what: string, books: Books, law: string]>([
  ['an override that nobody set', setting(speedEverywhere(500), override), law],
  ['an edit that is lost', audited(speedEverywhere(500), edited(minute(0))), law],
  [
    'an override that somebody removed',
    audited(setting(sound, override), edited(minute(0)), removed(minute(3))),
    law,
  ],
  [
    'an edit that was refused',
    audited(setting(speedEverywhere(500), override), edited(minute(0), { outcome: 'refused' })),
    law,
  ],
  [
    'an override with another value than its edit',
    audited(
      setting(speedEverywhere(500), { ...override, values: { downstreamMbps: 501 } }),
      edited(minute(0)),
    ),
    law,
  ],
  ['a speed that nobody set', audited(setting(speedEverywhere(499), override), edited(minute(0))), values],
  [
    'a speed that was set after it was built',
    audited(setting(speedEverywhere(500), override), edited(minute(3))),
    values,
  ],
  [
    'a speed that was removed before it was built',
    audited(speedEverywhere(500), edited(minute(0)), removed('2026-03-01T10:00:30.000Z')),
    values,
  ],
  [
    'a speed that was set for another step',
    audited(
      setting(speedEverywhere(500), { ...override, step: 'line' }),
      edited(minute(0), { step: 'line' }),
    ),
    values,
  ],
])('%s is noticed', (_, books, expected) => {
  expect(laws(books)).toContain(expected);
});

/** A later service order that set the speed again. */
const later = `${serviceOrder}2`;
const secondBuild = (books: Books): Books => {
  const of = { service_order_id: later, item: 1, step: 'speed', number: 1 };
  const again = builtObject('speed', 'bng', 'speed', {}, 3);
  const built = { ...again.step, service_order_id: later, ended_at: minute(5) };
  const row = { id: later, order_id: null, state: 'completed', version: 0, held_by: null };
  const item = {
    service_order_id: later,
    ordinal: 1,
    service_id: service,
    action: 'modify',
    state: 'failed',
  };
  const tables: readonly (readonly [string, object])[] = [
    ['service_order', { ...row, completed_at: minute(6) }],
    ['service_item', item],
    ['step', built],
    ['attempt', { ...of, key: 'x', outcome: 'done', noted_at: minute(4) }],
  ];
  return tables.reduce((now, [name, one]) => withMore(name, [one], now), books);
};
const takenBack = (books: Books, state: string): Books => {
  const id = `${later}.c`;
  const built = builtObject('speed', 'bng', 'speed', {}, 4).step;
  const row = { id, order_id: null, state: 'completed', version: 0, held_by: null, compensates: later };
  const back = { ...built, service_order_id: id, ended_at: minute(8), state };
  const item = { service_order_id: id, ordinal: 1, service_id: service, action: 'modify', state: 'failed' };
  const orders = withMore('service_order', [{ ...row, completed_at: minute(9) }], books);
  return withMore('service_item', [item], withMore('step', [back], orders));
};

test('what was taken back by another service order leaves the speed as it was built before', () => {
  const edit = edited(minute(3), { service_order_id: later });
  const books = audited(setting(secondBuild(sound), override), edit);
  expect(laws(books)).toContain(values);
  expect(laws(takenBack(books, 'done'))).not.toContain(values);
  expect(laws(takenBack(books, 'held'))).toContain(values);
});
