import { arm, look } from './reports.ts';
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
export const pause = (run: ServiceOrderRun, why: Pause): Advanced =>
  run.pauses.includes(why)
    ? { run, commands: [] }
    : { run: { ...withoutTimers(run), pauses: [...run.pauses, why] }, commands: [{ type: 'stopTimers' }] };

/** What a timer has waited so far is forgotten with it; what a retry waits for is armed anew. */
const withoutTimers = (run: ServiceOrderRun): ServiceOrderRun =>
  run.plan.reduce((now, { id }) => {
    const { report } = step(now, id);
    return report?.timer ? withStep(now, id, { report: { ...report, timer: undefined } }) : now;
  }, run);

export function unpause(before: ServiceOrderRun, why: Pause): Advanced {
  if (!before.pauses.includes(why)) return { run: before, commands: [] };
  const run = { ...before, pauses: before.pauses.filter((one) => one !== why) };
  return isPaused(run) ? { run, commands: [] } : rearm(run);
}

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

function rearmStep(run: ServiceOrderRun, id: string): Advanced {
  const { awaitsRetry, retry: timer, report, called, way } = step(run, id);
  const isStale = run.retreat !== undefined && way === 'do';
  if (isPaused(run) || isStale) return { run, commands: [] };
  if (awaitsRetry) {
    return timer ? { run, commands: [{ type: 'retryLater', step: id, ...timer }] } : retry(run, id);
  }
  if (report === undefined || report.looking) return { run, commands: [] };
  return called ? look(run, id) : arm(run, id);
}
