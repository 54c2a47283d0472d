import { expect, test } from 'vitest';
import { evolve, itemArrows, openingChanges, orderArrows, rejection } from '../../src/order/changes.ts';
import type { ItemState } from '../../src/order/machine.ts';

const acknowledged = { state: 'acknowledged', items: { '1': 'acknowledged', '2': 'acknowledged' } } as const;

test('opening starts every item and the order', () => {
  expect(openingChanges(acknowledged).reduce(evolve, acknowledged as never)).toEqual({
    state: 'inProgress',
    items: { '1': 'inProgress', '2': 'inProgress' },
  });
});

test('a rejection rejects every item, says why, and rejects the order', () => {
  const changes = rejection(acknowledged, 'OfferingRetired');
  expect(changes[0]).toEqual({ type: 'item', item: '1', arrow: 'Rejected', code: 'OfferingRetired' });
  expect(changes.reduce(evolve, acknowledged as never)).toEqual({
    state: 'rejected',
    items: { '1': 'rejected', '2': 'rejected' },
  });
});

test('a change leaves what it is applied to unchanged', () => {
  const before = structuredClone(acknowledged);
  evolve(acknowledged as never, { type: 'item', item: '1', arrow: 'Started' });
  expect(acknowledged).toEqual(before);
});

test('a change of an unknown item or along no arrow is a defect', () => {
  expect(() => evolve(acknowledged as never, { type: 'item', item: '9', arrow: 'Started' })).toThrow(
    'item 9',
  );
  expect(() => evolve(acknowledged as never, { type: 'order', arrow: 'Completed' })).toThrow(
    'assertion failed',
  );
});

test('an order that is where its items are needs no arrow', () => {
  expect(orderArrows('inProgress', 'inProgress')).toEqual([]);
  expect(orderArrows('inProgress', 'held')).toEqual([{ type: 'order', arrow: 'Held' }]);
  expect(() => orderArrows('completed', 'held')).toThrow('assertion failed');
});

test.each([
  ['acknowledged', 'cancelled'],
  ['inProgress', 'held'],
  ['held', 'inProgress'],
  ['inProgress', 'pendingCancellation'],
  ['inProgress', 'cancelled'],
  ['held', 'completed'],
  ['held', 'pendingCancellation'],
  ['assessingCancellation', 'completed'],
  ['pendingCancellation', 'inProgress'],
  ['pendingCancellation', 'completed'],
] as const satisfies [ItemState, ItemState][])('by the contract the way from %s leads to %s', (from, to) => {
  const at = { state: from, items: { '1': from } };
  expect(orderArrows(from, to).reduce(evolve, at).state).toBe(to);
  expect(itemArrows('1', from, to).reduce(evolve, at).items['1']).toBe(to);
});
