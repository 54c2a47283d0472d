import {
  type Attempt,
  conclude,
  nextAttempt,
  type StandingStep,
  type StepOutcome,
} from '../../src/activation/attempt.ts';
import { fenced, overAlready } from '../../src/activation/fence.ts';
import { judgeDone, judgeDoubt, type Judgement } from '../../src/activation/judge.ts';
import { concludeUndo, judgeUndo, nextUndo } from '../../src/activation/undo.ts';
import { type CompactServiceOrder, stepName } from '../../src/decomposition/plan.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import type { ErrorClass } from '../../src/serviceOrder/recovery.ts';
import type { StepReport } from '../../src/serviceOrder/run.ts';
import { carryOut, type Mutation, type Network, observe, stepOf, withOdd } from './network.ts';
import {
  loadStep,
  noteAttempt,
  noteNothingToUndo,
  recordConclusion,
  type Records,
  rowKey,
} from './records.ts';

/** What goes wrong with an attempt. A worker that is killed is gone; one that is paused goes on later. */
export type Fault =
  | { readonly type: 'none' }
  | { readonly type: 'refuses'; readonly class: 'refused' | 'invalid' | 'conflict' | 'drift' }
  | { readonly type: 'cannotNow'; readonly class: 'transient' | 'throttled' | 'unavailable' }
  | { readonly type: 'noAnswer'; readonly effect: 'none' | 'now' | 'late' }
  | { readonly type: 'lies'; readonly how: 'nothing' | 'otherValues' }
  | { readonly type: 'slow' }
  | {
      readonly type: 'workerLost';
      readonly class: 'ours' | 'unknown';
      readonly when: 'beforeNote' | 'afterNote' | 'afterCall';
      readonly goesOn: boolean;
    };

export const noFault: Fault = { type: 'none' };

export interface Hands {
  readonly network: Network;
  readonly records: Records;
}

export interface Noted {
  readonly id: string;
  readonly step: string;
  readonly way: 'do' | 'undo';
  readonly standing: StandingStep;
  readonly attempt: Attempt;
}

type Way = Noted['way'];
type NotedOrOver =
  | { readonly records: Records; readonly noted: Noted }
  | { readonly records: Records; readonly report: StepReport };

/** Before the network is called: what is there to send, if anything? */
export function note(
  { records }: Hands,
  origin: CompactServiceOrder,
  own: CompactServiceOrder,
  step: string,
  way: Way,
): NotedOrOver {
  const key = rowKey(own.id, step);
  const standing = loadStep(records, origin, own.id, stepOf(own, step));
  const keyOf = (generation: number) => `${key}/${generation}/${way}`;
  const already = overAlready(standing, way);
  if (already) return { records, report: already };
  const attempt = way === 'do' ? nextAttempt(standing, keyOf) : nextUndo(standing, keyOf);
  if (attempt === 'nothing') {
    const row = must(records.rows[key], key);
    return { records: noteNothingToUndo(records, key, row), report: { type: 'done', changed: [] } };
  }
  assert(attempt.impossible === undefined, 'what is wanted is known');
  const noted = { id: own.id, step, way, standing, attempt };
  return { records: noteAttempt(records, key, standing, attempt, way), noted };
}

export interface Performed {
  readonly network: Network;
  readonly outcome: StepOutcome;
  readonly effect: boolean;
  /** A call that may yet take effect. */
  readonly late?: Mutation;
}

/** Sends the call, as the activity does: reads first when in doubt, and reads back what was said to be done. */
export function perform(
  network: Network,
  { id, step, way, standing, attempt }: Noted,
  fault: Fault,
): Performed {
  const { object } = standing;
  const { verb, key, wanted: values } = attempt;
  const quiet = (outcome: StepOutcome): Performed => ({ network, outcome, effect: false });
  let { expect } = attempt;
  if (fault.type === 'cannotNow') {
    const asked = attempt.inDoubt && fault.class !== 'unavailable';
    return quiet(trouble(asked ? 'inDoubt' : fault.class, 'down'));
  }
  if (attempt.inDoubt) {
    if (fault.type === 'noAnswer' && fault.effect === 'none') return quiet(trouble('inDoubt', 'timeout'));
    const now = observe(network, object);
    const isOwnKey = (seen: string) => seen.startsWith(`${rowKey(id, step)}/`);
    const judged =
      way === 'undo'
        ? judgeUndo(attempt, standing.before, isOwnKey, now)
        : judgeDoubt({ verb, key, values, expect }, now);
    if (judged.type !== 'ours' && judged.type !== 'withoutEffect') return quiet(outcomeOf(judged));
    if (judged.type === 'ours') ({ expect } = judged);
  }
  if (fault.type === 'refuses') return quiet(trouble(fault.class, 'why'));
  const mutation = { verb, key, object, values, expect };
  if (fault.type === 'noAnswer' && fault.effect !== 'now') {
    const late = fault.effect === 'late' && { late: mutation };
    return { ...quiet(trouble('inDoubt', 'timeout')), ...late };
  }
  if (fault.type === 'lies' && fault.how === 'nothing') {
    return { ...readBack(withOdd(network, object, 'lied'), mutation), effect: false };
  }
  const lies = fault.type === 'lies' && verb === 'apply';
  const answered = carryOut(lies ? withOdd(network, object, 'lied') : network, mutation, lies);
  const { refused, effect } = answered;
  if (fault.type === 'noAnswer') return { ...answered, outcome: trouble('inDoubt', 'timeout') };
  if (refused) return { network: answered.network, outcome: trouble(refused.class, refused.code), effect };
  return { ...readBack(answered.network, mutation), effect };
}

const readBack = (network: Network, mutation: Mutation): Pick<Performed, 'network' | 'outcome'> => ({
  network,
  outcome: outcomeOf(judgeDone(mutation, observe(network, mutation.object))),
});

function outcomeOf(judged: Exclude<Judgement, { type: 'withoutEffect' }>): StepOutcome {
  if (judged.type === 'effected') return { ...judged, type: 'done' };
  return judged.type === 'pending' ? { type: 'accepted' } : { ...judged, type: 'failed' };
}

const trouble = (errorClass: ErrorClass, code: string): StepOutcome => ({
  type: 'failed',
  class: errorClass,
  code,
  message: code,
});

/** Writes what it came to, and says it; a fenced attempt writes nothing. */
export function record(
  records: Records,
  noted: Noted,
  outcome: StepOutcome,
): { records: Records; report: StepReport } {
  const { id, step, way, standing, attempt } = noted;
  const name = stepName(step);
  const conclusion =
    way === 'do' ? conclude(standing, name, attempt, outcome) : concludeUndo(standing, attempt, outcome);
  const { system, object } = standing;
  const after = recordConclusion(
    records,
    rowKey(id, step),
    attempt.number,
    { system, object, name },
    conclusion,
  );
  return after ? { records: after, report: conclusion.report } : { records, report: fenced };
}
