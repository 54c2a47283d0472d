import { isFinal } from '../kernel/machine.ts';
import type { CommandRefusal } from '../serviceOrder/commands.ts';
import type { Control } from '../serviceOrder/run.ts';
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

/** What is not begun has nothing to take back, and no service orders. */
export function refusalBeforeStart({ type }: Command, onHold: boolean): CommandRefusal | undefined {
  if (type === 'HoldRequested' && onHold) return heldAlready;
  if (type === 'ResumeRequested' && !onHold) return notOnHold;
  return type === 'RejoinRequested' ? notLost : undefined;
}

/** What is kept of a command that was given before the order was open. */
export function controlOf(command: Command): Control | undefined {
  switch (command.type) {
    case 'AbortRequested':
      return { type: 'aborted', audit: command.audit };
    case 'CancelRequested':
      return { type: 'cancelAccepted', task: command.task };
    case 'HoldRequested':
      return { type: 'held', audit: command.audit };
    case 'ResumeRequested':
      return { type: 'resumed', audit: command.audit };
    case 'RejoinRequested':
      return undefined;
  }
}

const heldAlready: CommandRefusal = { type: 'HeldAlready', message: 'the order is on hold already' };
const notOnHold: CommandRefusal = { type: 'NotOnHold', message: 'the order is not on hold' };
const notLost: CommandRefusal = { type: 'NotLost', message: 'the service order has not lost its run' };

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

function unwantedRefusal(
  run: OrderRun,
  unwanted: Unwanted,
  past: readonly string[] = [],
): CommandRefusal | undefined {
  if (run.unwanted) return { type: 'AbortedAlready', message: 'the order is being taken back already' };
  const { doomed } = judge({ ...run, unwanted, standing: [...run.standing, ...past] });
  if (doomed.some((id) => !run.doomed.includes(id))) return undefined;
  const message = 'everything of the order is being taken back already, or past its point of no return';
  return { type: 'NothingToTakeBack', message };
}
