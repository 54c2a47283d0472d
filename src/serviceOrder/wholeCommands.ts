import { unreachable } from '../kernel/assert.ts';
import { type CommandRefusal, heldAlready, notOnHold } from './refusal.ts';
import type { Control } from './run.ts';

/** What a person or a client may want of an order as a whole, be it a product order or a service order of its own. */
export type WholeCommand =
  | { readonly type: 'AbortRequested'; readonly audit: string }
  | { readonly type: 'HoldRequested' | 'ResumeRequested'; readonly audit?: string }
  | { readonly type: 'CancelRequested'; readonly task: string };

/** What is not begun has nothing to take back. */
export function refusalBeforeStart({ type }: WholeCommand, onHold: boolean): CommandRefusal | undefined {
  if (type === 'HoldRequested' && onHold) return heldAlready;
  return type === 'ResumeRequested' && !onHold ? notOnHold : undefined;
}

/** What is kept of a command that was given before the order began. */
export function controlOf(command: WholeCommand): Control {
  switch (command.type) {
    case 'AbortRequested':
      return { type: 'aborted', audit: command.audit };
    case 'CancelRequested':
      return { type: 'cancelAccepted', task: command.task };
    case 'HoldRequested':
      return { type: 'held', audit: command.audit ?? '' };
    case 'ResumeRequested':
      return { type: 'resumed', audit: command.audit ?? '' };
    default:
      return unreachable(command);
  }
}
