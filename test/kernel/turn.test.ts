import { expect, test } from 'vitest';
import { isDue } from '../../src/kernel/turn.ts';

const first = { run: 'a', since: 1_000, number: 3 };

test('the first record of all is due', () => {
  expect(isDue(null, first)).toBe(true);
});

test('the next record of the same run is due; the same again, or an earlier one, is not', () => {
  expect([4, 3, 2].map((number) => isDue(first, { ...first, number }))).toEqual([true, false, false]);
});

test('a run that took over begins anew, and the one before it is not heard any more', () => {
  const second = { run: 'b', since: 2_000, number: 1 };
  expect(isDue(first, second)).toBe(true);
  expect(isDue(second, { ...first, number: 4 })).toBe(false);
});

test('a run that was reset began when the first one did, and is heard', () => {
  expect(isDue(first, { ...first, run: 'b', number: 2 })).toBe(true);
});
