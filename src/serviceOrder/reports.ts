import { reportOverdue } from './recovery.ts';
import {
  isOnHold,
  isPaused,
  move,
  planned,
  step,
  withStep,
  type Advanced,
  type ReportWait,
  type ServiceOrderRun,
  type StepRun,
} from './run.ts';

/** A look is no attempt: it sends nothing, and asks what became of the call the system took. */
export function look(run: ServiceOrderRun, id: string): Advanced {
  const { report, way } = step(run, id);
  const wait: ReportWait = { waitedMs: 0, ...report, looking: true };
  return {
    run: withStep(run, id, { report: wait, called: false, awaitsRetry: false, retry: undefined }),
    commands: [{ type: way === 'do' ? 'attemptStep' : 'undoStep', step: id }],
  };
}

/** The system took the call, or still has it: look again when a callback comes, or when the timer rings. */
export function noteAccepted(before: ServiceOrderRun, id: string): Advanced | 'overdue' {
  const { way, state, report, called } = step(before, id);
  const moved = way === 'undo' || state === 'accepted' ? before : move(before, id, 'Accepted');
  const wait: ReportWait = { waitedMs: 0, ...report, looking: false };
  const staysCalled = called === true && isPaused(before);
  const heard = { called: staysCalled, hurried: undefined };
  const run = withStep(moved, id, { report: wait, ...heard, outages: 0 });
  if (run.retreat && way === 'do') return { run, commands: [] };
  if (called && !staysCalled) return look(run, id);
  if (wait.timer) return { run, commands: [] };
  return givesUpAfterMs(run, id) > 0 ? arm(run, id) : 'overdue';
}

function givesUpAfterMs(run: ServiceOrderRun, id: string): number {
  const { withinMs } = planned(run, id).reports ?? run.policy.reports;
  return Math.max(0, withinMs - (step(run, id).report?.waitedMs ?? 0));
}

/** Looks again when the next poll is due, or when its time is up. */
export function arm(run: ServiceOrderRun, id: string, leftMs?: number): Advanced {
  const { report, timers = 0 } = step(run, id);
  const { pollMs } = planned(run, id).reports ?? run.policy.reports;
  const number = timers + 1;
  const givesUp = givesUpAfterMs(run, id);
  const afterMs = Math.min(leftMs ?? pollMs, givesUp);
  const timer = { number, dueAtMs: run.nowMs + afterMs, ...(!isOnHold(run) && { sinceMs: run.nowMs }) };
  const wait: ReportWait = { waitedMs: 0, looking: false, ...report, timer };
  return {
    run: withStep(run, id, { report: wait, timers: number }),
    commands: [{ type: 'awaitReport', step: id, number, afterMs, givesUpAfterMs: givesUp }],
  };
}

/** What was waited for up to now counts, and no time passes any more. */
export function stopClock(run: ServiceOrderRun, id: string): ServiceOrderRun {
  const { report } = step(run, id);
  if (report?.timer?.sinceMs === undefined) return run;
  const { number, dueAtMs, sinceMs } = report.timer;
  const waitedMs = report.waitedMs + Math.min(run.nowMs, dueAtMs) - sinceMs;
  return withStep(run, id, { report: { ...report, waitedMs, timer: { number, dueAtMs } } });
}

/** A timer of a waiting that is over rings in vain; so does one that rings while somebody looks anyway. */
export function noteReportDue(before: ServiceOrderRun, id: string, number: number): Advanced {
  const { report, awaitsRetry } = step(before, id);
  if (report?.timer?.number !== number) return { run: before, commands: [] };
  const { dueAtMs, sinceMs = dueAtMs } = report.timer;
  const rung = { ...report, timer: undefined, waitedMs: report.waitedMs + dueAtMs - sinceMs };
  const run = withStep(before, id, { report: rung });
  return report.looking || awaitsRetry ? { run, commands: [] } : look(run, id);
}

/** It was given up, though its system may still report. */
export function isOverdue({ steps, retreat }: ServiceOrderRun, id: string): boolean {
  const now = steps[id];
  const isWanted = now !== undefined && (retreat === undefined || now.way === 'undo');
  return isWanted && now.state === 'held' && now.trouble?.code === reportOverdue;
}

/** Its attempt, its undo or a look at it has not ended. */
export const isUnderWay = ({ state, awaitsRetry, report }: StepRun): boolean =>
  state === 'attempting' || report?.looking === true || (state === 'undoing' && !awaitsRetry && !report);

/** After an outage the waiting goes on where it was. */
export const lookAgain = (run: ServiceOrderRun, id: string): Advanced | undefined =>
  step(run, id).report && look(run, id);

/** Nothing moves but steps whose systems will report later. */
export const waitsOutside = ({ retreat, steps }: ServiceOrderRun): boolean => {
  const all = Object.values(steps);
  const isMoving = ({ state, awaitsRetry }: StepRun) =>
    state === 'attempting' || (awaitsRetry && state !== 'accepted');
  return !retreat && all.some(({ state }) => state === 'accepted') && !all.some(isMoving);
};
