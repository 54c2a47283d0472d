import type { CompactStep, ServiceAction } from '../../src/decomposition/plan.ts';
import {
  advance,
  beginServiceOrder,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
  type StepReport,
} from '../../src/serviceOrder/advance.ts';
import type { ErrorClass, RecoveryPolicy } from '../../src/serviceOrder/recovery.ts';

export const policy: RecoveryPolicy = {
  retry: { attempts: 3, fromMs: 1_000, upToMs: 8_000 },
  outage: { fromMs: 500, upToMs: 60_000 },
};

export const apply = (
  id: string,
  after: readonly string[] = [],
  ifChanged?: readonly string[],
): CompactStep => ({
  id,
  system: `system of ${id}`,
  verb: 'apply',
  after,
  ...(ifChanged && { ifChanged }),
});
export const revoke = (id: string, after: readonly string[] = []): CompactStep => ({
  ...apply(id, after),
  verb: 'revoke',
});

export const failedBy = (errorClass: ErrorClass, code = 'why'): StepReport => ({
  type: 'failed',
  class: errorClass,
  code,
});
export const doneWith = (...changed: readonly string[]): StepReport => ({ type: 'done', changed });

export const begin = (
  plan: readonly CompactStep[],
  action: ServiceAction = 'add',
  changed: readonly string[] = [],
): ServiceOrderRun => beginServiceOrder(action, plan, policy, changed);

export const reported = (step: string, report: StepReport, jitter = 0): ServiceOrderEvent => ({
  type: 'StepReported',
  step,
  report,
  jitter,
});

/** Feeds the events one after the other and answers the commands that each of them led to. */
export function tell(
  run: ServiceOrderRun,
  ...events: readonly ServiceOrderEvent[]
): {
  run: ServiceOrderRun;
  told: readonly (readonly ServiceOrderCommand[])[];
  last: readonly ServiceOrderCommand[];
} {
  let now = run;
  const told = events.map((event) => {
    const advanced = advance(now, event);
    now = advanced.run;
    return advanced.commands;
  });
  return { run: now, told, last: told.at(-1) ?? [] };
}

export const attempted = (commands: readonly ServiceOrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'attemptStep' ? [command.step] : []));
