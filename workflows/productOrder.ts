import {
  ApplicationFailure,
  CancellationScope,
  condition,
  setCurrentDetails,
  setHandler,
  defineSignal,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Opened, OrderRef, Recorded } from '../activities/orderRecords.ts';
import { hangsOnRows, isCommand, orderOver, refusalBeforeStart, refusalOf } from '../src/order/commands.ts';
import { must, unreachable } from '../src/kernel/assert.ts';
import { isFinal } from '../src/kernel/machine.ts';
import { advance, changedAround } from '../src/order/advance.ts';
import {
  beginOrder,
  type OrderCommand,
  type OrderEvent,
  type OrderRun,
  type TellCommand,
  type Unwanted,
} from '../src/order/run.ts';
import { resumeOrder, underWay } from '../src/order/resume.ts';
import { orderMachine, type OrderState } from '../src/order/machine.ts';
import { webUiAudit } from '../src/operator/audit.ts';
import { controlOf } from '../src/serviceOrder/wholeCommands.ts';
import { classesOf, type ShowHold } from './attributes.ts';
import { record, recordDecision } from './bookkeeping.ts';
import { type Children, openChildren } from './children.ts';
import { type CommandDesk, openDesk } from './commands.ts';
import { orderDetails } from './details.ts';
import {
  type AnswerMessage,
  type CancelMessage,
  type CommandMessage,
  type HeldMessage,
  type NeedsMessage,
  type OrderIdentity,
  orderUpdates,
  type ReadyMessage,
  type RejoinMessage,
  searchAttributes,
  type ServiceOrderMessage,
  signals,
} from './messages.ts';
import { openTools, type Tools } from './tools.ts';
import { refuseUnheard } from './webUi.ts';

const heldSignal = defineSignal<[HeldMessage]>(signals.held);
const needsSignal = defineSignal<[NeedsMessage]>(signals.needs);
const resumedSignal = defineSignal<[ServiceOrderMessage]>(signals.resumed);
const readySignal = defineSignal<[ReadyMessage]>(signals.ready);
const failingSignal = defineSignal<[ServiceOrderMessage]>(signals.failing);
const standsSignal = defineSignal<[ServiceOrderMessage]>(signals.stands);
const answerSignal = defineSignal<[AnswerMessage]>(signals.answer);
const cancelSignal = defineSignal<[CancelMessage]>(signals.cancel);

export interface OrderOutcome {
  readonly state: OrderState;
}

type Inbox = OrderEvent[];
type Desk = CommandDesk<OrderRun, OrderEvent>;
type OrderTools = Tools<OrderRun, OrderEvent> & { readonly ref: OrderRef };
type Ended = OrderOutcome & { readonly unwanted: Unwanted | null };

/** Brings one product order to its end: opens it, runs its service orders by their edges, settles it. */
export async function productOrder(identity: OrderIdentity): Promise<OrderOutcome> {
  const inbox: Inbox = [];
  const commanded = { tenant: identity.tenant, kind: 'productOrder', id: identity.orderId } as const;
  const desk: Desk = openDesk(inbox, { isCommand, refusalOf, refuseUnheard: refuseUnheard(commanded) });
  listen(inbox, desk);
  let cancelled: unknown;
  const audit = webUiAudit(identity.orderId, workflowInfo().firstExecutionRunId);
  CancellationScope.current().cancelRequested.catch((reason: unknown) => {
    cancelled = reason;
    inbox.push({ type: 'AbortRequested', audit });
  });
  const ref = { ...identity, runChain: workflowInfo().firstExecutionRunId };
  const tools: OrderTools = { ref, ...openTools(inbox, desk) };
  const ended = await CancellationScope.nonCancellable(() => fulfil(tools));
  if (cancelled !== undefined && ended.unwanted !== null) throw cancelled;
  return { state: ended.state };
}

function listen(inbox: Inbox, desk: Desk): void {
  setHandler(
    heldSignal,
    ({ serviceOrder: id, ...why }) => void inbox.push({ type: 'ServiceOrderHeld', id, ...why }),
  );
  setHandler(
    needsSignal,
    ({ serviceOrder: id, needs }) => void inbox.push({ type: 'ServiceOrderNeeds', id, needs }),
  );
  setHandler(resumedSignal, ({ serviceOrder: id }) => void inbox.push({ type: 'ServiceOrderResumed', id }));
  setHandler(failingSignal, ({ serviceOrder: id }) => void inbox.push({ type: 'ServiceOrderFailing', id }));
  setHandler(standsSignal, ({ serviceOrder: id }) => void inbox.push({ type: 'ServiceOrderStands', id }));
  setHandler(
    answerSignal,
    ({ serviceOrder: id, stands }) => void inbox.push({ type: 'ServiceOrderAnswered', id, stands }),
  );
  setHandler(
    readySignal,
    ({ serviceOrder: id, changed }) => void inbox.push({ type: 'ServiceOrderReady', id, changed }),
  );
  setHandler(cancelSignal, ({ task }) => void inbox.push({ type: 'CancelRequested', task }));
  desk.answers(orderUpdates.abort, ({ audit }: CommandMessage) => ({ type: 'AbortRequested', audit }));
  desk.answers(orderUpdates.hold, ({ audit }: CommandMessage) => ({ type: 'HoldRequested', audit }));
  desk.answers(orderUpdates.resume, ({ audit }: CommandMessage) => ({ type: 'ResumeRequested', audit }));
  desk.answers(orderUpdates.rejoin, ({ serviceOrder: id, audit }: RejoinMessage) => ({
    type: 'RejoinRequested',
    id,
    audit,
  }));
}

async function fulfil(tools: OrderTools): Promise<Ended> {
  const { ref, inbox, desk, showHold } = tools;
  const opened = await open(tools);
  if (opened.type === 'ended') {
    showHold(false);
    await desk.close(orderOver(opened.state));
    return { state: opened.state, unwanted: opened.state === 'cancelled' ? 'aborted' : null };
  }
  const shell: Shell = { ...tools, children: openChildren(ref, inbox) };
  let run = await beginRun(opened, shell);
  const show = showOrder(showHold);
  while (!isFinal(orderMachine, run.state)) {
    desk.show(run);
    if (inbox.length === 0) await condition(() => inbox.length > 0);
    const event = must(inbox.shift(), 'the next event');
    const known = await informed(run, event, ref);
    const refusal = refusalOf(run, known);
    const advanced = advance(run, known);
    run = advanced.run;
    desk.show(run);
    show(run);
    const ended = await executeAll(advanced.commands, run, shell);
    if (ended === undefined) await desk.answer(event, refusal);
    else {
      run = { ...run, state: ended, unwanted: null };
      inbox.unshift(event);
    }
  }
  await desk.close(orderOver(run.state));
  return { state: run.state, unwanted: run.unwanted };
}

/** An abort comes with what is past its point of no return, where its answer hangs on that. */
const informed = async (run: OrderRun, event: OrderEvent, ref: OrderRef): Promise<OrderEvent> =>
  event.type === 'AbortRequested' && hangsOnRows(run, event)
    ? { ...event, past: await record('readPastReturn', ref.tenant, ref.orderId) }
    : event;

/** From the start, or from what an earlier run of the order left. */
async function beginRun(
  { plan, state, items, parents, onHold, remains }: Extract<Opened, { type: 'opened' }>,
  { children, inbox }: Shell,
): Promise<OrderRun> {
  inbox.push({ type: 'Opened' });
  if (!remains) return { ...beginOrder(plan, state, items, parents), onHold };
  const { aborted, cancel } = remains.wishes;
  const run = resumeOrder(plan, { state, items }, parents, remains);
  for (const id of underWay(run)) await children.rejoin(run, id, changedAround(run, id));
  // Before anything new is begun.
  if (cancel && !cancel.accepted && !aborted) inbox.unshift({ type: 'CancelRequested', task: cancel.task });
  return run;
}

/**
 * A later start date is waited for here, and the order looked at again when it has come. Who does not want it any
 * more ends the wait; a hold holds the order once it is open.
 */
async function open({ ref, inbox, desk, nextTurn, showHold }: OrderTools) {
  for (;;) {
    const opened = await record('openOrder', ref);
    if (opened.type === 'notTheSaga') throw notTheSaga(ref);
    if (opened.type !== 'startsLater') return opened;
    showHold(opened.onHold);
    setCurrentDetails(`Waits for its start date, ${opened.startAt}.`);
    const arrived = sleep(opened.waitMs, { summary: `start date ${opened.startAt}` });
    await Promise.race([arrived, condition(() => inbox.some(isCommand))]);
    const command = inbox.find(isCommand);
    if (command === undefined) continue;
    inbox.splice(inbox.indexOf(command), 1);
    const refusal = refusalBeforeStart(command, opened.onHold);
    if (refusal === undefined && command.type !== 'RejoinRequested') {
      const control = controlOf(command);
      const isDrop = control.type === 'aborted' || control.type === 'cancelAccepted';
      const recorded = isDrop
        ? await recordDecision('dropOrder', ref, control)
        : await recordDecision('recordProgress', ref, [], [control], nextTurn());
      ensureSaga(ref, recorded);
    }
    await desk.answer(command, refusal);
  }
}

const words = {
  releaseServiceOrder: signals.release,
  stopServiceOrder: signals.stop,
  askServiceOrder: signals.ask,
  goOnServiceOrder: signals.goOn,
  holdServiceOrder: signals.hold,
  resumeServiceOrder: signals.unhold,
} as const satisfies Record<TellCommand, string>;

/** What the commands of a run work with. */
interface Shell extends OrderTools {
  readonly children: Children;
}

/**
 * Answers with the state of an order that turns out to be over: a try of this workflow task that was lost had heard
 * less, and what it settled holds.
 */
async function executeAll(
  commands: readonly OrderCommand[],
  run: OrderRun,
  shell: Shell,
): Promise<OrderState | undefined> {
  for (const command of commands) {
    const ended = await execute(command, run, shell);
    if (ended !== undefined && !isFinal(orderMachine, run.state)) return ended;
  }
  return undefined;
}

/** Answers with the state of an order that is over. */
async function execute(
  command: OrderCommand,
  run: OrderRun,
  { ref, inbox, children, nextTurn }: Shell,
): Promise<OrderState | undefined> {
  switch (command.type) {
    case 'startServiceOrder':
      children.start(run, command.id, command.changed);
      return undefined;
    case 'releaseServiceOrder':
    case 'stopServiceOrder':
    case 'askServiceOrder':
    case 'goOnServiceOrder':
    case 'holdServiceOrder':
    case 'resumeServiceOrder':
      await children.tell(command.id, words[command.type]);
      return undefined;
    case 'rejoinServiceOrder':
      await children.revive(command.id);
      return undefined;
    case 'openCompensation': {
      const opened = await recordDecision('openCompensation', ref, command.ids);
      ensureSaga(ref, opened);
      if (opened.type === 'opened')
        inbox.push({ type: 'CompensationOpened', serviceOrders: opened.serviceOrders });
      return undefined;
    }
    case 'recordProgress':
      return endIn(
        ref,
        await recordDecision('recordProgress', ref, command.changes, command.controls, nextTurn()),
      );
    case 'settleOrder': {
      const { type: _, ...ending } = command;
      return endIn(ref, await record('settleOrder', ref, ending));
    }
    default:
      return unreachable(command);
  }
}

/** Shows where the order is; what is searched for is indexed only when it changed. */
function showOrder(showHold: ShowHold): (run: OrderRun) => void {
  let state: OrderState = 'acknowledged';
  let classes = '';
  return (run) => {
    setCurrentDetails(orderDetails(run));
    if (run.state !== state) upsertSearchAttributes([{ key: searchAttributes.state, value: run.state }]);
    state = run.state;
    const now = falloutClasses(run);
    if (now.join() !== classes) upsertSearchAttributes([{ key: searchAttributes.falloutClass, value: now }]);
    classes = now.join();
    showHold(run.onHold);
  };
}

/** Why its service orders need a person, be they held or not. */
const falloutClasses = ({ children }: OrderRun): string[] =>
  classesOf(Object.values(children).flatMap(({ needs = [] }) => needs));

function endIn(ref: OrderRef, recorded: Recorded): OrderState | undefined {
  ensureSaga(ref, recorded);
  return recorded.type === 'ended' ? recorded.state : undefined;
}

function ensureSaga(ref: OrderRef, recorded: { readonly type: string }): void {
  if (recorded.type === 'notTheSaga') throw notTheSaga(ref);
}

const notTheSaga = ({ orderId }: OrderRef) =>
  ApplicationFailure.nonRetryable(`another chain of runs is the saga of order ${orderId}`, 'NotTheSaga');
