import { describe, expect, test } from 'vitest';
import type { Observed } from '../../src/activation/adapter.ts';
import { judgeWatched, type Watched } from '../../src/activation/watch.ts';

const own = 'so/1/route/1/do';
const isOwnKey = (key: string) => key.startsWith('so/1/route/');
const shown = (key: string | null): Observed => ({ type: 'present', key, version: '1', observed: {} });

const seen = {
  nothing: { type: 'absent' },
  'our given-up call': shown(own),
  'the booked write': shown('booked'),
  'the write of another': shown('other/1/route/1/do'),
  'something unmarked': shown(null),
  'a write under way': { type: 'pending', key: own },
} as const satisfies Record<string, Observed>;

const table: Record<string, Record<keyof typeof seen, Watched>> = {
  present: {
    nothing: 'vanished',
    'our given-up call': 'overwritten',
    'the booked write': 'asBooked',
    'the write of another': 'asBooked',
    'something unmarked': 'asBooked',
    'a write under way': 'busy',
  },
  absent: {
    nothing: 'asBooked',
    'our given-up call': 'late',
    'the booked write': 'asBooked',
    'the write of another': 'asBooked',
    'something unmarked': 'unmarked',
    'a write under way': 'busy',
  },
  doubtful: {
    nothing: 'busy',
    'our given-up call': 'busy',
    'the booked write': 'busy',
    'the write of another': 'busy',
    'something unmarked': 'busy',
    'a write under way': 'busy',
  },
};

describe.each(Object.entries(table))('while the footprint says %s', (presence, row) => {
  test.each(Object.entries(row))('%s is judged %s', (what, judged) => {
    const footprint = { presence: presence as 'present', key: 'booked' };
    expect(judgeWatched(footprint, isOwnKey, seen[what as keyof typeof seen], false)).toBe(judged);
  });

  test.each(Object.entries(row))(
    '%s is judged by the last look so, too, unless it is in doubt',
    (what, judged) => {
      const footprint = { presence: presence as 'present', key: 'booked' };
      const expected = presence === 'doubtful' ? 'unresolved' : judged;
      expect(judgeWatched(footprint, isOwnKey, seen[what as keyof typeof seen], true)).toBe(expected);
    },
  );
});

test('without a footprint an effect of ours is late', () => {
  expect(judgeWatched(null, isOwnKey, seen['our given-up call'], true)).toBe('late');
  expect(judgeWatched(null, isOwnKey, seen.nothing, true)).toBe('asBooked');
});
