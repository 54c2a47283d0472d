import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  defineSignal,
  defineUpdate,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  TimeoutFailure,
  workflowRandom,
} from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { stepName } from '../src/decomposition/plan.ts';
import { must, unreachable } from '../src/kernel/assert.ts';
import { isFinal } from '../src/kernel/machine.ts';
import { advance } from '../src/serviceOrder/advance.ts';
import { isCommand, refusalOf } from '../src/serviceOrder/commands.ts';
import {
  beginServiceOrder,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
  type StepReport,
} from '../src/serviceOrder/run.ts';
import { resumeServiceOrder, unfinished } from '../src/serviceOrder/resume.ts';
import { serviceOrderMachine } from '../src/serviceOrder/machine.ts';
import { record } from './bookkeeping.ts';
import { reportSummary, retrySummary, serviceOrderDetails } from './details.ts';
import { type CommandDesk, openDesk } from './commands.ts';
import {
  type CalledMessage,
  type ServiceOrderIdentity,
  type ServiceOrderInput,
  type ServiceOrderResult,
  signals,
  systemQueue,
  updates,
} from './messages.ts';
import { takeUp } from './outside.ts';
import { stepOptions } from './policies.ts';
import { tell } from './tell.ts';

const releaseSignal = defineSignal(signals.release);
const reportSignal = defineSignal(signals.report);
const stopSignal = defineSignal(signals.stop);
const calledSignal = defineSignal<[CalledMessage]>(signals.called);
const abortSignal = defineSignal(signals.abort);
const abortUpdate = defineUpdate<void>(updates.abort);
const retryNowUpdate = defineUpdate<void, [string]>(updates.retryNow);

/**
 * Brings the steps of one service order to their wanted state, by their edges and by the order's policy. One that
 * was posted by itself runs without a parent, and is given no more than its identity.
 */
export function serviceOrder(given: ServiceOrderInput | ServiceOrderIdentity): Promise<ServiceOrderResult> {
  const inbox: ServiceOrderEvent[] = [];
  setHandler(releaseSignal, () => void inbox.push({ type: 'Released' }));
  setHandler(reportSignal, () => void inbox.push({ type: 'ReportRequested' }));
  setHandler(stopSignal, () => void inbox.push({ type: 'StopRequested' }));
  setHandler(calledSignal, ({ step }) => void inbox.push({ type: 'Called', step }));
  const desk = openDesk<ServiceOrderRun, ServiceOrderEvent>(inbox, { isCommand, refusalOf });
  const retryNow = (step: string) => ({ type: 'RetryNowRequested', step }) as const;
  setHandler(retryNowUpdate, (step) => desk.ask(retryNow(step)), {
    validator: (step) => desk.check(retryNow(step)),
  });
  if (!('action' in given)) listenAlone(inbox, desk);
  return CancellationScope.nonCancellable(async () => {
    if ('action' in given) return activate(given, inbox, desk);
    const taken = await takeUp(given, inbox, desk);
    return taken.type === 'ended' ? taken.result : activate(taken.input, inbox, desk);
  });
}

type Desk = CommandDesk<ServiceOrderRun, ServiceOrderEvent>;

/** Only a service order of its own may be aborted by itself; for any other its product order is. */
function listenAlone(inbox: ServiceOrderEvent[], desk: Desk): void {
  const abort = { type: 'AbortRequested' } as const;
  setHandler(abortSignal, () => void inbox.push({ ...abort }));
  setHandler(abortUpdate, () => desk.ask({ ...abort }), { validator: () => desk.check({ ...abort }) });
  CancellationScope.current().cancelRequested.catch(() => void inbox.push({ ...abort }));
}

async function activate(
  input: ServiceOrderInput,
  inbox: ServiceOrderEvent[],
  desk: Desk,
): Promise<ServiceOrderResult> {
  const ref = { tenant: input.tenant, serviceOrder: input.serviceOrder };
  const steps = input.steps ?? (await record('openServiceOrder', ref));
  let run = beginServiceOrder(input.action, steps, input.policy, input.changed, input.compensating);
  const timers = new Map<string, number>();
  let result: ServiceOrderResult = { outcome: 'completed', code: null, changed: [] };
  if (input.again) run = resumeServiceOrder(run, await record('remainingSteps', ref));
  inbox.push({ type: 'Begun' }, ...unfinished(run).map((step) => ({ type: 'RetryDue', step }) as const));
  while (!isFinal(serviceOrderMachine, run.state)) {
    if (inbox.length === 0) await condition(() => inbox.length > 0);
    const event = must(inbox.shift(), 'the next event');
    const refusal = refusalOf(run, event);
    const advanced = advance(run, event);
    run = advanced.run;
    desk.show(run);
    setCurrentDetails(serviceOrderDetails(input.title, run));
    for (const command of advanced.commands) {
      if (command.type === 'attemptStep' || command.type === 'undoStep') attempt(command, run, input, inbox);
      else result = (await execute(command, run, input, inbox, timers)) ?? result;
    }
    desk.answer(event, refusal);
  }
  await desk.close({ type: 'ServiceOrderOver', message: `the service order is ${run.state}` });
  return result;
}

type AttemptCommand = Extract<ServiceOrderCommand, { type: 'attemptStep' | 'undoStep' }>;

async function execute(
  command: Exclude<ServiceOrderCommand, AttemptCommand>,
  run: ServiceOrderRun,
  input: ServiceOrderInput,
  inbox: ServiceOrderEvent[],
  timers: Map<string, number>,
): Promise<ServiceOrderResult | undefined> {
  const ref = { tenant: input.tenant, serviceOrder: input.serviceOrder };
  switch (command.type) {
    case 'retryLater': {
      // A retry that a person hurried leaves its timer behind: only the newest of a step may ring.
      const { step } = command;
      const newest = (timers.get(step) ?? 0) + 1;
      timers.set(step, newest);
      void sleep(command.afterMs, { summary: retrySummary(command, run) }).then(() => {
        if (timers.get(step) === newest) inbox.push({ type: 'RetryDue', step });
      });
      return undefined;
    }
    case 'awaitReport': {
      const { step, number, afterMs } = command;
      void sleep(afterMs, { summary: reportSummary(command, run) }).then(() =>
        inbox.push({ type: 'ReportDue', step, number }),
      );
      return undefined;
    }
    case 'recordServiceOrder':
      await record('recordServiceOrder', ref, command.changes);
      return undefined;
    case 'reportHeld':
      await tellParent(input, signals.held, { code: command.code, reason: command.reason });
      return undefined;
    case 'reportReady': {
      const { changed } = await record('recordReady', ref);
      await tellParent(input, signals.ready, { changed });
      if (input.parent === undefined) inbox.push({ type: 'Released' });
      return undefined;
    }
    case 'reportResumed':
      await tellParent(input, signals.resumed);
      return undefined;
    case 'reportStands':
      await tellParent(input, signals.stands);
      return undefined;
    case 'settleServiceOrder': {
      const { outcome, code, skipped } = command;
      const { changed } = await record('settleServiceOrder', ref, { outcome, code }, skipped);
      return { outcome, code, changed };
    }
    default:
      return unreachable(command);
  }
}

/** A service order of its own has nobody to tell: its row says how it is. */
async function tellParent(
  { parent, serviceOrder }: ServiceOrderInput,
  signal: string,
  message: object = {},
): Promise<void> {
  if (parent !== undefined) await tell(parent, signal, { serviceOrder, ...message });
}

const activityOf = { apply: 'applyStep', revoke: 'revokeStep', undo: 'undoStep' } as const;

/** Not awaited: steps run side by side, and each reports when it is through. */
function attempt(
  { type, step }: AttemptCommand,
  run: ServiceOrderRun,
  input: ServiceOrderInput,
  inbox: ServiceOrderEvent[],
): void {
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
  const call = { tenant: input.tenant, serviceOrder: input.serviceOrder, step, system };
  const attempted = activities[activityOf[does]](call);
  const hear = (report: StepReport) =>
    void inbox.push({ type: 'StepReported', step, report, jitter: workflowRandom.random() });
  void attempted.then(hear, (error: unknown) => hear(reportOf(error)));
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
