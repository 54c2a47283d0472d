import type { Footprint } from '../inventory/inventory.ts';
import { arrowOf } from '../serviceOrder/judgement.ts';
import type { Expectation, Observed } from './adapter.ts';
import type { Attempt, Conclusion, StandingStep, StepOutcome } from './attempt.ts';
import { holdsValues, type Judgement, judgePending, refusalOf, wrong } from './judge.ts';

/**
 * What brings a step's object back to how it was before the first attempt; nothing, where it still is. Computed
 * from the footprint, so it is right whatever became of the attempts: one that nobody heard the end of, since its
 * worker was lost, left none, and is asked about before it counts as nothing.
 */
export function nextUndo(step: StandingStep, keyOf: (generation: number) => string): Attempt | 'nothing' {
  const { standing, before } = step;
  // Never noted, never sent: what stands there is from before, and no attempt knows it by `before`.
  if (step.attempt === 0) return 'nothing';
  const isUnheard = step.state === 'attempting' || step.state === 'undoing' || isHeldInDoubt(step);
  if (!isUnheard && isAsBefore(step)) return 'nothing';
  const isVersioned = standing !== null && standing.version !== '';
  const generation = step.way === 'undo' && step.decided ? step.generation + 1 : step.generation;
  return {
    verb: before ? 'apply' : 'revoke',
    number: step.attempt + 1,
    generation,
    key: keyOf(generation),
    wanted: before?.values ?? {},
    ...(before && { wantedResults: before.results }),
    expect: isVersioned ? { version: standing.version } : 'absent',
    inDoubt: isUnheard || step.way === 'undo' || !isVersioned || standing.presence === 'doubtful',
  };
}

/**
 * A defect ended its attempt, and nobody knows what came of it; the row may have waited for its system since, or an
 * undo in vain.
 */
const isHeldInDoubt = ({ state, way, decided }: StandingStep): boolean =>
  state === 'inDoubt' || (state === 'held' && (way === 'undo' || !decided));

const isAsBefore = ({ standing, before }: StandingStep): boolean =>
  standing === null || (standing.presence === 'present' && standing.key === before?.key);

export type UndoJudgement =
  | Exclude<Judgement, { type: 'withoutEffect' }>
  /** It is as our own forward call left it: the undo may go ahead against this version. */
  | { readonly type: 'ours'; readonly expect: Expectation };

/** What does the system show before an undo, when nobody is sure of the calls so far? */
export function judgeUndo(
  { key, wanted }: Attempt,
  before: Footprint | null,
  isOwnKey: (key: string) => boolean,
  now: Observed,
): UndoJudgement {
  if (now.type === 'pending') return judgePending(isOwnKey(now.key));
  if (now.type === 'absent') {
    if (before === null) return { type: 'effected', observed: {}, version: '' };
    return wrong('drift', 'vanished', 'the object that was to be restored is not there any more');
  }
  if (before && now.key === key) {
    return holdsValues(now.observed, wanted)
      ? { type: 'effected', observed: now.observed, version: now.version }
      : wrong('lied', 'otherValues', 'the object carries our key, but other values');
  }
  if (before && now.key === before.key) {
    return { type: 'effected', observed: now.observed, version: now.version, key: before.key };
  }
  if (now.key !== null && isOwnKey(now.key)) {
    return refusalOf(key, now) ?? { type: 'ours', expect: { version: now.version } };
  }
  const code = now.key === null ? 'unmarked' : 'exists';
  return wrong('conflict', code, 'the object that is there now is not ours');
}

export function concludeUndo(step: StandingStep, attempt: Attempt, outcome: StepOutcome): Conclusion {
  if (outcome.type === 'failed') return concludeTrouble(step, outcome);
  if (outcome.type === 'accepted') return { ...taken, ...doubtfulPrint(step) };
  const { before, standing } = step;
  const key = outcome.key ?? attempt.key;
  const footprint = before
    ? { ...before, presence: 'present' as const, version: outcome.version, key }
    : standing && { ...standing, presence: 'absent' as const, key };
  const done = {
    report: { type: 'done', changed: [] },
    state: 'undone',
    decided: true,
    changed: [],
  } as const;
  return { ...done, ...(footprint && { footprint }) };
}

/** The object is in doubt until the system has carried out what it is at. */
const taken = {
  report: { type: 'accepted' },
  state: 'undoing',
  decided: false,
  changed: [],
} as const;

const doubtfulPrint = ({ standing }: StandingStep) =>
  standing && { footprint: { ...standing, presence: 'doubtful' as const } };

function concludeTrouble(step: StandingStep, trouble: Extract<StepOutcome, { type: 'failed' }>): Conclusion {
  const { class: errorClass, code, retryAfterMs } = trouble;
  const arrow = arrowOf(errorClass);
  const isUnclear = arrow === 'Doubted' || errorClass === 'lied';
  return {
    report: { type: 'failed', class: errorClass, code, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    state: 'undoing',
    decided: arrow === 'Refused',
    changed: [],
    trouble,
    ...(isUnclear && doubtfulPrint(step)),
  };
}
