import { type CompactStep, isUnneeded } from '../decomposition/plan.ts';
import { lookAgain } from './reports.ts';
import {
  followOrder,
  isOver,
  isPaused,
  isUntouched,
  move,
  step,
  withStep,
  type Advanced,
  type Relief,
  type ServiceOrderCommand,
  type ServiceOrderRun,
} from './run.ts';

/** Attempts or skips every step whose predecessors are over; a skip may free the next. */
export function schedule(before: ServiceOrderRun): Advanced {
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

export function attempt(run: ServiceOrderRun, id: string): Advanced {
  const moved = withStep(move(run, id, 'Attempted'), id, { awaitsRetry: false, retry: undefined });
  const state = run.state === 'acknowledged' ? followOrder(run.state, 'Started') : run.state;
  return { run: { ...moved, state }, commands: [{ type: 'attemptStep', step: id }] };
}

/** A timer of the way there rings in vain once the service order goes back, and never starts a second undo. */
export function retry(run: ServiceOrderRun, id: string): Advanced {
  const { awaitsRetry, way } = step(run, id);
  if (!awaitsRetry || isPaused(run) || (run.retreat && way === 'do')) return { run, commands: [] };
  const looked = lookAgain(run, id);
  if (looked) return looked;
  if (way === 'do') return attempt(run, id);
  return {
    run: withStep(run, id, { awaitsRetry: false, retry: undefined }),
    commands: [{ type: 'undoStep', step: id }],
  };
}

/** A held step begins anew; one that waits for its retry is only hurried, and keeps its count. */
export function retryNow(run: ServiceOrderRun, id: string, relief: Relief): Advanced {
  const { state, way } = step(run, id);
  const isHeld = state === 'held';
  const looked = isHeld ? undefined : lookAgain(run, id);
  if (looked) return looked;
  const ready = withStep(run, id, {
    awaitsRetry: false,
    retry: undefined,
    ...(isHeld && { attempts: 0, outages: 0 }),
  });
  const after: Advanced =
    way === 'do'
      ? { run: move(ready, id, 'Attempted'), commands: [{ type: 'attemptStep', step: id }] }
      : {
          run: isHeld ? move(ready, id, 'UndoStarted') : ready,
          commands: [{ type: 'undoStep', step: id }],
        };
  if (!isHeld) return after;
  const closed = { type: 'falloutClosed', step: id, resolution: relief } as const;
  return {
    run: after.run,
    commands: [{ type: 'recordServiceOrder', changes: [closed] }, ...after.commands],
  };
}

/** Its system has something to tell: tried before its time, and that costs no attempt. */
export const hurry = (run: ServiceOrderRun, id: string): Advanced =>
  lookAgain(run, id) ?? retryNow(withStep(run, id, { called: false, hurried: true }), id, 'reported');
