import { describe, expect, test } from 'vitest';
import type { LateRefusal, Observed } from '../../src/activation/adapter.ts';
import type { StandingStep } from '../../src/activation/attempt.ts';
import { concludeUndo, judgeUndo, nextUndo } from '../../src/activation/undo.ts';
import { must } from '../../src/kernel/assert.ts';
import { freshStep, standingPrint } from './standing.ts';

const keyOf = (generation: number): string => `so/1/route/${generation}/undo`;
const isOwnKey = (key: string) => key.startsWith('so/1/route/');
const doKey = 'so/1/route/1/do';

/** A create, and a change of what stood before, that the system took and has not told the end of. */
const tried = { ...freshStep, attempt: 1, generation: 1, state: 'accepted' } as const;
const create: StandingStep = {
  ...tried,
  standing: { ...standingPrint, version: '', presence: 'doubtful', key: doKey },
};
const change: StandingStep = {
  ...tried,
  before: standingPrint,
  standing: { ...standingPrint, presence: 'doubtful' },
};
const steps = { create, change };

const there = (key: string, refusal?: LateRefusal): Observed => ({
  ...{ type: 'present', observed: standingPrint.values, version: 'v1', key },
  ...(refusal && { refusal }),
});
const refusal = { key: keyOf(1), code: 'locked', message: 'not now' };
const judged = (step: StandingStep, now: Observed) => {
  const attempt = nextUndo(step, keyOf);
  if (attempt === 'nothing') throw new Error('there is something to undo');
  const verdict = judgeUndo(attempt, step.before, isOwnKey, now);
  return verdict.type === 'wrong' ? `${verdict.class} ${verdict.code}` : verdict.type;
};

test.each(['create', 'change'] as const)('what a system took is undone only after a look: a %s', (name) => {
  expect(nextUndo(steps[name], keyOf)).toMatchObject({
    verb: name === 'create' ? 'revoke' : 'apply',
    inDoubt: true,
  });
});

test('what goes back asks for the very results of before: others may have read them', () => {
  const results = { vlan: 104 };
  expect(nextUndo({ ...change, before: { ...standingPrint, results } }, keyOf)).toMatchObject({
    verb: 'apply',
    wanted: standingPrint.values,
    wantedResults: results,
  });
});

test('a change that only waited for a system that is away never left, and what stood before it is left alone', () => {
  expect(nextUndo({ ...freshStep, standing: standingPrint }, keyOf)).toBe('nothing');
});

describe('before an undo, the system shows', () => {
  test.each<[string, keyof typeof steps, Observed, string]>([
    ['our call under way', 'create', { type: 'pending', key: doKey }, 'pending'],
    ['our call under way', 'change', { type: 'pending', key: doKey }, 'pending'],
    ['our undo under way', 'change', { type: 'pending', key: keyOf(1) }, 'pending'],
    ['the call of another under way', 'create', { type: 'pending', key: 'other' }, 'conflict pendingOther'],
    ['nothing', 'create', { type: 'absent' }, 'effected'],
    ['our call, carried out', 'create', there(doKey), 'ours'],
    ['our call, and our undo refused later', 'create', there(doKey, refusal), 'refused locked'],
    ['our call, and our undo refused later', 'change', there(doKey, refusal), 'refused locked'],
    ['what was there before', 'change', there(standingPrint.key), 'effected'],
  ])('%s (%s) → %4$s', (_, name, now, expected) => {
    expect(judged(steps[name], now)).toBe(expected);
  });
});

test('an undo that the system takes leaves the object in doubt until it is carried out', () => {
  const attempt = nextUndo(change, keyOf);
  expect(concludeUndo(change, attempt as Exclude<typeof attempt, 'nothing'>, { type: 'accepted' })).toEqual({
    report: { type: 'accepted' },
    state: 'undoing',
    decided: false,
    changed: [],
    footprint: { ...must(change.standing, 'a footprint'), presence: 'doubtful' },
  });
});
