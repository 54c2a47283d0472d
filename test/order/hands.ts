import {
  acceptedAttempt,
  type Attempt,
  conclude,
  nextAttempt,
  type StandingStep,
  type StepOutcome,
} from '../../src/activation/attempt.ts';
import { concludeWithEvidence, evidenceAttempt } from '../../src/activation/attested.ts';
import type { Attested } from '../../src/activation/evidence.ts';
import { fenced, overAlready } from '../../src/activation/fence.ts';
import { judgeDone, judgeForward, type Judgement, judgeReport } from '../../src/activation/judge.ts';
import { concludeUndo, judgeUndo, nextUndo } from '../../src/activation/undo.ts';
import { type CompactServiceOrder, stepName } from '../../src/decomposition/plan.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import type { ErrorClass } from '../../src/serviceOrder/recovery.ts';
import type { StepReport } from '../../src/serviceOrder/run.ts';
import {
  type Answered,
  carryOut,
  type Mutation,
  type Network,
  observe,
  stepOf,
  take,
  withOdd,
} from './network.ts';
import {
  loadStep,
  noteAttempt,
  noteNothingToUndo,
  noteWait,
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
  /** The system is known to be away: nothing is sent, or only a probe, and in vain. */
  | { readonly type: 'away'; readonly how: 'waits' | 'notSent' | 'noAnswer' }
  | Takes
  | {
      readonly type: 'workerLost';
      readonly class: 'ours' | 'unknown';
      readonly when: 'beforeNote' | 'afterNote' | 'afterCall';
      readonly goesOn: boolean;
    };

/** The system takes the call and reports later, or never; it may call before the end of it, and after. */
export interface Takes {
  readonly type: 'takes';
  /** Whether its first answer arrives. */
  readonly heard: boolean;
  readonly later: 'done' | 'refused' | 'never';
  readonly early: number;
  readonly late: number;
}

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
  fault: Fault,
): NotedOrOver {
  const key = rowKey(own.id, step);
  const standing = loadStep(records, origin, own.id, stepOf(own, step));
  const keyOf = (generation: number) => `${key}/${generation}/${way}`;
  const already = overAlready(standing, way);
  if (already) return { records, report: already };
  const attempt = attemptOf(standing, way, keyOf);
  const row = must(records.rows[key], key);
  if (attempt === 'nothing') {
    return { records: noteNothingToUndo(records, key, row), report: { type: 'done', changed: [] } };
  }
  assert(attempt.impossible === undefined, 'what is wanted is known');
  if (fault.type === 'away' && fault.how === 'waits') {
    return { records: noteWait(records, key, row, way), report: breakerOpen };
  }
  const noted = { id: own.id, step, way, standing, attempt };
  if (isLook(noted)) return { records, noted };
  return { records: noteAttempt(records, key, standing, attempt, way), noted };
}

function attemptOf(standing: StandingStep, way: Way, keyOf: (generation: number) => string) {
  if (way === 'undo') return nextUndo(standing, keyOf);
  return standing.state === 'accepted' ? acceptedAttempt(standing, keyOf) : nextAttempt(standing, keyOf);
}

const breakerOpen: StepReport = { type: 'failed', class: 'unavailable', code: 'breakerOpen' };

/** The system has the call: there is nothing to send, only something to look at. */
export const isLook = ({ way, standing }: Noted): boolean => way === 'do' && standing.state === 'accepted';

export interface Performed {
  readonly network: Network;
  readonly outcome: StepOutcome;
  readonly effect: boolean;
  /** A call that may yet take effect. */
  readonly late?: Mutation;
  /** A call that the system has taken just now. */
  readonly taken?: Mutation;
  readonly busy?: true;
}

/** Sends the call, as the activity does: reads first when in doubt, and reads back what was said to be done. */
export function perform(network: Network, noted: Noted, fault: Fault): Performed {
  const { id, step, way, standing, attempt } = noted;
  if (isLook(noted)) return look(network, noted, fault);
  const { object } = standing;
  const { verb, key, wanted: values } = attempt;
  const quiet = (outcome: StepOutcome): Performed => ({ network, outcome, effect: false });
  let { expect } = attempt;
  if (fault.type === 'cannotNow') {
    const asked = attempt.inDoubt && fault.class !== 'unavailable';
    return quiet(trouble(asked ? 'inDoubt' : fault.class, 'down'));
  }
  if (fault.type === 'away') {
    const isDoubtful = attempt.inDoubt || fault.how === 'noAnswer';
    return quiet(trouble(isDoubtful ? 'inDoubt' : 'transient', 'away'));
  }
  if (attempt.inDoubt) {
    if (fault.type === 'noAnswer' && fault.effect === 'none') return quiet(trouble('inDoubt', 'timeout'));
    const now = observe(network, object);
    const isOwnKey = isKeyOf(id, step);
    const judged =
      way === 'undo'
        ? judgeUndo(attempt, standing.before, isOwnKey, now)
        : judgeForward({ verb, key, values, expect }, isOwnKey, now);
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
  return heard(send(network, mutation, fault), mutation, fault);
}

function send(network: Network, mutation: Mutation, fault: Fault): Answered {
  if (fault.type === 'takes') return take(network, mutation);
  const lies = fault.type === 'lies' && mutation.verb === 'apply';
  return carryOut(lies ? withOdd(network, mutation.object, 'lied') : network, mutation, lies);
}

function heard(answered: Answered, mutation: Mutation, fault: Fault): Performed {
  const { network, refused, accepted, busy, effect } = answered;
  const taken = answered.taken && { taken: answered.taken };
  const isLost = fault.type === 'noAnswer' || (fault.type === 'takes' && !fault.heard);
  if (isLost) return { network, effect, outcome: trouble('inDoubt', 'timeout'), ...taken };
  if (accepted) return { network, effect, outcome: { type: 'accepted' }, ...taken };
  if (busy) return { network, effect, outcome: trouble('transient', 'busy'), busy };
  if (refused) return { network, effect, outcome: trouble(refused.class, refused.code) };
  return { ...readBack(network, mutation), effect };
}

const isKeyOf = (id: string, step: string) => (key: string) => key.startsWith(`${rowKey(id, step)}/`);

/** Asks what became of a call that was taken. A look that nobody answers changes nothing. */
function look(network: Network, { id, step, standing, attempt }: Noted, fault: Fault): Performed {
  const { verb, key, wanted: values, expect } = attempt;
  const isUnseen = ['cannotNow', 'noAnswer', 'away'].includes(fault.type);
  const outcome = isUnseen
    ? trouble('unavailable', 'unseen')
    : outcomeOf(
        judgeReport({ verb, key, values, expect }, isKeyOf(id, step), observe(network, standing.object)),
      );
  return { network, outcome, effect: false };
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
  isOutage: boolean,
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
  if (!after) return { records, report: fenced };
  const { report } = conclusion;
  return {
    records: after,
    report: isOutage && report.type === 'failed' ? { ...report, outage: true } : report,
  };
}

/** Counts as done, by what a person knows of it. */
export function complete(
  records: Records,
  origin: CompactServiceOrder,
  own: CompactServiceOrder,
  step: string,
  given: Attested,
): { records: Records; report: StepReport } {
  const key = rowKey(own.id, step);
  const standing = loadStep(records, origin, own.id, stepOf(own, step));
  const already = overAlready(standing, 'do');
  if (already) return { records, report: already };
  const attempt = evidenceAttempt(standing, (generation) => `${key}/${generation}/do`);
  const { system, object } = standing;
  const name = stepName(step);
  const conclusion = concludeWithEvidence(standing, name, attempt, given);
  const noted = noteAttempt(records, key, standing, attempt, 'do');
  const after = recordConclusion(noted, key, attempt.number, { system, object, name }, conclusion);
  return { records: must(after, 'the attempt was noted just now'), report: conclusion.report };
}
