import { type ChildWorkflowHandle, sleep, startChild, workflowInfo } from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { OrderRef } from '../activities/orderRecords.ts';
import { must } from '../src/kernel/assert.ts';
import { type OrderEvent, type OrderRun, runLost, serviceOrdersOf } from '../src/order/run.ts';
import { rowsOf } from '../src/serviceOrder/recovery.ts';
import { record } from './bookkeeping.ts';
import {
  domainQueue,
  searchAttributes,
  serviceOrderId,
  type ServiceOrderInput,
  type ServiceOrderResult,
  signals,
} from './messages.ts';
import { joining } from './policies.ts';
import { serviceOrder } from './serviceOrder.ts';
import { tell } from './tell.ts';

/** The child workflows of one order: those it started, and those that an earlier run of it left behind. */
export function openChildren(ref: OrderRef, inbox: OrderEvent[]) {
  const { tenant } = ref;
  const begun = new Map<string, Promise<unknown>>();
  const inputs = new Map<string, ServiceOrderInput>();
  const lost = new Set<string>();

  /** Resolves once the child runs, or is known to; how it ends, it tells later. */
  const begin = (input: ServiceOrderInput): Promise<void> => {
    const id = input.serviceOrder;
    inputs.set(id, input);
    const starting = startServiceOrder(input);
    const outcome = starting.then(
      (handle) => handle.result(),
      (error: unknown) => {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return join(ref, input, inbox);
        throw error;
      },
    );
    void outcome.then(
      (result) => inbox.push({ type: 'ServiceOrderSettled', id, ...result }),
      () => lose(id),
    );
    const running = starting.then(nothing, nothing);
    begun.set(id, running);
    return running;
  };

  const lose = async (id: string): Promise<void> => {
    const read = await record('readOutcome', { tenant, serviceOrder: id });
    if (read.type === 'settled') {
      inbox.push({ type: 'ServiceOrderSettled', id, ...read.result });
      return;
    }
    // One that cannot live is not revived without a pause.
    await sleep(lostPauseMs, { summary: 'a service order lost its run' });
    lost.add(id);
    await record('noteRunLost', { tenant, serviceOrder: id });
    inbox.push({ type: 'ServiceOrderHeld', id, ...lostRun });
  };

  const revive = async (id: string): Promise<void> => {
    lost.delete(id);
    await begin({ ...must(inputs.get(id), `the input of ${id}`), again: true });
  };

  return {
    /** Not awaited: all that may start, starts in one go, and each tells when it is settled. */
    start: (run: OrderRun, id: string, changed: readonly string[]): void =>
      void begin(inputOf(ref, run, id, changed)),

    /** What an earlier run of the order had under way: still running, or gone with it. */
    rejoin: (run: OrderRun, id: string, changed: readonly string[]): Promise<void> =>
      begin({ ...inputOf(ref, run, id, changed), again: true }),

    /** One that has lost its run gets another. */
    revive,

    /** A child that has closed meanwhile needs no telling: that it is settled, it has told or will. */
    async tell(id: string, signal: string): Promise<void> {
      if (lost.has(id)) await revive(id);
      await begun.get(id);
      await tell(serviceOrderId(tenant, id), signal);
    },
  };
}

export type Children = ReturnType<typeof openChildren>;

const lostRun = {
  code: runLost,
  needs: [{ class: 'orphaned', code: runLost, reason: 'a person: its run is gone' }],
} as const;
const lostPauseMs = 1_000;

const nothing = (): void => undefined;

const startServiceOrder = (input: ServiceOrderInput): Promise<ChildWorkflowHandle<typeof serviceOrder>> =>
  startChild(serviceOrder, {
    workflowId: serviceOrderId(input.tenant, input.serviceOrder),
    taskQueue: domainQueue(input.domain),
    args: [input],
    parentClosePolicy: 'ABANDON',
    // One that completed is never run again; one that was terminated is.
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    staticSummary: input.title,
    typedSearchAttributes: [{ key: searchAttributes.tenant, value: input.tenant }],
  });

/**
 * A child that an earlier run of the order started answers to that one: it is asked where it is, and its row read
 * until that is final. Should its run end without, it is started again.
 */
async function join(
  { tenant }: OrderRef,
  input: ServiceOrderInput,
  inbox: OrderEvent[],
): Promise<ServiceOrderResult> {
  const id = input.serviceOrder;
  // One that was paused before its row knew it: whoever starts it now wants it to go on.
  const words = input.again ? [signals.report] : [signals.report, signals.unhold, signals.goOn];
  await Promise.all(words.map((word) => tell(serviceOrderId(tenant, id), word)));
  for (let waitMs: number = joining.fromMs; ; waitMs = Math.min(waitMs * 2, joining.upToMs)) {
    const read = await record('readOutcome', { tenant, serviceOrder: id });
    if (read.type === 'settled') return read.result;
    await sleep(waitMs, { summary: `how does it end: ${input.title}` });
    const again = await restarted(input);
    if (again === undefined) continue;
    // Its new run knows nothing of what the lost one was told.
    inbox.push({ type: 'ServiceOrderHeld', id, ...lostRun }, { type: 'ServiceOrderResumed', id });
    return again.result();
  }
}

async function restarted(input: ServiceOrderInput) {
  try {
    return await startServiceOrder({ ...input, again: true });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
}

function inputOf(
  { tenant }: OrderRef,
  run: OrderRun,
  id: string,
  changed: readonly string[],
): ServiceOrderInput {
  const planned = must(
    serviceOrdersOf(run).find((candidate) => candidate.id === id),
    `service order ${id}`,
  );
  const { policy, step } = run.plan.settings;
  const compensating = planned.compensates !== undefined;
  // What takes a service order back is of the same specification, and so keeps to its policy.
  const rows = rowsOf(run.plan.recovery, planned.specification);
  return {
    tenant,
    serviceOrder: id,
    title: `${compensating ? 'take back: ' : ''}${planned.action} ${planned.specification}`,
    parent: workflowInfo().workflowId,
    action: planned.action,
    domain: planned.domain,
    changed,
    policy: { ...policy, ...(rows && { rows }) },
    compensating,
    ...step,
    ...(planned.steps && { steps: planned.steps }),
  };
}
