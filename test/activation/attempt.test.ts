import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptedAttempt,
  conclude,
  nextAttempt,
  type StandingStep,
  type StepOutcome,
} from '../../src/activation/attempt.ts';
import { stepStates } from '../../src/serviceOrder/machine.ts';
import { errorClasses, type ErrorClass } from '../../src/serviceOrder/recovery.ts';
import { freshStep, keyOf, standingPrint, wantedValues } from './standing.ts';

const attempted = { ...freshStep, attempt: 1, generation: 1, wanted: wantedValues };

test('the first attempt evaluates its values and takes the first generation', () => {
  expect(nextAttempt(freshStep, keyOf)).toEqual({
    verb: 'apply',
    number: 1,
    generation: 1,
    key: 'so/1/route/1/do',
    wanted: wantedValues,
    expect: 'absent',
    inDoubt: false,
  });
});

test.each([
  { when: 'an attempt had no effect', step: attempted, generation: 1 },
  { when: 'an attempt is in doubt', step: { ...attempted, state: 'inDoubt' }, generation: 1 },
  {
    when: 'nobody recorded the end of an attempt',
    step: { ...attempted, state: 'attempting' },
    generation: 1,
  },
  { when: 'a definite outcome stands', step: { ...attempted, decided: true }, generation: 2 },
  { when: 'a value is another', step: { ...attempted, characteristics: { metric: 11 } }, generation: 2 },
  { when: 'a value is gone', step: { ...attempted, values: { metric: '10' } }, generation: 2 },
] as const)('when $when, the next attempt has generation $generation', ({ step, generation }) => {
  const attempt = nextAttempt(step, keyOf);
  expect(attempt).toMatchObject({ number: 2, generation, key: keyOf(generation) });
});

test.each(stepStates)('a step that is %s reads first if an earlier call may have taken effect', (state) => {
  const inDoubt = ['attempting', 'inDoubt', 'held'].includes(state);
  expect(nextAttempt({ ...attempted, state }, keyOf).inDoubt).toBe(inDoubt);
});

test('a held step whose last call had a definite end is sent again without a look', () => {
  expect(nextAttempt({ ...attempted, state: 'held', decided: true }, keyOf).inDoubt).toBe(false);
});

test('a doubtful footprint is looked at before anything is sent, whatever state the step is in', () => {
  const standing = { ...standingPrint, presence: 'doubtful' } as const;
  expect(nextAttempt({ ...attempted, standing }, keyOf).inDoubt).toBe(true);
  expect(nextAttempt({ ...attempted, standing: standingPrint }, keyOf).inDoubt).toBe(false);
});

test.each([
  { what: 'nothing stands', standing: null, expected: 'absent' },
  { what: 'the version is known', standing: standingPrint, expected: { version: 'v1' } },
  { what: 'a create is in doubt', standing: { ...standingPrint, version: '' }, expected: 'absent' },
] as const)('when $what, a write expects just that', ({ standing, expected }) => {
  expect(nextAttempt({ ...freshStep, standing }, keyOf).expect).toEqual(expected);
});

test('a value that cannot be computed is refused before anything is sent, and says which it is', () => {
  const { impossible } = nextAttempt({ ...freshStep, reliesOn: { access: {} } }, keyOf);
  expect(impossible).toMatchObject({ type: 'failed', class: 'invalid', code: 'valueMissing' });
  expect(impossible?.message).toMatch(/^values\.vlan: /);
});

describe('an overridden value', () => {
  test('wins over the mapping', () => {
    const { wanted } = nextAttempt({ ...freshStep, overrides: { metric: 99 } }, keyOf);
    expect(wanted).toEqual({ ...wantedValues, metric: 99 });
  });

  test('needs nothing of what its expression reads', () => {
    const step = { ...freshStep, reliesOn: { access: {} }, overrides: { vlan: 12 } };
    const { wanted, impossible } = nextAttempt(step, keyOf);
    expect([wanted, impossible]).toEqual([{ ...wantedValues, vlan: 12 }, undefined]);
  });

  test('that the mapping no longer has is not sent', () => {
    expect(nextAttempt({ ...freshStep, overrides: { colour: 'red' } }, keyOf).wanted).toEqual(wantedValues);
  });

  test('changes nothing of a state to go back to', () => {
    const fixed = { values: { metric: 5 }, results: {} };
    expect(nextAttempt({ ...freshStep, fixed, overrides: { metric: 99 } }, keyOf).wanted).toEqual(
      fixed.values,
    );
  });

  test('takes the next generation', () => {
    const { generation } = nextAttempt({ ...attempted, overrides: { metric: 99 } }, keyOf);
    expect(generation).toBe(2);
  });
});

test('a key never stands for other values, and never again for what is decided', () => {
  const happening = fc.record({
    metric: fc.integer({ min: 1, max: 3 }),
    decided: fc.boolean(),
    state: fc.constantFrom('waiting', 'inDoubt', 'refused', 'attempting'),
  });
  fc.assert(
    fc.property(fc.array(happening, { minLength: 2, maxLength: 12 }), (happenings) => {
      let step: StandingStep = freshStep;
      const meaning = new Map<string, string>();
      const decidedKeys = new Set<string>();
      for (const { metric, decided, state } of happenings) {
        step = { ...step, characteristics: { metric } };
        const { key, wanted, number, generation } = nextAttempt(step, keyOf);
        expect(decidedKeys.has(key)).toBe(false);
        expect(meaning.get(key) ?? JSON.stringify(wanted)).toBe(JSON.stringify(wanted));
        meaning.set(key, JSON.stringify(wanted));
        if (decided) decidedKeys.add(key);
        step = { ...step, attempt: number, generation, wanted, decided, state };
      }
    }),
    { seed: 4, numRuns: 300 },
  );
});

const done: StepOutcome = { type: 'done', observed: { hop: 'h2', extra: true }, version: 'v9' };
const trouble = (errorClass: ErrorClass): StepOutcome => ({
  type: 'failed',
  class: errorClass,
  code: 'why',
  message: 'because',
});
const concluded = (step: StandingStep, outcome: StepOutcome) =>
  conclude(step, 'route', nextAttempt(step, keyOf), outcome);

describe('done', () => {
  test('a new object leaves its whole footprint and the names of its results', () => {
    expect(concluded(freshStep, done)).toEqual({
      report: { type: 'done', changed: ['steps.route.hop'] },
      state: 'done',
      decided: true,
      changed: ['steps.route.hop'],
      footprint: {
        presence: 'present',
        values: wantedValues,
        results: { hop: 'h2' },
        version: 'v9',
        builtAfter: ['ipam prefix/s1'],
        key: keyOf(1),
      },
    });
  });

  test('a changed object remembers what it was built after all its life, and names only results that differ', () => {
    const step = { ...freshStep, standing: standingPrint };
    expect(concluded(step, done)).toMatchObject({
      changed: ['steps.route.hop'],
      footprint: { builtAfter: ['ipam prefix/s1', 'olt line/s1'], version: 'v9', key: keyOf(1) },
    });
    expect(concluded(step, { ...done, observed: { hop: 'h1' } }).changed).toEqual([]);
  });

  test('a result that the system does not answer with is a lie', () => {
    const { report, state, footprint } = concluded(freshStep, { ...done, observed: {} });
    expect(report).toEqual({ type: 'failed', class: 'lied', code: 'resultMissing' });
    expect(state).toBe('refused');
    expect(footprint?.presence).toBe('doubtful');
  });

  test('a revoked object is absent under the key that revoked it', () => {
    const step: StandingStep = {
      ...freshStep,
      verb: 'revoke',
      values: {},
      results: {},
      standing: standingPrint,
    };
    expect(concluded(step, { type: 'done', observed: {}, version: '' })).toMatchObject({
      report: { type: 'done', changed: [] },
      state: 'done',
      decided: true,
      footprint: { ...standingPrint, presence: 'absent', key: keyOf(1) },
    });
  });

  test('revoking what has no footprint leaves none', () => {
    const step: StandingStep = { ...freshStep, verb: 'revoke', values: {}, results: {} };
    expect(concluded(step, done).footprint).toBeUndefined();
  });
});

const create: StandingStep = freshStep;
const createAgain: StandingStep = {
  ...attempted,
  state: 'inDoubt',
  standing: { ...standingPrint, version: '', presence: 'doubtful' },
};
const change: StandingStep = { ...freshStep, standing: standingPrint };
const revoke: StandingStep = { ...change, verb: 'revoke', values: {}, results: {} };
const revokeDoubtful: StandingStep = { ...createAgain, verb: 'revoke', values: {}, results: {} };
const steps = { create, createAgain, change, revoke, revokeDoubtful };

type Left = 'present' | 'doubtful' | 'absent' | 'unchanged';
type TroubleRow = readonly [
  state: string,
  create: Left,
  createAgain: Left,
  change: Left,
  revoke: Left,
  doubtful: Left,
];

/** What each class leaves of the footprint, by what was tried. `unchanged`: nothing is written. */
const written: Readonly<Record<ErrorClass, TroubleRow>> = {
  transient: ['waiting', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  throttled: ['waiting', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  unavailable: ['waiting', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  inDoubt: ['inDoubt', 'doubtful', 'doubtful', 'doubtful', 'doubtful', 'doubtful'],
  ours: ['inDoubt', 'doubtful', 'doubtful', 'doubtful', 'doubtful', 'doubtful'],
  unknown: ['inDoubt', 'doubtful', 'doubtful', 'doubtful', 'doubtful', 'doubtful'],
  refused: ['refused', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  invalid: ['refused', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  conflict: ['refused', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  drift: ['refused', 'unchanged', 'unchanged', 'unchanged', 'unchanged', 'unchanged'],
  lied: ['refused', 'doubtful', 'doubtful', 'doubtful', 'doubtful', 'doubtful'],
};

const rows = errorClasses.flatMap((errorClass) => {
  const [state, ...left] = written[errorClass];
  return (Object.keys(steps) as (keyof typeof steps)[]).map((tried, index) => ({
    errorClass,
    state,
    tried,
    expected: left[index],
  }));
});

describe('trouble', () => {
  test.each(rows)(
    '$errorClass on $tried → $state, footprint $expected',
    ({ errorClass, state, tried, expected }) => {
      const conclusion = concluded(steps[tried], trouble(errorClass));
      expect(conclusion.state).toBe(state);
      expect(conclusion.footprint?.presence ?? 'unchanged').toBe(expected);
      expect(conclusion.decided).toBe(state === 'refused');
      expect(conclusion.report).toEqual({ type: 'failed', class: errorClass, code: 'why' });
    },
  );

  test('a doubtful change keeps the values, version and key that are known to have been there', () => {
    expect(concluded(change, trouble('inDoubt')).footprint).toEqual({
      ...standingPrint,
      presence: 'doubtful',
    });
  });

  test('a doubtful create notes what may be there, with no version', () => {
    expect(concluded(create, trouble('inDoubt')).footprint).toEqual({
      presence: 'doubtful',
      values: wantedValues,
      results: {},
      version: '',
      builtAfter: ['ipam prefix/s1'],
      key: keyOf(1),
    });
  });

  test('what could not even be sent proves nothing about what is doubtful', () => {
    const step: StandingStep = { ...createAgain, reliesOn: {} };
    const attempt = nextAttempt(step, keyOf);
    expect(conclude(step, 'route', attempt, attempt.impossible ?? done).footprint).toBeUndefined();
  });

  test('a time to wait is passed on', () => {
    const { report } = concluded(create, { ...trouble('throttled'), retryAfterMs: 500 } as StepOutcome);
    expect(report).toMatchObject({ retryAfterMs: 500 });
  });
});

describe('a system that reports later', () => {
  const accepted: StepOutcome = { type: 'accepted' };
  const waiting: StandingStep = { ...createAgain, state: 'accepted', generation: 2 };
  const looked = (step: StandingStep, outcome: StepOutcome) =>
    conclude(step, 'route', acceptedAttempt(step, keyOf), outcome);

  test('a look asks for the call that was taken, whatever would be wanted by now', () => {
    const step = { ...waiting, characteristics: { metric: 99 } };
    expect(acceptedAttempt(step, keyOf)).toEqual({
      verb: 'apply',
      number: 1,
      generation: 2,
      key: keyOf(2),
      wanted: wantedValues,
      expect: 'absent',
      inDoubt: true,
    });
  });

  test.each([
    ['a create', create, { values: wantedValues, version: '', key: keyOf(1) }],
    ['a change', change, standingPrint],
    ['a revoke', revoke, standingPrint],
  ])('%s that was taken leaves a footprint that can be undone, and is not decided', (_, step, print) => {
    expect(concluded(step, accepted)).toMatchObject({
      report: { type: 'accepted' },
      state: 'accepted',
      decided: false,
      footprint: { ...print, presence: 'doubtful' },
    });
  });

  test('what was done in the end is as if it had been done at once', () => {
    const { report, state, footprint } = looked(waiting, done);
    expect([report.type, state, footprint?.presence, footprint?.key]).toEqual([
      ...['done', 'done', 'present'],
      keyOf(2),
    ]);
  });

  test('a create that was refused in the end is surely not there', () => {
    const refused = { ...trouble('refused'), final: true } as StepOutcome;
    const step = { ...waiting, standing: { ...standingPrint, version: '', key: keyOf(2) } };
    expect(looked(step, refused)).toMatchObject({
      state: 'refused',
      decided: true,
      footprint: { presence: 'absent' },
    });
    const other = { ...waiting, standing: { ...standingPrint, version: '', key: keyOf(1) } };
    expect(looked(other, refused).footprint).toBeUndefined();
  });

  test.each([
    ['a change', 'apply'],
    ['a revoke', 'revoke'],
  ] as const)(
    '%s that was refused in the end leaves surely what stood before, where nothing else was ever sent',
    (_, verb) => {
      const refused = { ...trouble('refused'), final: true } as StepOutcome;
      const standing = { ...standingPrint, presence: 'doubtful' } as const;
      const step = { ...waiting, verb, generation: 1, before: standingPrint, standing };
      expect(looked(step, refused)).toMatchObject({
        report: { type: 'failed', final: true },
        footprint: standingPrint,
      });
      const again = looked({ ...step, generation: 2 }, refused);
      expect([again.footprint, again.report]).toEqual([
        undefined,
        expect.not.objectContaining({ final: true }),
      ]);
    },
  );

  test.each(['ours', 'unavailable'] as const)('a look that failed by %s leaves it accepted', (errorClass) => {
    const { state, decided, report } = looked(waiting, trouble(errorClass));
    expect([state, decided, report]).toEqual([
      'accepted',
      false,
      { type: 'failed', class: errorClass, code: 'why' },
    ]);
  });

  test('a call of which nothing is seen is in doubt', () => {
    expect(looked(waiting, trouble('inDoubt')).state).toBe('inDoubt');
  });
});
