import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineUpdate,
  setCurrentDetails,
  setHandler,
  defineSignal,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderRef } from '../activities/orderRecords.ts';
import { isCommand, orderOver, refusalOf } from '../src/order/commands.ts';
import { must, unreachable } from '../src/kernel/assert.ts';
import { isFinal } from '../src/kernel/machine.ts';
import { advance, changedAround } from '../src/order/advance.ts';
import { beginOrder, type OrderCommand, type OrderEvent, type OrderRun } from '../src/order/run.ts';
import { resumeOrder, underWay } from '../src/order/resume.ts';
import { orderMachine, type OrderState } from '../src/order/machine.ts';
import { record } from './bookkeeping.ts';
import { type Children, openChildren } from './children.ts';
import { type CommandDesk, openDesk } from './commands.ts';
import { orderDetails } from './details.ts';
import {
  type HeldMessage,
  type OrderIdentity,
  type ReadyMessage,
  searchAttributes,
  type ServiceOrderMessage,
  signals,
  updates,
} from './messages.ts';

const heldSignal = defineSignal<[HeldMessage]>(signals.held);
const resumedSignal = defineSignal<[ServiceOrderMessage]>(signals.resumed);
const readySignal = defineSignal<[ReadyMessage]>(signals.ready);
const standsSignal = defineSignal<[ServiceOrderMessage]>(signals.stands);
const abortSignal = defineSignal(signals.abort);
const abortUpdate = defineUpdate<void>(updates.abort);

export interface OrderOutcome {
  readonly state: OrderState;
}

/** Brings one product order to its end: opens it, runs its service orders by their edges, settles it. */
export async function productOrder(identity: OrderIdentity): Promise<OrderOutcome> {
  const inbox: OrderEvent[] = [];
  const desk = openDesk<OrderRun, OrderEvent>(inbox, { isCommand, refusalOf });
  listen(inbox, desk);
  let cancelled: unknown;
  CancellationScope.current().cancelRequested.catch((reason: unknown) => {
    cancelled = reason;
    inbox.push(abort());
  });
  const outcome = await CancellationScope.nonCancellable(() => fulfil(identity, inbox, desk));
  if (cancelled !== undefined && outcome.aborted) throw cancelled;
  return { state: outcome.state };
}

type Desk = CommandDesk<OrderRun, OrderEvent>;

const abort = (): OrderEvent => ({ type: 'AbortRequested' });

function listen(inbox: OrderEvent[], desk: Desk): void {
  setHandler(
    heldSignal,
    ({ serviceOrder: id, ...why }) => void inbox.push({ type: 'ServiceOrderHeld', id, ...why }),
  );
  setHandler(resumedSignal, ({ serviceOrder: id }) => void inbox.push({ type: 'ServiceOrderResumed', id }));
  setHandler(standsSignal, ({ serviceOrder: id }) => void inbox.push({ type: 'ServiceOrderStands', id }));
  setHandler(
    readySignal,
    ({ serviceOrder: id, changed }) => void inbox.push({ type: 'ServiceOrderReady', id, changed }),
  );
  setHandler(abortSignal, () => void inbox.push(abort()));
  setHandler(abortUpdate, () => desk.ask(abort()), { validator: () => desk.check(abort()) });
}

async function fulfil(
  identity: OrderIdentity,
  inbox: OrderEvent[],
  desk: Desk,
): Promise<OrderOutcome & { readonly aborted: boolean }> {
  const ref = { ...identity, runChain: workflowInfo().firstExecutionRunId };
  const opened = await open(ref, inbox, desk);
  if (opened.type === 'ended') {
    await desk.close(orderOver(opened.state));
    return { state: opened.state, aborted: opened.state === 'cancelled' };
  }
  const children = openChildren(ref, inbox);
  const { plan, parents, remains } = opened;
  let run = remains
    ? resumeOrder(plan, opened, parents, remains)
    : beginOrder(plan, opened.state, opened.items, parents);
  for (const id of remains ? underWay(run) : []) await children.rejoin(run, id, changedAround(run, id));
  let shown: OrderState = 'acknowledged';
  inbox.push({ type: 'Opened' });
  while (!isFinal(orderMachine, run.state)) {
    desk.show(run);
    if (inbox.length === 0) await condition(() => inbox.length > 0);
    const event = must(inbox.shift(), 'the next event');
    const refusal = refusalOf(run, event);
    const advanced = advance(run, event);
    run = advanced.run;
    desk.show(run);
    shown = show(run, shown);
    for (const command of advanced.commands) await execute(command, run, ref, inbox, children);
    desk.answer(event, refusal);
  }
  await desk.close(orderOver(run.state));
  return { state: run.state, aborted: run.aborted };
}

/** A later start date is waited for here, and looked at again when it has come; an abort ends the wait. */
async function open(ref: OrderRef, inbox: OrderEvent[], desk: Desk) {
  for (;;) {
    const opened = await record('openOrder', ref);
    if (opened.type === 'notTheSaga') throw notTheSaga(ref);
    if (opened.type !== 'startsLater') return opened;
    setCurrentDetails(`Waits for its start date, ${opened.startAt}.`);
    const arrived = sleep(opened.waitMs, { summary: `start date ${opened.startAt}` });
    await Promise.race([arrived, condition(() => inbox.some(isCommand))]);
    const command = inbox.find(isCommand);
    if (command === undefined) continue;
    inbox.splice(inbox.indexOf(command), 1);
    const dropped = await record('dropOrder', ref);
    ensureSaga(ref, dropped);
    desk.answer(command, undefined);
  }
}

async function execute(
  command: OrderCommand,
  run: OrderRun,
  ref: OrderRef,
  inbox: OrderEvent[],
  children: Children,
): Promise<void> {
  switch (command.type) {
    case 'startServiceOrder':
      return children.start(run, command.id, command.changed);
    case 'releaseServiceOrder':
      return children.tell(command.id, signals.release);
    case 'stopServiceOrder':
      return children.tell(command.id, signals.stop);
    case 'openCompensation': {
      const opened = await record('openCompensation', ref, command.ids);
      ensureSaga(ref, opened);
      if (opened.type === 'opened')
        inbox.push({ type: 'CompensationOpened', serviceOrders: opened.serviceOrders });
      return;
    }
    case 'recordProgress':
      return ensureSaga(ref, await record('recordProgress', ref, command.changes));
    case 'settleOrder':
      return ensureSaga(
        ref,
        await record('settleOrder', ref, command.changes, command.untouched, command.notStarted),
      );
    default:
      return unreachable(command);
  }
}

/** Shows where the order is; the state is indexed only when it changed. */
function show(run: OrderRun, shown: OrderState): OrderState {
  setCurrentDetails(orderDetails(run));
  if (run.state !== shown) upsertSearchAttributes([{ key: searchAttributes.state, value: run.state }]);
  return run.state;
}

function ensureSaga(ref: OrderRef, recorded: { readonly type: string }): void {
  if (recorded.type === 'notTheSaga') throw notTheSaga(ref);
}

const notTheSaga = ({ orderId }: OrderRef) =>
  ApplicationFailure.nonRetryable(`another chain of runs is the saga of order ${orderId}`, 'NotTheSaga');
