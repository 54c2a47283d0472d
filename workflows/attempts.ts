import {
  ActivityFailure,
  ApplicationFailure,
  proxyActivities,
  TimeoutFailure,
  workflowRandom,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { stepName } from '../src/decomposition/plan.ts';
import { must } from '../src/kernel/assert.ts';
import type {
  ServiceOrderCommand,
  ServiceOrderEvent,
  ServiceOrderRun,
  StepReport,
} from '../src/serviceOrder/run.ts';
import { recordDecision } from './bookkeeping.ts';
import { type ServiceOrderInput, systemQueue } from './messages.ts';
import { stepOptions } from './policies.ts';

export type AttemptCommand = Extract<
  ServiceOrderCommand,
  { type: 'attemptStep' | 'undoStep' | 'completeStep' }
>;

export const isAttempt = (command: ServiceOrderCommand): command is AttemptCommand =>
  command.type === 'attemptStep' || command.type === 'undoStep' || command.type === 'completeStep';

/** Not awaited: steps run side by side, and each reports when it is through. */
export function attempt(
  command: AttemptCommand,
  run: ServiceOrderRun,
  input: ServiceOrderInput,
  inbox: ServiceOrderEvent[],
): void {
  const { step } = command;
  const attempted = command.type === 'completeStep' ? complete(command, input) : send(command, run, input);
  const hear = (report: StepReport) =>
    void inbox.push({ type: 'StepReported', step, report, jitter: workflowRandom.random() });
  void attempted.then(hear, (error: unknown) => hear(reportOf(error)));
}

/** Nothing is sent: what a person knows of the step is written down. */
const complete = (
  { step, audit }: Extract<AttemptCommand, { type: 'completeStep' }>,
  { tenant, serviceOrder: id }: ServiceOrderInput,
): Promise<StepReport> => recordDecision('completeStep', { tenant, serviceOrder: id }, step, audit);

const activityOf = { apply: 'applyStep', revoke: 'revokeStep', undo: 'undoStep' } as const;

function send(
  { type, step }: Extract<AttemptCommand, { type: 'attemptStep' | 'undoStep' }>,
  run: ServiceOrderRun,
  input: ServiceOrderInput,
): Promise<StepReport> {
  const { verb, system, queue } = must(
    run.plan.find(({ id }) => id === step),
    `step ${step}`,
  );
  const does = type === 'undoStep' ? 'undo' : verb;
  const activities = proxyActivities<Activities>({
    ...stepOptions(input.callTimeoutMs, input.heartbeatTimeoutMs),
    ...(queue && { taskQueue: systemQueue(system) }),
    // The type alone is the same for every step: with the id, replay notices when their order changed.
    activityId: does === 'undo' ? `${step} undo` : step,
    summary: `${does} ${stepName(step)} on ${system}`,
  });
  return activities[activityOf[does]]({
    tenant: input.tenant,
    serviceOrder: input.serviceOrder,
    step,
    system,
  });
}

/** A step's activity that did not return was ended by an outage of ours, or by a defect. */
function reportOf(error: unknown): StepReport {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) return { type: 'failed', class: 'ours', code: 'workerLost' };
  if (cause instanceof ApplicationFailure && cause.type === 'WorkerShutdown') {
    return { type: 'failed', class: 'ours', code: 'workerShutdown' };
  }
  return { type: 'failed', class: 'unknown', code: 'unexpected' };
}
