import { awaitsWord, lookAtOnce } from './called.ts';
import { arm, look, stopClock } from './reports.ts';
import {
  type Advanced,
  isPaused,
  type Pause,
  type RetryTimer,
  type ServiceOrderCommand,
  type ServiceOrderRun,
  step,
  withStep,
} from './run.ts';
import { retry } from './schedule.ts';

/**
 * Nothing is sent any more until it is over, and no timer runs; what is under way is heard out. Whose report is awaited
 * is not given the time of a hold; a question takes none.
 */
export function pause(before: ServiceOrderRun, why: Pause): Advanced {
  if (before.pauses.includes(why)) return { run: before, commands: [] };
  const stopped = why === 'hold' ? before.plan.reduce((run, { id }) => stopClock(run, id), before) : before;
  const run = { ...stopped, pauses: [...stopped.pauses, why] };
  return { run, commands: isPaused(run) ? [{ type: 'stopTimers' }] : [] };
}

export function unpause(before: ServiceOrderRun, why: Pause): Advanced {
  const run = withoutPause(before, why);
  return isPaused(before) && !isPaused(run) ? rearm(run) : { run, commands: [] };
}

/** For what turns back at once: the timers of the way there are left as they were stopped. */
export const withoutPause = (run: ServiceOrderRun, why: Pause): ServiceOrderRun => ({
  ...run,
  pauses: run.pauses.filter((one) => one !== why),
});

/** Every timer that should run is due when it was, a missed one now: after a pause, or where another run stopped. */
export function rearm(before: ServiceOrderRun): Advanced {
  let run = before;
  const commands: ServiceOrderCommand[] = [];
  for (const { id } of run.plan) {
    const armed = rearmStep(run, id);
    run = armed.run;
    commands.push(...armed.commands);
  }
  return { run, commands };
}

function rearmStep(before: ServiceOrderRun, id: string): Advanced {
  const { awaitsRetry, retry: timer, report, called, way } = step(before, id);
  const isStale = before.retreat !== undefined && way === 'do';
  if (isPaused(before) || isStale) return { run: before, commands: [] };
  const run = withoutTimer(before, id);
  if (called && awaitsWord(run, id)) return lookAtOnce(withStep(run, id, { called: false }), id);
  if (awaitsRetry) return timer ? retryWhenDue(run, id, timer) : retry(run, id);
  if (report === undefined || report.looking) return { run, commands: [] };
  const leftMs = report.timer && report.timer.dueAtMs - run.nowMs;
  return called || (leftMs !== undefined && leftMs <= 0) ? look(run, id) : arm(run, id, leftMs);
}

/** Whoever looks, or is to look, finds that no timer runs any more. */
function withoutTimer(before: ServiceOrderRun, id: string): ServiceOrderRun {
  const run = stopClock(before, id);
  const { report } = step(run, id);
  return report ? withStep(run, id, { report: { ...report, timer: undefined } }) : run;
}

function retryWhenDue(run: ServiceOrderRun, id: string, { dueAtMs, attempt, of }: RetryTimer): Advanced {
  const afterMs = dueAtMs - run.nowMs;
  return afterMs > 0
    ? { run, commands: [{ type: 'retryLater', step: id, afterMs, attempt, of }] }
    : retry(run, id);
}
