import { describe, expect, test } from 'vitest';
import {
  admit,
  type BreakerSettings,
  breakerState,
  healthAfter,
  isWell,
  type SystemHealth,
  well,
} from '../../src/activation/breaker.ts';

const settings: BreakerSettings = { failures: 3, openMs: 1_000, openUpToMs: 4_000, probeMs: 500 };
const health = (failures: number, openForMs: number | null): SystemHealth => ({ failures, openForMs });
const call = (by: string) => ({ admitted: 'call', by }) as const;

describe('admission', () => {
  test.each([
    ['closed', null, { type: 'call' }],
    ['open', 700.4, { type: 'wait', code: 'breakerOpen', retryAfterMs: 701 }],
    ['open', 0.2, { type: 'wait', code: 'breakerOpen', retryAfterMs: 1 }],
    ['halfOpen', 0, { type: 'probe' }],
    ['halfOpen', -5_000, { type: 'probe' }],
  ])('a system whose breaker is %s (%s) gets %j', (state, openForMs, admission) => {
    expect(breakerState(health(3, openForMs))).toBe(state);
    expect(admit({ paused: false, health: health(3, openForMs) })).toEqual(admission);
  });

  test.each([null, 700, 0, -5])(
    'a paused system gets no call, whatever its breaker says: %s',
    (openForMs) => {
      const admission = admit({ paused: true, health: health(3, openForMs) });
      expect(admission).toEqual({ type: 'wait', code: 'systemPaused' });
    },
  );
});

describe('the health after an attempt', () => {
  test.each([
    ['answered', 'call', health(0, null), well],
    ['answered', 'call', health(2, null), well],
    ['answered', 'call', health(3, 800), well],
    ['answered', 'probe', health(3, 400), well],
    ['answered', 'probe', health(9, -10), well],
    ['away', 'call', health(0, null), health(1, null)],
    ['away', 'call', health(1, null), health(2, null)],
    ['away', 'call', health(2, null), health(3, 1_000)],
    ['away', 'call', health(3, 800), health(3, 800)],
    ['away', 'call', health(3, -10), health(3, -10)],
    ['away', 'probe', health(3, 400), health(4, 2_000)],
    ['silent', 'probe', health(3, 400), health(4, 2_000)],
    ['silent', 'probe', health(4, -10), health(5, 4_000)],
    ['silent', 'probe', health(5, 400), health(6, 4_000)],
    ['silent', 'probe', health(5_000, 400), health(5_001, 4_000)],
    ['away', 'probe', health(0, null), health(1, null)],
  ] as const)('%s to a %s while %j → %j', (sign, admitted, before, after) => {
    expect(healthAfter(before, sign, { admitted, by: 'step' }, settings)).toMatchObject(after);
  });

  test('silence that one step meets again and again never opens the breaker: it may be about that step', () => {
    let now = well;
    for (let n = 0; n < 100; n += 1) now = healthAfter(now, 'silent', call('poison'), settings);
    expect(now).toMatchObject(health(1, null));
  });

  test('silence that many steps meet opens it', () => {
    const after = ['a', 'b', 'b', 'c'].reduce(
      (now, by) => healthAfter(now, 'silent', call(by), settings),
      well,
    );
    expect(after).toMatchObject(health(3, 1_000));
  });

  test('a system that cannot be reached is away, whoever finds it so', () => {
    const after = ['a', 'a', 'a'].reduce((now, by) => healthAfter(now, 'away', call(by), settings), well);
    expect(after).toMatchObject(health(3, 1_000));
  });

  test('a call that left before the breaker opened changes nothing by failing later', () => {
    const open = health(3, 800);
    expect(healthAfter(open, 'silent', call('late'), settings)).toBe(open);
  });

  test('one answer in between starts the count again', () => {
    const signs = ['silent', 'silent', 'answered', 'silent', 'silent'] as const;
    const after = signs.reduce((now, sign, n) => healthAfter(now, sign, call(`step ${n}`), settings), well);
    expect(after).toMatchObject(health(2, null));
  });

  test('a breaker of one opens at the first failure', () => {
    expect(healthAfter(well, 'silent', call('one'), { ...settings, failures: 1 })).toMatchObject(
      health(1, 1_000),
    );
  });
});

test.each([
  [health(0, null), true],
  [health(1, null), false],
  [health(3, 100), false],
  [health(3, -100), false],
])('%j is well: %s', (given, expected) => expect(isWell(given)).toBe(expected));
