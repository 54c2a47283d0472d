import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  costsAttempt,
  errorClasses,
  type ErrorClass,
  lastResorts,
  type PolicyRow,
  recover,
  type RecoveryPolicy,
  type Trouble,
} from '../../src/serviceOrder/recovery.ts';
import { row } from './policyRow.ts';

const policy: RecoveryPolicy = {
  retry: { attempts: 4, fromMs: 1_000, upToMs: 3_000 },
  outage: { fromMs: 500, upToMs: 60_000 },
  reports: { withinMs: 10_000, pollMs: 4_000 },
};

const where = {
  step: 'prefix',
  system: 'ipam',
  code: 'full',
  optional: false,
  way: 'do',
} as const;

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
    ...where,
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

test('a system that is away is not asked before its next probe is due, and not by all at once', () => {
  expect(recovered('unavailable', 'apply', 1, 0, 20_000)).toMatchObject({ afterMs: 20_000, of: null });
  expect(recovered('unavailable', 'apply', 1, 0.5, 20_000)).toMatchObject({ afterMs: 22_500 });
  expect(recovered('unavailable', 'apply', 8, 0, 20_000)).toMatchObject({ afterMs: 60_000 });
});

test('a try that was known to meet an outage is waited for, whatever its class', () => {
  const probe = { ...where, verb: 'apply', attempts: 7, outages: 1, jitter: 0, outage: true } as const;
  for (const errorClass of errorClasses) {
    expect(recover(policy, { ...probe, class: errorClass })).toMatchObject({ type: 'retry', of: null });
  }
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
          { ...policy, retry: given, outage: given },
          { ...where, class: errorClass, verb: 'apply', attempts: tries, outages: tries, jitter },
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

describe('with rows', () => {
  const retry = { attempts: 2, fromMs: 10, upToMs: 10 };
  const refusal: Trouble = {
    ...where,
    verb: 'apply',
    class: 'refused',
    attempts: 1,
    outages: 0,
    jitter: 0,
  };
  const ended = (rows: readonly PolicyRow[], given: Partial<Trouble> = {}) =>
    recover({ ...policy, rows }, { ...refusal, ...given });
  const counted = errorClasses.filter(costsAttempt);

  test.each<[string, Partial<PolicyRow>]>([
    ['nothing', {}],
    ['its step', { step: 'prefix' }],
    ['its system', { system: 'ipam' }],
    ['its class', { class: 'refused' }],
    ['its code', { code: 'full' }],
    ['all of it', { step: 'prefix', system: 'ipam', class: 'refused', code: 'full' }],
  ])('a row that names %s decides', (_, names) => {
    expect(ended([row('hold', names)])).toEqual({ type: 'hold' });
  });

  test.each<[string, Partial<PolicyRow>]>([
    ['step', { step: 'route', system: 'ipam' }],
    ['system', { step: 'prefix', system: 'edge' }],
    ['class', { step: 'prefix', class: 'invalid' }],
    ['code', { step: 'prefix', code: 'taken' }],
  ])('a row that names another %s does not, whatever else it names', (_, names) => {
    expect(ended([row('hold', names)])).toEqual({ type: 'undo' });
  });

  test('the row that names most decides, wherever it stands', () => {
    const rows = [
      row('undo', {}),
      row('skip', { system: 'ipam', class: 'refused' as const }),
      row('hold', { step: 'prefix' }),
    ];
    for (const given of [rows, [...rows].reverse()]) {
      expect(ended(given, { optional: true })).toEqual({ type: 'skip' });
      expect(ended(given, { class: 'lied' })).toEqual({ type: 'hold' });
      expect(ended(given, { step: 'route', class: 'lied' })).toEqual({ type: 'undo' });
    }
  });

  test('of rows that name equally much, which only an older footprint can meet, the first decides', () => {
    const rows = [row('hold', { system: 'ipam' }), row('undo', { step: 'prefix' })];
    expect(ended(rows)).toEqual({ type: 'hold' });
    expect(ended([...rows].reverse())).toEqual({ type: 'undo' });
  });

  test('a row for a step holds for the object that the step no longer has', () => {
    const rows = [row('hold', { step: 'prefix', class: 'refused' as const, retry })];
    const gone = { verb: 'revoke', step: 'prefix.gone' } as const;
    expect(ended(rows, gone)).toMatchObject({ type: 'retry', of: 2 });
    expect(ended(rows, { ...gone, step: 'prefix.gone2' })).toMatchObject({ type: 'retry', of: 2 });
    expect(ended(rows, { ...gone, step: 'prefix2' })).toEqual({ type: 'hold' });
  });

  test.each(counted)('%s: a row that names it decides how often and what then', (errorClass) => {
    const rows = [row('undo', { class: errorClass, retry })];
    expect(ended(rows, { class: errorClass })).toEqual({ type: 'retry', afterMs: 10, attempt: 2, of: 2 });
    expect(ended(rows, { class: errorClass, attempts: 2 })).toEqual({ type: 'undo' });
  });

  test.each(counted)(
    '%s: tries of a row that names neither class nor code are for what passes',
    (errorClass) => {
      const passes = written[errorClass][0] === 'exhausted';
      const rows = [row('hold', { system: 'ipam', retry })];
      const expected = passes ? { type: 'retry', afterMs: 10, attempt: 2, of: 2 } : { type: 'hold' };
      expect(ended(rows, { class: errorClass })).toEqual(expected);
    },
  );

  test.each(counted)('%s: a row without tries leaves them as they are and says what then', (errorClass) => {
    const passes = written[errorClass][0] === 'exhausted';
    const rows = [row('undo', { class: errorClass })];
    const first = ended(rows, { class: errorClass });
    expect(first.type).toBe(passes ? 'retry' : 'undo');
    expect(ended(rows, { class: errorClass, attempts: policy.retry.attempts })).toEqual({ type: 'undo' });
  });

  test.each(['throttled', 'inDoubt'] as const)(
    '%s: those who were told the same time come back one after the other, and none before it',
    (errorClass) => {
      const after = (jitter: number) => {
        const next = recovered(errorClass, 'apply', 1, jitter, 60_000);
        return next.type === 'retry' ? next.afterMs : undefined;
      };
      expect([0, 0.5, 1].map(after)).toEqual([60_000, 67_500, 75_000]);
    },
  );

  test('a system that names a later time is given it by a row as well', () => {
    const rows = [row('hold', { class: 'throttled' as const, retry })];
    expect(ended(rows, { class: 'throttled', retryAfterMs: 5_000 })).toMatchObject({ afterMs: 5_000 });
  });

  test.each(
    lastResorts.flatMap((end) =>
      (['apply', 'revoke'] as const).flatMap((verb) =>
        (['do', 'undo'] as const).flatMap((way) =>
          [false, true].map((optional) => ({ end, verb, way, optional })),
        ),
      ),
    ),
  )('$end on $verb, way $way, optional $optional, is only what is possible', ({ end, ...given }) => {
    const forward = given.verb === 'apply' && given.way === 'do';
    const expected = forward && (end !== 'skip' || given.optional) ? end : 'hold';
    expect(ended([row(end, { system: 'ipam' })], given)).toEqual({ type: expected });
  });

  test('without a row, what is refused on the way back is held', () => {
    expect(ended([], { way: 'undo' })).toEqual({ type: 'hold' });
  });

  test('no row changes how an outage is waited for', () => {
    const drawn = fc.record(
      {
        system: fc.constantFrom('ipam', 'edge'),
        step: fc.constantFrom('prefix', 'route'),
        class: fc.constantFrom(...errorClasses),
        code: fc.constantFrom('full', 'taken'),
        retry: fc.constant(retry),
      },
      { requiredKeys: [] },
    );
    const rows = fc.array(
      fc.tuple(drawn, fc.constantFrom(...lastResorts)).map(([names, end]) => row(end, names) as PolicyRow),
    );
    const outage = fc.constantFrom<ErrorClass>('ours', 'unavailable');
    fc.assert(
      fc.property(rows, outage, fc.integer({ min: 1, max: 50 }), (given, errorClass, outages) => {
        const trouble = { class: errorClass, attempts: 3, outages };
        expect(ended(given, trouble)).toEqual(ended([], trouble));
        expect(ended(given, trouble)).toMatchObject({ type: 'retry', attempt: 4, of: null });
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
