import { isFinal } from '../kernel/machine.ts';
import type { CommandRefusal } from '../serviceOrder/commands.ts';
import { judge } from './failure.ts';
import { orderMachine, type OrderState } from './machine.ts';
import type { OrderEvent, OrderRun } from './run.ts';

export const isCommand = ({ type }: OrderEvent): boolean => type === 'AbortRequested';

export const orderOver = (state: OrderState): CommandRefusal => ({
  type: 'OrderOver',
  message: `the order is ${state}`,
});

/** Undefined where the command is allowed now, and for all that is no command. */
export function refusalOf(run: OrderRun, event: OrderEvent): CommandRefusal | undefined {
  if (event.type !== 'AbortRequested') return undefined;
  if (isFinal(orderMachine, run.state)) return orderOver(run.state);
  if (run.aborted) return { type: 'AbortedAlready', message: 'the order is being taken back already' };
  const { doomed } = judge({ ...run, aborted: true });
  if (doomed.length > run.doomed.length) return undefined;
  const message = 'everything of the order is being taken back already, or past its point of no return';
  return { type: 'NothingToTakeBack', message };
}
