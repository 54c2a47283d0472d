import { describe, expect, test } from 'vitest';
import { conclude, nextAttempt, type StandingStep } from '../../src/activation/attempt.ts';
import { judgeForward } from '../../src/activation/judge.ts';
import { freshStep, keyOf, standingPrint, wantedValues } from './standing.ts';

const isOwnKey = (key: string) => key.startsWith('so/1/route/');
const lied = { type: 'failed', class: 'lied', code: 'otherValues', message: '' } as const;

/** As its first attempt left it, which was answered with a lie. */
function afterLie(step: StandingStep): StandingStep {
  const first = nextAttempt(step, keyOf);
  const { footprint, state, decided } = conclude(step, 'route', first, lied);
  const print = footprint && { ...footprint, step: 'route', system: 'edge', object: step.object };
  expect({ state, decided }).toEqual({ state: 'refused', decided: true });
  return {
    ...step,
    state: 'held',
    attempt: 1,
    generation: 1,
    decided,
    wanted: wantedValues,
    standing: print ?? null,
  };
}

describe.each([
  ['a create', freshStep],
  ['a change', { ...freshStep, standing: standingPrint, before: standingPrint }],
])('%s that a system lied about', (_, step) => {
  const again = nextAttempt(afterLie(step), keyOf);
  const { verb, key, wanted: values, expect: expected } = again;
  const wanted = { verb, key, values, expect: expected };

  test('is tried again under another key, once the system was read', () => {
    expect(again).toMatchObject({ key: keyOf(2), inDoubt: true });
  });

  test('is written over where its own earlier call stands', () => {
    const now = { type: 'present', key: keyOf(1), version: 'v9', observed: {} } as const;
    expect(judgeForward(wanted, isOwnKey, now)).toEqual({ type: 'ours', expect: { version: 'v9' } });
  });

  test('leaves alone what is there under the key of another', () => {
    const now = { type: 'present', key: 'other/1/route/1/do', version: 'v9', observed: {} } as const;
    expect(judgeForward(wanted, isOwnKey, now)).toMatchObject({ type: 'wrong' });
  });
});
