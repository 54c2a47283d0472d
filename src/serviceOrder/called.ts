import { isWorthALook } from './judgement.ts';
import { isOverdue, isUnderWay } from './reports.ts';
import { hurry, retryNow } from './schedule.ts';
import { type Advanced, isPaused, type ServiceOrderRun, withStep } from './run.ts';

/**
 * A callback is a hint: whatever a look may settle is looked at at once, and again if it came in the middle of an
 * attempt. A definite answer stands.
 */
export function noteCalled(run: ServiceOrderRun, id: string): Advanced {
  const now = run.steps[id];
  if (now === undefined) return { run, commands: [] };
  const isAwaited = awaitsWord(run, id);
  if (isUnderWay(now) || (isAwaited && isPaused(run)))
    return { run: withStep(run, id, { called: true }), commands: [] };
  return isAwaited ? lookAtOnce(run, id) : { run, commands: [] };
}

/** Nobody is at it, and a look may tell what became of it; what is on its way back is not asked about the way there. */
export function awaitsWord(run: ServiceOrderRun, id: string): boolean {
  const now = run.steps[id];
  if (now === undefined || isUnderWay(now) || (run.retreat !== undefined && now.way === 'do')) return false;
  if (now.state === 'held') return isOverdue(run, id) || isWorthALook(now);
  return now.report !== undefined || (now.awaitsRetry && isWorthALook(now));
}

/** What was given up begins anew, by the policy it began with; what waits is only hurried. */
export const lookAtOnce = (run: ServiceOrderRun, id: string): Advanced =>
  run.steps[id]?.state === 'held' ? retryNow(run, id, 'reported') : hurry(run, id);
