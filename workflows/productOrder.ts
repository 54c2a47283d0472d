import {
  ApplicationFailure,
  CancellationScope,
  condition,
  executeChild,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  defineSignal,
  sleep,
  TemporalFailure,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { OrderRef } from '../activities/orderRecords.ts';
import { must, unreachable } from '../src/kernel/assert.ts';
import { isFinal } from '../src/kernel/machine.ts';
import { advance } from '../src/order/advance.ts';
import {
  beginOrder,
  serviceOrdersOf,
  type OrderCommand,
  type OrderEvent,
  type OrderRun,
} from '../src/order/run.ts';
import { orderMachine, type OrderState } from '../src/order/machine.ts';
import { record } from './bookkeeping.ts';
import { orderDetails } from './details.ts';
import {
  domainQueue,
  type HeldMessage,
  type OrderIdentity,
  type ReadyMessage,
  searchAttributes,
  serviceOrderId,
  type ServiceOrderInput,
  type ServiceOrderMessage,
  signals,
} from './messages.ts';
import { serviceOrder } from './serviceOrder.ts';

const heldSignal = defineSignal<[HeldMessage]>(signals.held);
const resumedSignal = defineSignal<[ServiceOrderMessage]>(signals.resumed);
const readySignal = defineSignal<[ReadyMessage]>(signals.ready);
const standsSignal = defineSignal<[ServiceOrderMessage]>(signals.stands);

export interface OrderOutcome {
  readonly state: OrderState;
}

/** Brings one product order to its end: opens it, runs its service orders by their edges, settles it. */
export function productOrder(identity: OrderIdentity): Promise<OrderOutcome> {
  const inbox: OrderEvent[] = [];
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
  return CancellationScope.nonCancellable(() => fulfil(identity, inbox));
}

async function fulfil(identity: OrderIdentity, inbox: OrderEvent[]): Promise<OrderOutcome> {
  const ref = { ...identity, runChain: workflowInfo().firstExecutionRunId };
  const opened = await open(ref);
  if (opened.type === 'ended') return { state: opened.state };

  let run = beginOrder(opened.plan, opened.state, opened.items, opened.parents);
  let shown: OrderState = 'acknowledged';
  inbox.push({ type: 'Opened' });
  while (!isFinal(orderMachine, run.state)) {
    if (inbox.length === 0) await condition(() => inbox.length > 0);
    const advanced = advance(run, must(inbox.shift(), 'the next event'));
    run = advanced.run;
    shown = show(run, shown);
    for (const command of advanced.commands) {
      if (command.type === 'startServiceOrder') startServiceOrder(command, run, ref, inbox);
      else await execute(command, ref, inbox);
    }
  }
  return { state: run.state };
}

/** A later start date is waited for here, and looked at again when it has come. */
async function open(ref: OrderRef) {
  for (;;) {
    const opened = await record('openOrder', ref);
    if (opened.type === 'notTheSaga') throw notTheSaga(ref);
    if (opened.type !== 'startsLater') return opened;
    setCurrentDetails(`Waits for its start date, ${opened.startAt}.`);
    await sleep(opened.waitMs, { summary: `start date ${opened.startAt}` });
  }
}

type StartCommand = Extract<OrderCommand, { type: 'startServiceOrder' }>;

async function execute(
  command: Exclude<OrderCommand, StartCommand>,
  ref: OrderRef,
  inbox: OrderEvent[],
): Promise<void> {
  switch (command.type) {
    case 'releaseServiceOrder':
      return tell(ref, command.id, signals.release);
    case 'stopServiceOrder':
      return tell(ref, command.id, signals.stop);
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

/** A child that has closed meanwhile needs no telling: that it is settled, it has told or will. */
async function tell({ tenant }: OrderRef, id: string, signal: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(serviceOrderId(tenant, id)).signal(signal);
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
  }
}

/** Not awaited: all that may start, starts in one go, and each tells when it is settled. */
function startServiceOrder(
  { id, changed }: StartCommand,
  run: OrderRun,
  { tenant }: OrderRef,
  inbox: OrderEvent[],
): void {
  const planned = must(
    serviceOrdersOf(run).find((candidate) => candidate.id === id),
    `service order ${id}`,
  );
  const { policy, step } = run.plan.settings;
  const compensating = planned.compensates !== undefined;
  const title = `${compensating ? 'take back: ' : ''}${planned.action} ${planned.specification}`;
  const input: ServiceOrderInput = {
    tenant,
    serviceOrder: id,
    title,
    parent: workflowInfo().workflowId,
    action: planned.action,
    domain: planned.domain,
    changed,
    policy: { ...policy, ...(planned.recovery && { rows: planned.recovery }) },
    compensating,
    ...step,
    ...(planned.steps && { steps: planned.steps }),
  };
  const settled = executeChild(serviceOrder, {
    workflowId: serviceOrderId(tenant, id),
    taskQueue: domainQueue(planned.domain),
    args: [input],
    parentClosePolicy: 'ABANDON',
    staticSummary: title,
    typedSearchAttributes: [{ key: searchAttributes.tenant, value: tenant }],
  });
  void settled.then(
    (result) => inbox.push({ type: 'ServiceOrderSettled', id, ...result }),
    () => inbox.push({ type: 'ServiceOrderHeld', id, code: 'runLost', reason: 'a person: its run is gone' }),
  );
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
