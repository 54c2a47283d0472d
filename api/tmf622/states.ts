import type { ItemState, OrderState } from '../../src/order/machine.ts';

/** The states of TMF622 v4, which are ours; v4 items know no `partial`. */
export const orderStateToTmf = {
  acknowledged: 'acknowledged',
  rejected: 'rejected',
  pending: 'pending',
  inProgress: 'inProgress',
  held: 'held',
  assessingCancellation: 'assessingCancellation',
  pendingCancellation: 'pendingCancellation',
  cancelled: 'cancelled',
  completed: 'completed',
  failed: 'failed',
  partial: 'partial',
} as const satisfies Record<OrderState, string>;
export type TmfOrderState = (typeof orderStateToTmf)[OrderState];

const { partial: _, ...ofItems } = orderStateToTmf;
export const itemStateToTmf = ofItems satisfies Record<ItemState, string>;
export type TmfItemState = (typeof itemStateToTmf)[ItemState];

export const orderStateNames = Object.values(orderStateToTmf) as [TmfOrderState, ...TmfOrderState[]];
export const itemStateNames = Object.values(itemStateToTmf) as [TmfItemState, ...TmfItemState[]];
