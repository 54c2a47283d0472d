import { describe, expect, test } from 'vitest';
import { nextAttempt, type StandingStep } from '../../src/activation/attempt.ts';
import { concludeWithEvidence, evidenceAttempt, objectTaken } from '../../src/activation/attested.ts';
import type { Attested } from '../../src/activation/evidence.ts';
import { nextUndo } from '../../src/activation/undo.ts';
import { freshStep, keyOf, standingPrint, wantedValues } from './standing.ts';

const held = { ...freshStep, state: 'held', attempt: 2, generation: 1, wanted: wantedValues } as const;
const present = { type: 'present', observed: {}, version: 'v7', key: 'theirs' } as const;
const agreeing: Attested = { evidence: present, agrees: true, results: { hop: 'h2' } };
const against: Attested = { ...agreeing, agrees: false };
const concluded = (step: StandingStep, given: Attested) =>
  concludeWithEvidence(step, 'route', evidenceAttempt(step, keyOf), given);

test('the step is done with the results it was given, and names those that changed', () => {
  const changed = ['steps.route.hop'];
  expect(concluded(held, agreeing)).toMatchObject({
    ...{ report: { type: 'done', changed }, state: 'done', decided: true, changed },
  });
});

test('a result that is as it stood is not news', () => {
  const given = { ...agreeing, results: { hop: 'h1' } };
  expect(concluded({ ...held, standing: standingPrint }, given).changed).toEqual([]);
});

test('an object that agrees is booked with the wanted values, at the version and key that were seen', () => {
  expect(concluded({ ...held, standing: standingPrint }, agreeing).footprint).toEqual({
    ...{ presence: 'present', values: wantedValues, results: { hop: 'h2' }, version: 'v7', key: 'theirs' },
    builtAfter: ['ipam prefix/s1', 'olt line/s1'],
  });
});

test('an object without a mark is booked under the key of the step', () => {
  const given = { ...agreeing, evidence: { ...present, key: null } };
  expect(concluded(held, given).footprint).toMatchObject({ presence: 'present', key: keyOf(1) });
});

describe('against what its system shows', () => {
  test('an object that shows other values is done, and stays doubtful', () => {
    const { state, footprint } = concluded(held, against);
    expect(state).toBe('done');
    expect(footprint).toMatchObject({ presence: 'doubtful', version: 'v7', key: 'theirs' });
  });

  test('an object that is not there is done, and stays doubtful, of no version', () => {
    const given = { ...against, evidence: { type: 'absent' } } as const;
    expect(concluded({ ...held, standing: standingPrint }, given).footprint).toMatchObject({
      ...{ presence: 'doubtful', values: wantedValues, version: '', key: keyOf(1) },
    });
  });

  test('a later attempt on it looks first', () => {
    const { footprint } = concluded(held, against);
    const later = { ...freshStep, standing: footprint ? { ...standingPrint, ...footprint } : null };
    expect(nextAttempt(later, keyOf).inDoubt).toBe(true);
  });
});

describe('of what is taken away', () => {
  const revoke = { ...held, verb: 'revoke', standing: standingPrint } as const;

  test('an object that is gone is absent', () => {
    const given = { evidence: { type: 'absent' }, agrees: true, results: {} } as const;
    const { state, changed, footprint } = concluded(revoke, given);
    expect([state, changed, footprint?.presence]).toEqual(['done', [], 'absent']);
  });

  test('an object that is there still is done, and stays doubtful', () => {
    const { state, footprint } = concluded(revoke, { ...against, results: {} });
    expect([state, footprint?.presence]).toEqual(['done', 'doubtful']);
  });

  test('of nothing that stands nothing is booked', () => {
    expect(concluded({ ...revoke, standing: null }, against).footprint).toBeUndefined();
  });
});

describe('the attempt that stands for it', () => {
  test('fences those before, under their key', () => {
    expect(evidenceAttempt(held, keyOf)).toMatchObject({ number: 3, generation: 1, key: keyOf(1) });
  });

  test('of values that were never sent is of a generation of its own', () => {
    expect(evidenceAttempt({ ...held, characteristics: { metric: 11 } }, keyOf).generation).toBe(2);
    expect(evidenceAttempt(freshStep, keyOf)).toMatchObject({ number: 1, generation: 1 });
  });

  test('is undone like any other', () => {
    const { footprint } = concluded(freshStep, agreeing);
    const done: StandingStep = {
      ...freshStep,
      ...({ state: 'done', attempt: 1, generation: 1, decided: true, wanted: wantedValues } as const),
      standing: footprint ? { ...standingPrint, ...footprint } : null,
    };
    const expected = { verb: 'revoke', expect: { version: 'v7' }, inDoubt: false };
    expect(nextUndo(done, keyOf)).toMatchObject(expected);
  });
});

test('an object that another service holds leaves the step in as much doubt as it was', () => {
  for (const decided of [true, false]) {
    const conclusion = objectTaken({ ...held, decided });
    expect(conclusion).toMatchObject({ state: 'refused', decided });
    expect(conclusion.report).toEqual({ type: 'failed', class: 'conflict', code: 'objectTaken' });
    expect(conclusion.footprint).toBeUndefined();
  }
});
