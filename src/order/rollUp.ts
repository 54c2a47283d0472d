import { isFinal } from '../kernel/machine.ts';
import { itemMachine, type ItemState, type OrderState } from './machine.ts';

export interface ControlFlags {
  /** Something can still move without a person. */
  readonly moving: boolean;
  readonly operatorHold: boolean;
  readonly cancellation: 'none' | 'assessing' | 'accepted';
  /** Of an item that failed or was cancelled something stands, past its point of no return. */
  readonly stands?: boolean;
}

/** The order's state as its items and flags make it; the order of the items does not matter. */
export function rollUp(items: readonly ItemState[], flags: ControlFlags): OrderState {
  const every = (state: ItemState) => items.every((item) => item === state);
  const some = (state: ItemState) => items.includes(state);

  if (items.every((item) => isFinal(itemMachine, item))) {
    if (every('completed')) return 'completed';
    if (every('rejected')) return 'rejected';
    if (flags.stands) return 'partial';
    if (every('cancelled')) return 'cancelled';
    if (some('completed') || (some('cancelled') && some('failed'))) return 'partial';
    return 'failed';
  }
  if (flags.cancellation === 'assessing') return 'assessingCancellation';
  if (flags.operatorHold || (some('held') && !flags.moving)) return 'held';
  if (flags.cancellation === 'accepted') return 'pendingCancellation';
  if (every('acknowledged')) return 'acknowledged';
  if (some('pending') && !flags.moving) return 'pending';
  return 'inProgress';
}
