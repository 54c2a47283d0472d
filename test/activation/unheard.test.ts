import { describe, expect, test } from 'vitest';
import { conclude, nextAttempt, type StandingStep } from '../../src/activation/attempt.ts';
import { fenced, overAlready, tooLate } from '../../src/activation/fence.ts';
import { nextUndo } from '../../src/activation/undo.ts';
import { freshStep, keyOf, standingPrint } from './standing.ts';

/** Its worker was lost: the attempt is noted, and nobody recorded what became of it. */
const unheard: StandingStep = { ...freshStep, state: 'attempting', attempt: 1, generation: 1 };
const undoKeyOf = (generation: number) => keyOf(generation).replace('do', 'undo');

describe('an attempt that nobody heard the end of', () => {
  test('is undone though no footprint tells of it', () => {
    expect(nextUndo(unheard, undoKeyOf)).toMatchObject({ verb: 'revoke', expect: 'absent', inDoubt: true });
  });

  test('is undone though the footprint still shows what was there before', () => {
    const modified = { ...unheard, standing: standingPrint, before: standingPrint };
    expect(nextUndo(modified, undoKeyOf)).toMatchObject({
      verb: 'apply',
      wanted: standingPrint.values,
      inDoubt: true,
    });
  });

  test('is undone again when the undo is not heard of either', () => {
    const undoing = { ...unheard, state: 'undoing', way: 'undo', attempt: 2 } as const;
    expect(nextUndo(undoing, undoKeyOf)).toMatchObject({ verb: 'revoke', number: 3, inDoubt: true });
  });

  test('is undone though a defect ended it and its step is held, or waited for its system since', () => {
    for (const state of ['held', 'inDoubt'] as const)
      expect(nextUndo({ ...unheard, state }, undoKeyOf)).toMatchObject({ verb: 'revoke', inDoubt: true });
  });

  test('is undone again after an undo that was refused and held', () => {
    const held = { ...unheard, state: 'held', way: 'undo', attempt: 2, decided: true } as const;
    expect(nextUndo(held, undoKeyOf)).toMatchObject({ verb: 'revoke', inDoubt: true });
  });

  test('leaves its footprint doubtful even when the next one is refused: the first may still take effect', () => {
    const attempt = nextAttempt(unheard, keyOf);
    const refused = { type: 'failed', class: 'refused', code: 'no', message: 'no' } as const;
    const conclusion = conclude(unheard, 'route', attempt, refused);
    expect(conclusion.footprint).toMatchObject({ presence: 'doubtful', key: attempt.key });
  });
});

test('a step that only waited for its system has nothing to undo, whatever stands in its place', () => {
  for (const state of ['waiting', 'undoing'] as const) {
    const waited = { ...freshStep, state, standing: standingPrint };
    expect(nextUndo(waited, undoKeyOf)).toBe('nothing');
  }
});

test('a step that was never sent, or was refused, has nothing to undo', () => {
  expect(nextUndo(freshStep, undoKeyOf)).toBe('nothing');
  const refused = { ...freshStep, state: 'refused', attempt: 1, generation: 1, decided: true } as const;
  expect(nextUndo(refused, undoKeyOf)).toBe('nothing');
});

describe('the fence', () => {
  test('stops whoever comes after a person ended the step', () => {
    for (const state of ['skipped', 'leftBehind'] as const)
      for (const way of ['do', 'undo'] as const)
        expect(overAlready({ state, way, changed: [] }, way)).toEqual(fenced);
  });

  test('stops a forward attempt that comes after the way back began', () => {
    for (const state of ['undoing', 'undone'] as const) {
      expect(overAlready({ state, way: 'undo', changed: [] }, 'do')).toEqual(fenced);
    }
  });

  test('stops every attempt at a step that was skipped or left behind', () => {
    for (const state of ['skipped', 'leftBehind'] as const) {
      expect(overAlready({ state, way: 'do', changed: [] }, 'do')).toEqual(fenced);
      expect(overAlready({ state, way: 'do', changed: [], over: true }, 'do')).toEqual(tooLate);
      expect(overAlready({ state, way: 'undo', changed: [], over: true }, 'undo')).toEqual(tooLate);
    }
  });

  test('answers what is over already, and lets everything else pass', () => {
    const changed = ['steps.route.hop'];
    expect(overAlready({ state: 'done', way: 'do', changed }, 'do')).toEqual({ type: 'done', changed });
    expect(overAlready({ state: 'undone', way: 'undo', changed }, 'undo')).toEqual({
      type: 'done',
      changed: [],
    });
    expect(overAlready({ state: 'done', way: 'do', changed }, 'undo')).toBeUndefined();
    expect(overAlready({ state: 'attempting', way: 'do', changed: [] }, 'do')).toBeUndefined();
  });
});
