import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { must, unreachable } from '../src/kernel/assert.ts';
import { isFinal } from '../src/kernel/machine.ts';
import { webUiAudit } from '../src/operator/audit.ts';
import { advance } from '../src/serviceOrder/advance.ts';
import { isCommand, refusalOf } from '../src/serviceOrder/commands.ts';
import {
  beginServiceOrder,
  isOnHold,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
} from '../src/serviceOrder/run.ts';
import { resumeServiceOrder } from '../src/serviceOrder/resume.ts';
import { serviceOrderMachine } from '../src/serviceOrder/machine.ts';
import { attempt, isAttempt } from './attempts.ts';
import { showTroubles } from './attributes.ts';
import { record, recordDecision } from './bookkeeping.ts';
import { nowMs } from './clock.ts';
import { isLong } from './history.ts';
import { reportSummary, retrySummary, serviceOrderDetails } from './details.ts';
import { type CommandDesk, openDesk } from './commands.ts';
import {
  type CalledMessage,
  type CancelMessage,
  type CommandMessage,
  orderUpdates,
  type ServiceOrderIdentity,
  type ServiceOrderInput,
  type ServiceOrderResult,
  signals,
  type StepCommandMessage,
  stepUpdates,
} from './messages.ts';
import { type ServiceOrderTools, takeUp } from './outside.ts';
import { tell } from './tell.ts';
import { createTimers, type Timers } from './timers.ts';
import { openTools } from './tools.ts';
import { refuseAsPart, refuseUnheard } from './webUi.ts';

const releaseSignal = defineSignal(signals.release);
const reportSignal = defineSignal(signals.report);
const stopSignal = defineSignal(signals.stop);
const askSignal = defineSignal(signals.ask);
const goOnSignal = defineSignal(signals.goOn);
const holdSignal = defineSignal(signals.hold);
const unholdSignal = defineSignal(signals.unhold);
const calledSignal = defineSignal<[CalledMessage]>(signals.called);
const cancelSignal = defineSignal<[CancelMessage]>(signals.cancel);

type Inbox = ServiceOrderEvent[];
type Desk = CommandDesk<ServiceOrderRun, ServiceOrderEvent>;

/**
 * Brings the steps of one service order to their wanted state, by their edges and by the order's policy. One that
 * was posted by itself runs without a parent, and is given no more than its identity.
 */
export async function serviceOrder(
  given: ServiceOrderInput | ServiceOrderIdentity,
): Promise<ServiceOrderResult> {
  const inbox: Inbox = [];
  const commanded = { tenant: given.tenant, kind: 'serviceOrder', id: given.serviceOrder } as const;
  const desk: Desk = openDesk(inbox, { isCommand, refusalOf, refuseUnheard: refuseUnheard(commanded) });
  listen(inbox, desk);
  let cancelled: unknown;
  const isAlone = !('parent' in given);
  if (isAlone) listenAlone(inbox, desk);
  const audit = webUiAudit(given.serviceOrder, workflowInfo().firstExecutionRunId);
  CancellationScope.current().cancelRequested.catch((reason: unknown) => {
    if (isAlone) cancelled = reason;
    inbox.push({ type: 'AbortRequested', audit });
  });
  const result = await CancellationScope.nonCancellable(async () => {
    const tools = openTools(inbox, desk);
    const isAskedToCancel = () => cancelled !== undefined;
    if ('action' in given) return activate(given, tools, isAskedToCancel);
    const taken = await takeUp(given, tools);
    return taken.type === 'ended' ? taken.result : activate(taken.input, tools, isAskedToCancel);
  });
  if (cancelled !== undefined && result.outcome === 'cancelled') throw cancelled;
  return result;
}

function listen(inbox: Inbox, desk: Desk): void {
  setHandler(releaseSignal, () => void inbox.push({ type: 'Released' }));
  setHandler(reportSignal, () => void inbox.push({ type: 'ReportRequested' }));
  setHandler(stopSignal, () => void inbox.push({ type: 'StopRequested' }));
  setHandler(askSignal, () => void inbox.push({ type: 'Asked' }));
  setHandler(goOnSignal, () => void inbox.push({ type: 'GoOn' }));
  setHandler(holdSignal, () => void inbox.push({ type: 'HoldRequested' }));
  setHandler(unholdSignal, () => void inbox.push({ type: 'ResumeRequested' }));
  setHandler(calledSignal, ({ step }) => void inbox.push({ type: 'Called', step }));
  for (const command of stepUpdates) {
    const eventOf = ({ step, audit }: StepCommandMessage) =>
      ({ type: 'StepCommanded', command, step, audit }) as const;
    desk.answers(command, eventOf);
  }
}

/** Only a service order of its own may be commanded as a whole; for any other its product order is. */
function listenAlone(inbox: Inbox, desk: Desk): void {
  setHandler(cancelSignal, ({ task }) => void inbox.push({ type: 'CancelRequested', task }));
  desk.answers(orderUpdates.abort, ({ audit }: CommandMessage) => ({ type: 'AbortRequested', audit }));
  desk.answers(orderUpdates.hold, ({ audit }: CommandMessage) => ({ type: 'HoldRequested', audit }));
  desk.answers(orderUpdates.resume, ({ audit }: CommandMessage) => ({ type: 'ResumeRequested', audit }));
}

async function activate(
  input: ServiceOrderInput,
  tools: ServiceOrderTools,
  isAskedToCancel: () => boolean,
): Promise<ServiceOrderResult> {
  const { tenant, serviceOrder: id } = input;
  const { inbox, desk } = tools;
  const shell: Shell = { ...tools, input, timers: createTimers() };
  let run = await beginRun(input, inbox);
  let ended: ServiceOrderResult | undefined;
  let underWay = 0;
  const shown = showTroubles();
  inbox.push({ type: 'Begun' });
  while (ended === undefined) {
    if (inbox.length === 0) {
      if (underWay === 0 && isLong(workflowInfo(), input.historyEventsMax, isAskedToCancel()))
        await goOnAnew(input, run, inbox);
      await condition(() => inbox.length > 0);
    }
    const event = must(inbox.shift(), 'the next event');
    if (event.type === 'StepReported') underWay -= 1;
    if (event.type === 'AbortRequested' && input.parent !== undefined) {
      await refuseAsPart(tenant, id, event);
      continue;
    }
    const refusal = refusalOf(run, event);
    const advanced = advance(run, event, nowMs());
    run = advanced.run;
    desk.show(run);
    underWay += advanced.commands.filter(isAttempt).length;
    ended = await executeAll(advanced.commands, run, shell);
    shown(run);
    if (input.parent === undefined) shell.showHold(isOnHold(run));
    setCurrentDetails(serviceOrderDetails(input.title, run, (step) => shell.timers.dueAt(retryTimer(step))));
    if (ended !== undefined && !isFinal(serviceOrderMachine, run.state)) inbox.unshift(event);
    else await desk.answer(event, refusal);
  }
  shell.timers.stopAll();
  await desk.close({ type: 'ServiceOrderOver', message: `the service order ${id} is ${ended.outcome}` });
  return ended;

  async function beginRun(given: ServiceOrderInput, events: Inbox): Promise<ServiceOrderRun> {
    if (given.carried) return given.carried;
    const ref = { tenant, serviceOrder: id };
    const steps = given.steps ?? (await record('openServiceOrder', ref));
    const begun = beginServiceOrder(given.action, steps, given.policy, given.changed, given.compensating);
    if (!given.again) return begun;
    const standing = await record('remainingSteps', ref);
    const { abortedBy, cancelTask } = standing;
    if (abortedBy !== null && standing.retreat === null)
      events.unshift({ type: 'AbortRequested', audit: abortedBy });
    if (cancelTask !== null) events.push({ type: 'CancelRequested', task: cancelTask });
    return resumeServiceOrder(begun, standing);
  }
}

/** With nothing under way and nothing unheard: a new run of the chain, with the state as it is. */
async function goOnAnew(input: ServiceOrderInput, run: ServiceOrderRun, inbox: Inbox): Promise<void> {
  await condition(allHandlersFinished);
  if (inbox.length > 0) return;
  const { steps: _, ...rest } = input;
  await continueAsNew<typeof serviceOrder>({ ...rest, carried: run });
}

const retryTimer = (step: string): string => `retry ${step}`;

/** What the commands of a run work with. */
interface Shell extends ServiceOrderTools {
  readonly input: ServiceOrderInput;
  readonly timers: Timers;
}

/**
 * Answers how it ended, once it did. That may be before the run knows: a try of this workflow task that was lost had
 * heard less, and what it settled holds.
 */
async function executeAll(
  commands: readonly ServiceOrderCommand[],
  run: ServiceOrderRun,
  shell: Shell,
): Promise<ServiceOrderResult | undefined> {
  for (const command of commands) {
    const ended = await execute(command, run, shell);
    if (ended !== undefined) return ended;
  }
  return undefined;
}

async function execute(
  command: ServiceOrderCommand,
  run: ServiceOrderRun,
  { input, inbox, timers, nextTurn }: Shell,
): Promise<ServiceOrderResult | undefined> {
  const ref = { tenant: input.tenant, serviceOrder: input.serviceOrder };
  switch (command.type) {
    case 'attemptStep':
    case 'undoStep':
    case 'completeStep':
      timers.stop(retryTimer(command.step));
      attempt(command, run, input, inbox);
      return undefined;
    case 'retryLater': {
      const { step, afterMs } = command;
      const summary = retrySummary(command, run);
      const ring = () => inbox.push({ type: 'RetryDue', step });
      // Counted from when it was decided: what is written down first may take its time.
      timers.arm(retryTimer(step), run.nowMs + afterMs, summary, ring);
      return undefined;
    }
    case 'awaitReport': {
      const { step, number, afterMs } = command;
      const summary = reportSummary(command, run);
      const ring = () => inbox.push({ type: 'ReportDue', step, number });
      timers.arm(`report ${step}`, run.nowMs + afterMs, summary, ring);
      return undefined;
    }
    case 'stopTimers':
      timers.stopAll();
      return undefined;
    case 'recordServiceOrder':
      return (await recordDecision('recordServiceOrder', ref, command.changes, nextTurn())) ?? undefined;
    case 'reportHeld': {
      const { code, needs } = command;
      await tellParent(input, signals.held, { code, needs });
      return undefined;
    }
    case 'reportNeeds':
      await tellParent(input, signals.needs, { needs: command.needs });
      return undefined;
    case 'reportReady': {
      const { changed } = await record('recordReady', ref);
      await tellParent(input, signals.ready, { changed });
      if (input.parent === undefined) inbox.push({ type: 'Released' });
      return undefined;
    }
    case 'reportFailing':
      await tellParent(input, signals.failing);
      return undefined;
    case 'reportResumed':
      await tellParent(input, signals.resumed);
      return undefined;
    case 'reportStands':
      await tellParent(input, signals.stands);
      return undefined;
    case 'reportAnswer':
      await tellParent(input, signals.answer, { stands: command.stands });
      return undefined;
    case 'settleServiceOrder': {
      const { outcome, code, skipped } = command;
      return record('settleServiceOrder', ref, { outcome, code }, skipped);
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
