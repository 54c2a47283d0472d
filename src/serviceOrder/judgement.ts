import { unreachable } from '../kernel/assert.ts';
import { stepItem, stepName } from '../decomposition/plan.ts';
import type { StepArrow } from './machine.ts';
import {
  costsAttempt,
  policyFor,
  recover,
  reportOverdue,
  type ErrorClass,
  type Recovery,
} from './recovery.ts';
import { noteAccepted } from './reports.ts';
import { mayTurnBack, noteUndone, turnBack } from './retreat.ts';
import {
  isPaused,
  move,
  planned,
  step,
  withStep,
  type Advanced,
  type ServiceOrderChange,
  type ServiceOrderRun,
  type StepReport,
  type StepRun,
} from './run.ts';
import { hurry } from './schedule.ts';

/** What an attempt came to moves its step, and the policy says what is next. */
export function noteReport(run: ServiceOrderRun, id: string, report: StepReport, jitter: number): Advanced {
  switch (report.type) {
    case 'done':
      return noteDone(run, id, report.changed);
    case 'accepted': {
      const accepted = noteAccepted(run, id);
      return accepted === 'overdue' ? noteOverdue(run, id, jitter) : accepted;
    }
    case 'failed':
      return noteFailure(run, id, report, jitter);
    default:
      return unreachable(report);
  }
}

const noteDone = (run: ServiceOrderRun, id: string, changed: readonly string[]): Advanced =>
  step(run, id).way === 'undo'
    ? noteUndone(run, id)
    : {
        run: {
          ...withStep(move(run, id, 'Done'), id, { report: undefined }),
          changed: [...run.changed, ...changed],
        },
        commands: [],
      };

function noteFailure(before: ServiceOrderRun, id: string, failure: Failure, jitter: number): Advanced {
  const { class: errorClass, code, outage } = failure;
  const was = step(before, id);
  const counted = costsAttempt(errorClass) && !outage;
  const arrow = arrowOf(errorClass);
  // A look that saw nothing changes nothing: the system has the call, and will be asked again.
  const isUnseen = !counted || arrow === 'Deferred';
  const report = was.report && isUnseen ? { ...was.report, looking: false } : undefined;
  const stays = was.way === 'undo' || report !== undefined;
  const run = withStep(stays ? before : move(before, id, arrow), id, {
    attempts: was.attempts + (counted && !was.hurried ? 1 : 0),
    outages: was.outages + (counted ? 0 : 1),
    doubted:
      failure.final !== true && (was.doubted || (!report && (arrow === 'Doubted' || errorClass === 'lied'))),
    trouble: { class: errorClass, code },
    report,
    called: false,
    hurried: undefined,
  });
  if (run.retreat && was.way === 'do') return { run, commands: [] };
  if (!was.called || !isWorthALook(step(run, id))) return followPolicy(run, id, failure, jitter);
  return isPaused(run)
    ? followPolicy(withStep(run, id, { called: true }), id, failure, jitter)
    : hurry(run, id);
}

/** A look may tell what became of its calls; what was answered for good needs none. */
export const isWorthALook = ({ report, doubted, trouble }: StepRun): boolean =>
  report !== undefined || (doubted && trouble !== undefined && arrowOf(trouble.class) !== 'Refused');

/** Nothing is in doubt, but nobody knows how long it may still take. */
function noteOverdue(before: ServiceOrderRun, id: string, jitter: number): Advanced {
  const { report, attempts } = step(before, id);
  const failure = { class: 'inDoubt', code: reportOverdue } as const;
  const run = withStep(before, id, {
    attempts: attempts + 1,
    trouble: failure,
    report: report && { ...report, looking: false },
  });
  return followPolicy(run, id, failure, jitter);
}

type Failure = Omit<Extract<StepReport, { type: 'failed' }>, 'type'>;

function followPolicy(
  run: ServiceOrderRun,
  id: string,
  { class: errorClass, code, retryAfterMs, outage }: Failure,
  jitter: number,
): Advanced {
  const { way, attempts, outages } = step(run, id);
  const { verb, system, optional = false } = planned(run, id);
  const next = recover(policyFor(run.policy, stepItem(id)), {
    step: stepName(id),
    system,
    optional,
    way,
    verb,
    class: errorClass,
    code,
    attempts,
    outages,
    jitter,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(outage && { outage }),
  });
  return carryOut(run, id, next, { class: errorClass, code });
}

function carryOut(
  run: ServiceOrderRun,
  id: string,
  next: Recovery,
  why: NonNullable<StepRun['trouble']>,
): Advanced {
  if (next.type === 'retry') {
    const { afterMs, attempt, of } = next;
    const timer = { dueAtMs: run.nowMs + afterMs, attempt, of };
    return {
      run: withStep(run, id, { awaitsRetry: true, retry: timer }),
      commands: [{ type: 'retryLater', step: id, afterMs, attempt, of }],
    };
  }
  if (next.type === 'undo' && mayTurnBack(run))
    return turnBack(run, { outcome: 'failed', code: why.code }, 'abort');
  const { doubted, state, way } = step(run, id);
  const arrow = next.type === 'skip' && !doubted && state !== 'accepted' ? 'Skipped' : 'Held';
  const ended = withStep(move(run, id, arrow), id, { report: undefined });
  return recorded(ended, { type: 'step', step: id, arrow, ...(way === 'undo' && { way }), ...why });
}

const recorded = (run: ServiceOrderRun, change: ServiceOrderChange): Advanced => ({
  run,
  commands: [{ type: 'recordServiceOrder', changes: [change] }],
});

/** Where an attempt without a good end leaves the step: the same table `applyStep` writes by. */
export function arrowOf(errorClass: ErrorClass): Extract<StepArrow, 'Deferred' | 'Doubted' | 'Refused'> {
  switch (errorClass) {
    case 'transient':
    case 'throttled':
    case 'unavailable':
      return 'Deferred';
    case 'inDoubt':
    case 'ours':
    case 'unknown':
      return 'Doubted';
    case 'refused':
    case 'invalid':
    case 'conflict':
    case 'drift':
    case 'lied':
      return 'Refused';
    default:
      return unreachable(errorClass);
  }
}
