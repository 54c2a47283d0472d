import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  costsAttempt,
  errorClasses,
  type ErrorClass,
  recover,
  type RecoveryPolicy,
} from '../../src/serviceOrder/recovery.ts';

const policy: RecoveryPolicy = {
  retry: { attempts: 4, fromMs: 1_000, upToMs: 3_000 },
  outage: { fromMs: 500, upToMs: 60_000 },
};

type Row = readonly [retriedUntil: 'exhausted' | 'ever' | 'never', onApply: string, onRevoke: string];

/** What happens with the first try, and what when there is no further one. */
const written: Readonly<Record<ErrorClass, Row>> = {
  transient: ['exhausted', 'hold', 'hold'],
  throttled: ['exhausted', 'hold', 'hold'],
  inDoubt: ['exhausted', 'hold', 'hold'],
  refused: ['never', 'undo', 'hold'],
  invalid: ['never', 'undo', 'hold'],
  conflict: ['never', 'hold', 'hold'],
  drift: ['never', 'hold', 'hold'],
  lied: ['never', 'hold', 'hold'],
  unknown: ['never', 'hold', 'hold'],
  unavailable: ['ever', '', ''],
  ours: ['ever', '', ''],
};

const cases = errorClasses.flatMap((errorClass) =>
  (['apply', 'revoke'] as const).flatMap((verb) =>
    [1, 2, 3, 4, 5, 1_000].map((tries) => {
      const [until, onApply, onRevoke] = written[errorClass];
      const given = verb === 'apply' ? onApply : onRevoke;
      const isRetried = until === 'ever' || (until === 'exhausted' && tries < policy.retry.attempts);
      return { errorClass, verb, tries, expected: isRetried ? 'retry' : given };
    }),
  ),
);

const recovered = (
  errorClass: ErrorClass,
  verb: 'apply' | 'revoke',
  tries: number,
  jitter = 0,
  after?: number,
) =>
  recover(policy, {
    class: errorClass,
    verb,
    attempts: costsAttempt(errorClass) ? tries : 0,
    outages: costsAttempt(errorClass) ? 0 : tries,
    jitter,
    ...(after !== undefined && { retryAfterMs: after }),
  });

describe('class by class', () => {
  test.each(cases)(
    '$errorClass on $verb, try $tries → $expected',
    ({ errorClass, verb, tries, expected }) => {
      expect(recovered(errorClass, verb, tries).type).toBe(expected);
    },
  );
});

test('only what is our own outage or a system known to be away costs no attempt', () => {
  expect(errorClasses.filter((errorClass) => !costsAttempt(errorClass))).toEqual(['unavailable', 'ours']);
});

test.each([
  [1, 1_000],
  [2, 2_000],
  [3, 3_000],
])('after counted try %i the next comes %i ms later and says which of how many it is', (tries, afterMs) => {
  expect(recovered('transient', 'apply', tries)).toEqual({
    type: 'retry',
    afterMs,
    attempt: tries + 1,
    of: policy.retry.attempts,
  });
});

test.each([
  [1, 500],
  [2, 1_000],
  [5, 8_000],
  [8, 60_000],
  [5_000, 60_000],
])('after outage %i the next try comes %i ms later, without a limit', (tries, afterMs) => {
  expect(recovered('ours', 'apply', tries)).toMatchObject({ type: 'retry', afterMs, of: null });
});

test('a system that names a later time is given it, one that names an earlier time is not hurried', () => {
  expect(recovered('throttled', 'apply', 1, 0, 20_000)).toMatchObject({ afterMs: 20_000 });
  expect(recovered('throttled', 'apply', 1, 0, 10)).toMatchObject({ afterMs: 1_000 });
});

test('a wait lies between three quarters and the whole of its doubled time, and never beyond the cap', () => {
  const limits = fc.record({
    attempts: fc.constant(1_000),
    fromMs: fc.integer({ min: 1, max: 10_000 }),
    upToMs: fc.integer({ min: 10_000, max: 1_000_000 }),
  });
  fc.assert(
    fc.property(
      limits,
      fc.integer({ min: 1, max: 999 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.constantFrom<ErrorClass>('transient', 'ours'),
      (given, tries, jitter, errorClass) => {
        const next = recover(
          { retry: given, outage: given },
          { class: errorClass, verb: 'apply', attempts: tries, outages: tries, jitter },
        );
        const full = Math.min(given.upToMs, given.fromMs * 2 ** (tries - 1));
        expect(next).toMatchObject({ type: 'retry' });
        const afterMs = next.type === 'retry' ? next.afterMs : Number.NaN;
        expect(afterMs).toBeGreaterThanOrEqual(Math.floor(full * 0.75));
        expect(afterMs).toBeLessThanOrEqual(full);
      },
    ),
    { seed: 7, numRuns: 2_000 },
  );
});
