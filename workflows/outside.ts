import { ApplicationFailure, condition, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow';
import type { OutsideRef } from '../activities/outsideRecords.ts';
import type { ServiceOrderState } from '../src/serviceOrder/machine.ts';
import type { Control, ServiceOrderEvent, ServiceOrderRun } from '../src/serviceOrder/run.ts';
import { record } from './bookkeeping.ts';
import type { CommandDesk } from './commands.ts';
import type { ServiceOrderIdentity, ServiceOrderInput, ServiceOrderResult } from './messages.ts';

export type TakenUp =
  | { readonly type: 'input'; readonly input: ServiceOrderInput }
  | { readonly type: 'ended'; readonly result: ServiceOrderResult };

/**
 * What a service order without a parent has to do. A later start date is waited for here, and the order is looked
 * at again when it has come; an abort ends the wait.
 */
export async function takeUp(
  identity: ServiceOrderIdentity,
  inbox: ServiceOrderEvent[],
  desk: CommandDesk<ServiceOrderRun, ServiceOrderEvent>,
): Promise<TakenUp> {
  const ref = { ...identity, runChain: workflowInfo().firstExecutionRunId };
  for (;;) {
    const opened = await record('openOutsideOrder', ref);
    switch (opened.type) {
      case 'notTheSaga':
        throw notTheSaga(identity);
      case 'ended':
        await desk.close({ type: 'ServiceOrderOver', message: `the service order is ${opened.state}` });
        return { type: 'ended', result: resultOf(opened.state) };
      case 'startsLater':
        setCurrentDetails(`Waits for its start date, ${opened.startAt}.`);
        await Promise.race([
          sleep(opened.waitMs, { summary: `start date ${opened.startAt}` }),
          condition(() => inbox.some(isDrop)),
        ]);
        await drop(ref, inbox, desk);
        break;
      case 'opened': {
        const { type: _, call, ...rest } = opened;
        return { type: 'input', input: { ...identity, ...rest, ...call, changed: [], compensating: false } };
      }
    }
  }
}

type Drop = Extract<ServiceOrderEvent, { type: 'AbortRequested' | 'CancelRequested' }>;

const isDrop = (event: ServiceOrderEvent): event is Drop =>
  event.type === 'AbortRequested' || event.type === 'CancelRequested';

async function drop(
  ref: OutsideRef,
  inbox: ServiceOrderEvent[],
  desk: CommandDesk<ServiceOrderRun, ServiceOrderEvent>,
): Promise<void> {
  const dropped = inbox.find(isDrop);
  if (dropped === undefined) return;
  inbox.splice(inbox.indexOf(dropped), 1);
  const control: Control =
    dropped.type === 'AbortRequested'
      ? { type: 'aborted', audit: dropped.audit }
      : { type: 'cancelAccepted', task: dropped.task };
  await record('dropOutsideOrder', ref, control);
  desk.answer(dropped, undefined);
}

const resultOf = (state: ServiceOrderState): ServiceOrderResult => ({
  outcome: state === 'completed' || state === 'cancelled' ? state : 'failed',
  code: state === 'completed' ? null : state,
  changed: [],
});

const notTheSaga = ({ serviceOrder }: ServiceOrderIdentity) =>
  ApplicationFailure.nonRetryable(
    `another chain of runs is the saga of service order ${serviceOrder}`,
    'NotTheSaga',
  );
