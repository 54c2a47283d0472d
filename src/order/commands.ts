import { isFinal } from '../kernel/machine.ts';
import { type CommandRefusal, heldAlready, notOnHold, refusal } from '../serviceOrder/refusal.ts';
import { refusalBeforeStart as refusalBefore } from '../serviceOrder/wholeCommands.ts';
import { judge } from './failure.ts';
import { orderMachine, type OrderState } from './machine.ts';
import { child, inState, type OrderEvent, type OrderRun, runLost, type Unwanted } from './run.ts';

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
      return unwantedRefusal(run, 'aborted', event.past);
    case 'CancelRequested':
      if (run.cancel || run.tasks.includes(event.task))
        return { type: 'BeingCancelled', message: 'the order is being cancelled already' };
      return unwantedRefusal(run, 'cancelled');
    case 'HoldRequested':
      return run.onHold ? heldAlready : undefined;
    case 'ResumeRequested':
      return run.onHold ? undefined : notOnHold;
    case 'RejoinRequested':
      return run.children[event.id] && child(run, event.id).code === runLost ? undefined : notLost;
  }
}

/** The same, of an order that is not open: it has no service orders. */
export const refusalBeforeStart = (command: Command, onHold: boolean): CommandRefusal | undefined =>
  command.type === 'RejoinRequested' ? notLost : refusalBefore(command, onHold);

const notLost = refusal('NotLost', 'the service order has not lost its run');

/**
 * What was sent is known to the service orders and to their rows: an abort that can take back nothing else waits for
 * what these say. A cancel asks the service orders themselves.
 */
export function hangsOnRows(run: OrderRun, event: OrderEvent): boolean {
  if (event.type !== 'AbortRequested' || refusalOf(run, event)) return false;
  const begun = inState(run, 'running', 'held', 'releasing', 'stopping');
  const past = run.plan.serviceOrders.filter(({ id, irreversible }) => irreversible && begun.includes(id));
  return refusalOf(run, { ...event, past: past.map(({ id }) => id) }) !== undefined;
}

const abortedAlready = ({ onHold }: OrderRun): CommandRefusal => {
  const message = 'the order is being taken back already';
  return { type: 'AbortedAlready', message: onHold ? `${message}, and is on hold: resume it` : message };
};

function unwantedRefusal(
  run: OrderRun,
  unwanted: Unwanted,
  past: readonly string[] = [],
): CommandRefusal | undefined {
  if (run.unwanted) return abortedAlready(run);
  const { doomed } = judge({ ...run, unwanted, standing: [...run.standing, ...past] });
  if (doomed.some((id) => !run.doomed.includes(id))) return undefined;
  const message = 'everything of the order is being taken back already, or past its point of no return';
  return { type: 'NothingToTakeBack', message };
}
