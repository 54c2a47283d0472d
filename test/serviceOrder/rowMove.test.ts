import { expect, test } from 'vitest';
import { rowAfter } from '../../src/serviceOrder/rowMove.ts';

test.each([
  ['refused', 'Held', undefined, 'held'],
  ['attempting', 'Held', undefined, 'held'],
  ['held', 'Held', undefined, 'held'],
  ['refused', 'Skipped', undefined, 'skipped'],
  ['held', 'LeftBehind', undefined, 'leftBehind'],
  ['undoing', 'Held', 'undo', 'held'],
] as const)('a row that is %s and is told %s on its way (%s) is %s', (from, arrow, way, to) => {
  expect(rowAfter(from, arrow, way)).toBe(to);
});

test('an undo that broke off before it was noted is held, wherever the way there left its row', () => {
  for (const from of ['done', 'refused', 'inDoubt', 'accepted'] as const)
    expect(rowAfter(from, 'Held', 'undo')).toBe('held');
});

test('what a worker that was given up recorded after all, stays', () => {
  expect(rowAfter('done', 'Held')).toBe('done');
  expect(rowAfter('undone', 'Held', 'undo')).toBe('undone');
  expect(rowAfter('undone', 'LeftBehind')).toBe('undone');
});
