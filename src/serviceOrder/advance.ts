import { must, unreachable } from '../kernel/assert.ts';
import { isUnneeded, type CompactStep, stepItem, stepName } from '../decomposition/plan.ts';
import { refusalOf, retryNow } from './commands.ts';
import type { ServiceOrderArrow, StepArrow } from './machine.ts';
import {
  costsAttempt,
  policyFor,
  recover,
  reportOverdue,
  type ErrorClass,
  type Recovery,
} from './recovery.ts';
import { lookAgain, noteAccepted, noteCalled, noteReportDue, waitsOutside } from './reports.ts';
import { isTakenBack, mayTurnBack, noteUndone, scheduleUndo, turnBack } from './retreat.ts';
import {
  followOrder,
  isUntouched,
  move,
  planned,
  step,
  withStep,
  type Advanced,
  type Outcome,
  type ServiceOrderChange,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
  type StepReport,
  type StepRun,
} from './run.ts';

/** The one way a service order moves: what happened goes in, the new state and what to do about it come out. */
export function advance(before: ServiceOrderRun, event: ServiceOrderEvent): Advanced {
  const noted = note(before, event);
  const started = noted.run.retreat ? scheduleUndo(noted.run) : schedule(noted.run);
  const { run, commands } = followReports(started.run, [...noted.commands, ...started.commands]);
  const outcome = outcomeOf(run);
  if (outcome) return settle(run, outcome, commands);
  if (run.stage === 'building' && !run.retreat && builtUp(run)) {
    return { run: { ...run, stage: 'ready' }, commands: [...commands, { type: 'reportReady' }] };
  }
  return run.state !== 'held' && isStuck(run) ? hold(run, commands) : { run, commands };
}

/** Shows whether anything but other systems is waited for. */
function followReports(run: ServiceOrderRun, commands: readonly ServiceOrderCommand[]): Advanced {
  const isOutside = waitsOutside(run);
  const arrow: ServiceOrderArrow = isOutside ? 'WaitsOutside' : 'ReportedBack';
  const isNews = isOutside ? run.state === 'inProgress' : run.state === 'pendingExternal' && !isStuck(run);
  if (!isNews) return { run, commands };
  const change = { type: 'serviceOrder', arrow } as const;
  return {
    run: { ...run, state: followOrder(run.state, arrow) },
    commands: [{ type: 'recordServiceOrder', changes: [change] }, ...commands],
  };
}

function note(run: ServiceOrderRun, event: ServiceOrderEvent): Advanced {
  switch (event.type) {
    case 'Begun':
      return { run, commands: [] };
    case 'Released':
      return { run: { ...run, stage: 'released' }, commands: [] };
    case 'RetryDue':
      return retry(run, event.step);
    case 'ReportRequested':
      return { run, commands: whereabouts(run) };
    case 'RetryNowRequested':
      return refusalOf(run, event) ? { run, commands: [] } : retryNow(run, event.step);
    case 'AbortRequested':
      if (refusalOf(run, event)) return { run, commands: [] };
      return turnBack(run, { outcome: 'cancelled', code: 'aborted' });
    case 'StopRequested':
      if (run.retreat) return { run, commands: run.state === 'held' ? [reportHeld(run)] : [] };
      if (!mayTurnBack(run)) return { run, commands: [{ type: 'reportStands' }] };
      return turnBack(run, { outcome: 'cancelled', code: 'stopped' });
    case 'ReportDue':
      return noteReportDue(run, event.step, event.number);
    case 'Called':
      // Who was given up reports after all: looked at again, by the policy it began with.
      return isOverdue(run, event.step) ? retryNow(run, event.step, 'reported') : noteCalled(run, event.step);
    case 'StepReported':
      return noteReport(run, event.step, event.report, event.jitter);
    default:
      return unreachable(event);
  }
}

function noteReport(run: ServiceOrderRun, id: string, report: StepReport, jitter: number): Advanced {
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

function isOverdue(run: ServiceOrderRun, id: string): boolean {
  const now = run.steps[id];
  return now?.state === 'held' && now.way === 'do' && !run.retreat && now.trouble?.code === reportOverdue;
}

/** A timer of the way there rings in vain once the service order goes back, and never starts a second undo. */
function retry(run: ServiceOrderRun, id: string): Advanced {
  const { awaitsRetry, way } = step(run, id);
  if (!awaitsRetry || (run.retreat && way === 'do')) return { run, commands: [] };
  const looked = lookAgain(run, id);
  if (looked) return looked;
  if (way === 'do') return attempt(run, id);
  return { run: withStep(run, id, { awaitsRetry: false }), commands: [{ type: 'undoStep', step: id }] };
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
    attempts: was.attempts + (counted ? 1 : 0),
    outages: was.outages + (counted ? 0 : 1),
    doubted: was.doubted || (!report && (arrow === 'Doubted' || errorClass === 'lied')),
    trouble: { class: errorClass, code },
    report,
    called: false,
  });
  if (run.retreat && was.way === 'do') return { run, commands: [] };
  return followPolicy(run, id, failure, jitter);
}

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
    const { afterMs, attempt: number, of } = next;
    return {
      run: withStep(run, id, { awaitsRetry: true }),
      commands: [{ type: 'retryLater', step: id, afterMs, attempt: number, of }],
    };
  }
  if (next.type === 'undo' && mayTurnBack(run)) return turnBack(run, { outcome: 'failed', code: why.code });
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

/** Attempts or skips every step whose predecessors are over; a skip may free the next. */
function schedule(before: ServiceOrderRun): Advanced {
  let run = before;
  const commands: ServiceOrderCommand[] = [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const candidate of run.plan) {
      if (!isDue(run, candidate)) continue;
      moved = true;
      if (isUnneeded(candidate, run.changed)) {
        run = move(run, candidate.id, 'Skipped');
        continue;
      }
      const attempted = attempt(run, candidate.id);
      run = attempted.run;
      commands.push(...attempted.commands);
    }
  }
  return { run, commands };
}

/** A step that waits for its next try has been attempted before, and its timer is what brings it back. */
function isDue(run: ServiceOrderRun, candidate: CompactStep): boolean {
  const now = step(run, candidate.id);
  if (now.state !== 'waiting' || !isUntouched(now)) return false;
  if (candidate.verb === 'revoke' && run.stage !== 'released') return false;
  return candidate.after.every((id) => isOver(step(run, id)));
}

function attempt(run: ServiceOrderRun, id: string): Advanced {
  const moved = withStep(move(run, id, 'Attempted'), id, { awaitsRetry: false });
  const state = run.state === 'acknowledged' ? followOrder(run.state, 'Started') : run.state;
  return { run: { ...moved, state }, commands: [{ type: 'attemptStep', step: id }] };
}

const builtUp = (run: ServiceOrderRun): boolean =>
  run.plan.every(({ id, verb }) => verb === 'revoke' || isOver(step(run, id)));

const isOver = ({ state }: StepRun): boolean => state === 'done' || state === 'skipped';

/** A step is held, and no attempt, timer or gate will move the service order without a person. */
function isStuck(run: ServiceOrderRun): boolean {
  const steps = Object.values(run.steps);
  const moving = steps.some(
    ({ state, awaitsRetry, report }) =>
      state === 'attempting' ||
      state === 'undoing' ||
      report?.looking === true ||
      ((awaitsRetry || state === 'accepted') && !run.retreat),
  );
  return !moving && steps.some(({ state }) => state === 'held');
}

const hold = (run: ServiceOrderRun, commands: readonly ServiceOrderCommand[]): Advanced => ({
  run: { ...run, state: followOrder(run.state, 'Held') },
  commands: [
    ...commands,
    { type: 'recordServiceOrder', changes: [{ type: 'serviceOrder', arrow: 'Held' }] },
    reportHeld(run),
  ],
});

function whereabouts(run: ServiceOrderRun): ServiceOrderCommand[] {
  if (run.state === 'held') return [reportHeld(run)];
  return run.stage === 'ready' && !run.retreat ? [{ type: 'reportReady' }] : [];
}

function reportHeld(run: ServiceOrderRun): ServiceOrderCommand {
  const held = must(
    run.plan.find(({ id }) => step(run, id).state === 'held'),
    'a held step',
  );
  const { trouble, way } = step(run, held.id);
  const { class: errorClass, code } = must(trouble, 'the trouble of a held step');
  const what = way === 'undo' ? `undo of ${stepName(held.id)}` : stepName(held.id);
  return { type: 'reportHeld', code, reason: `a person: ${what} on ${held.system}, ${errorClass} (${code})` };
}

/** How it ended, once every step is where it should be. */
function outcomeOf(run: ServiceOrderRun): Outcome | undefined {
  const steps = Object.values(run.steps);
  if (run.retreat) return steps.every(isTakenBack) ? run.retreat.outcome : undefined;
  return steps.every(isOver) ? 'completed' : undefined;
}

const arrowTo = { completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled' } as const;

function settle(run: ServiceOrderRun, outcome: Outcome, commands: readonly ServiceOrderCommand[]): Advanced {
  const idle = run.state === 'acknowledged' && outcome !== 'cancelled';
  const started = idle ? followOrder(run.state, 'Started') : run.state;
  const skipped = run.plan.filter(({ id }) => isUntouched(step(run, id))).map(({ id }) => id);
  const code = run.retreat?.code ?? null;
  return {
    run: { ...run, state: followOrder(started, arrowTo[outcome]) },
    commands: [...commands, { type: 'settleServiceOrder', outcome, code, skipped }],
  };
}
