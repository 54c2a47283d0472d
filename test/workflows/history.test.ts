import { expect, test } from 'vitest';
import { isLong } from '../../workflows/history.ts';

const history = (historyLength: number, continueAsNewSuggested = false) => ({
  historyLength,
  continueAsNewSuggested,
});

test('a run goes on in another when it is longer than it may be, or when Temporal suggests it', () => {
  expect(isLong(history(5_000), 5_000, false)).toBe(false);
  expect(isLong(history(5_001), 5_000, false)).toBe(true);
  expect(isLong(history(1, true), 5_000, false)).toBe(true);
});

test('a run that was asked to cancel stays eight times as long, whatever Temporal suggests', () => {
  expect(isLong(history(40_000, true), 5_000, true)).toBe(false);
  expect(isLong(history(40_001, true), 5_000, true)).toBe(true);
});

test('it never stays until Temporal terminates it', () => {
  expect(isLong(history(40_001), 50_000, true)).toBe(true);
});
