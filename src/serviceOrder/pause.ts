import { awaitsWord, lookAtOnce } from './called.ts';
import { arm } from './reports.ts';
import {
  type Advanced,
  isPaused,
  type Pause,
  type ServiceOrderCommand,
  type ServiceOrderRun,
  step,
  withStep,
} from './run.ts';
import { retry } from './schedule.ts';

/** Nothing is sent any more until it is over, and no timer runs; what is under way is heard out. */
export function pause(before: ServiceOrderRun, why: Pause): Advanced {
  if (before.pauses.includes(why)) return { run: before, commands: [] };
  const run = { ...before, pauses: [...before.pauses, why] };
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

/** Every timer that should run begins anew: after a pause, or where another run stopped. */
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
  // Whoever looks, or is to look, finds that no timer runs any more.
  const run = report ? withStep(before, id, { report: { ...report, timer: undefined } }) : before;
  if (called && awaitsWord(run, id)) return lookAtOnce(withStep(run, id, { called: false }), id);
  if (awaitsRetry) {
    return timer ? { run, commands: [{ type: 'retryLater', step: id, ...timer }] } : retry(run, id);
  }
  if (report === undefined || report.looking) return { run, commands: [] };
  return arm(run, id);
}
