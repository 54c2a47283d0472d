import { ApplicationFailure, condition, setCurrentDetails, sleep, workflowInfo } from '@temporalio/workflow';
import type { OutsideRef } from '../activities/outsideRecords.ts';
import type { ServiceOrderState } from '../src/serviceOrder/machine.ts';
import { isAboutAll } from '../src/serviceOrder/commands.ts';
import { controlOf, refusalBeforeStart } from '../src/serviceOrder/wholeCommands.ts';
import type { ServiceOrderEvent, ServiceOrderRun } from '../src/serviceOrder/run.ts';
import { record, recordDecision } from './bookkeeping.ts';
import type { ServiceOrderIdentity, ServiceOrderInput, ServiceOrderResult } from './messages.ts';
import type { Tools } from './tools.ts';

export type TakenUp =
  | { readonly type: 'input'; readonly input: ServiceOrderInput }
  | { readonly type: 'ended'; readonly result: ServiceOrderResult };

export type ServiceOrderTools = Tools<ServiceOrderRun, ServiceOrderEvent>;

/**
 * What a service order without a parent has to do. A later start date is waited for here, and the order is looked
 * at again when it has come; an abort ends the wait.
 */
export async function takeUp(identity: ServiceOrderIdentity, tools: ServiceOrderTools): Promise<TakenUp> {
  const { inbox, desk, showHold } = tools;
  const ref = { ...identity, runChain: workflowInfo().firstExecutionRunId };
  for (;;) {
    const opened = await record('openOutsideOrder', ref);
    switch (opened.type) {
      case 'notTheSaga':
        throw notTheSaga(identity);
      case 'ended':
        showHold(false);
        await desk.close({ type: 'ServiceOrderOver', message: `the service order is ${opened.state}` });
        return { type: 'ended', result: resultOf(opened.state) };
      case 'startsLater':
        showHold(opened.onHold);
        setCurrentDetails(`Waits for its start date, ${opened.startAt}.`);
        await Promise.race([
          sleep(opened.waitMs, { summary: `start date ${opened.startAt}` }),
          condition(() => inbox.some(isAboutAll)),
        ]);
        await obey(ref, tools, opened.onHold);
        break;
      case 'opened': {
        const { type: _, call, ...rest } = opened;
        return { type: 'input', input: { ...identity, ...rest, ...call, changed: [], compensating: false } };
      }
    }
  }
}

/** Before it has begun; what concerns a step waits for the steps to be there, or is refused when it is over. */
async function obey(
  ref: OutsideRef,
  { inbox, desk, nextTurn }: ServiceOrderTools,
  onHold: boolean,
): Promise<void> {
  const command = inbox.find(isAboutAll);
  if (command === undefined) return;
  inbox.splice(inbox.indexOf(command), 1);
  const refusal = refusalBeforeStart(command, onHold);
  const control = controlOf(command);
  if (refusal === undefined) {
    const isDrop = control.type === 'aborted' || control.type === 'cancelAccepted';
    if (isDrop) await recordDecision('dropOutsideOrder', ref, control);
    else await recordDecision('recordServiceOrder', ref, [{ type: 'control', control }], nextTurn());
  }
  await desk.answer(command, refusal);
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
