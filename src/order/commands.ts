import { isFinal } from '../kernel/machine.ts';
import type { CommandRefusal } from '../serviceOrder/commands.ts';
import { judge } from './failure.ts';
import { orderMachine, type OrderState } from './machine.ts';
import { child, type OrderEvent, type OrderRun, runLost, type Unwanted } from './run.ts';

export type Command = Extract<
  OrderEvent,
  {
    type: 'AbortRequested' | 'HoldRequested' | 'ResumeRequested' | 'RejoinRequested' | 'CancelRequested';
  }
>;

const commandTypes: readonly string[] = [
  'AbortRequested',
  'HoldRequested',
  'ResumeRequested',
  'RejoinRequested',
  'CancelRequested',
] satisfies Command['type'][];

export const isCommand = (event: OrderEvent): event is Command => commandTypes.includes(event.type);

export const orderOver = (state: OrderState): CommandRefusal => ({
  type: 'OrderOver',
  message: `the order is ${state}`,
});

/** Undefined where the command is allowed now, and for all that is no command. */
export function refusalOf(run: OrderRun, event: OrderEvent): CommandRefusal | undefined {
  if (!isCommand(event)) return undefined;
  if (isFinal(orderMachine, run.state)) return orderOver(run.state);
  switch (event.type) {
    case 'AbortRequested':
      return unwantedRefusal(run, 'aborted');
    case 'CancelRequested':
      if (run.cancel || run.tasks.includes(event.task))
        return { type: 'BeingCancelled', message: 'the order is being cancelled already' };
      return unwantedRefusal(run, 'cancelled');
    case 'HoldRequested':
      return run.onHold ? { type: 'HeldAlready', message: 'the order is on hold already' } : undefined;
    case 'ResumeRequested':
      return run.onHold ? undefined : { type: 'NotOnHold', message: 'the order is not on hold' };
    case 'RejoinRequested':
      return run.children[event.id] && child(run, event.id).code === runLost
        ? undefined
        : { type: 'NotLost', message: 'the service order has not lost its run' };
  }
}

function unwantedRefusal(run: OrderRun, unwanted: Unwanted): CommandRefusal | undefined {
  if (run.unwanted) return { type: 'AbortedAlready', message: 'the order is being taken back already' };
  const { doomed } = judge({ ...run, unwanted });
  if (doomed.length > run.doomed.length) return undefined;
  const message = 'everything of the order is being taken back already, or past its point of no return';
  return { type: 'NothingToTakeBack', message };
}
