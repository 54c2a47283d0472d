import type { CompactStep, ServiceAction } from '../../src/decomposition/plan.ts';
import { advance } from '../../src/serviceOrder/advance.ts';
import {
  beginServiceOrder,
  type Retreat,
  type ServiceOrderChange,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
  type StepReport,
} from '../../src/serviceOrder/run.ts';
import type { StepCommand } from '../../src/operator/commands.ts';
import type { ServiceOrderArrow } from '../../src/serviceOrder/machine.ts';
import type { ErrorClass, RecoveryPolicy } from '../../src/serviceOrder/recovery.ts';

export const policy: RecoveryPolicy = {
  retry: { attempts: 3, fromMs: 1_000, upToMs: 8_000 },
  outage: { fromMs: 500, upToMs: 60_000 },
  reports: { withinMs: 10_000, pollMs: 4_000 },
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

/** Once it is sent, nothing is taken back. */
export const final = (step: CompactStep): CompactStep => ({ ...step, pointOfNoReturn: true });
export const optional = (step: CompactStep): CompactStep => ({ ...step, optional: true });

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
  rows: RecoveryPolicy['rows'] = [],
): ServiceOrderRun => beginServiceOrder(action, plan, { ...policy, rows }, changed);

export const reported = (step: string, report: StepReport, jitter = 0): ServiceOrderEvent => ({
  type: 'StepReported',
  step,
  report,
  jitter,
});

export const begun: ServiceOrderEvent = { type: 'Begun' };
export const stop: ServiceOrderEvent = { type: 'StopRequested' };
export const hold: ServiceOrderEvent = { type: 'HoldRequested', audit: 'hold' };
export const resume: ServiceOrderEvent = { type: 'ResumeRequested', audit: 'resume' };
export const ask: ServiceOrderEvent = { type: 'Asked' };
export const goOn: ServiceOrderEvent = { type: 'GoOn' };
export const done = (step: string) => reported(step, doneWith());
export const accepted = (step: string) => reported(step, { type: 'accepted' });
export const failed = (step: string, errorClass: ErrorClass, code?: string) =>
  reported(step, failedBy(errorClass, code));
export const ring = (step: string): ServiceOrderEvent => ({ type: 'RetryDue', step });
export const due = (step: string, number: number): ServiceOrderEvent => ({ type: 'ReportDue', step, number });
export const called = (step: string): ServiceOrderEvent => ({ type: 'Called', step });
export const command = (name: StepCommand, step: string): ServiceOrderEvent => ({
  type: 'StepCommanded',
  command: name,
  step,
  audit: 'why',
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

/** What one turn writes, in one transaction and before all else it does. */
export const recorded = (...changes: readonly ServiceOrderChange[]): ServiceOrderCommand => ({
  type: 'recordServiceOrder',
  changes,
});
export const arrow = (name: ServiceOrderArrow): ServiceOrderChange => ({ type: 'serviceOrder', arrow: name });
export const turned = (outcome: Retreat['outcome'], code: string): ServiceOrderChange => ({
  type: 'retreat',
  retreat: { outcome, code },
});

export const attempted = (commands: readonly ServiceOrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'attemptStep' ? [command.step] : []));
export const undone = (commands: readonly ServiceOrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'undoStep' ? [command.step] : []));
