import type { Machine } from '../kernel/machine.ts';

export const orderStates = [
  'acknowledged',
  'rejected',
  'pending',
  'inProgress',
  'held',
  'assessingCancellation',
  'pendingCancellation',
  'cancelled',
  'completed',
  'failed',
  'partial',
] as const;
export type OrderState = (typeof orderStates)[number];

export const itemStates = orderStates.filter((state) => state !== 'partial');
export type ItemState = Exclude<OrderState, 'partial'>;

export const actions = ['add', 'modify', 'delete', 'noChange'] as const;
export type Action = (typeof actions)[number];

export type OrderArrow =
  | 'Rejected'
  | 'Started'
  | 'Pended'
  | 'Unpended'
  | 'Held'
  | 'Resumed'
  | 'CancellationRequested'
  | 'CancellationRefusedBeforeStart'
  | 'CancellationRefused'
  | 'CancellationRefusedWhilePending'
  | 'CancellationRefusedWhileHeld'
  | 'CancellationAccepted'
  | 'Cancelled'
  | 'Completed'
  | 'Failed'
  | 'PartlyCompleted';

export const orderMachine = {
  acknowledged: {
    Rejected: 'rejected',
    Started: 'inProgress',
    CancellationRequested: 'assessingCancellation',
  },
  pending: { Unpended: 'inProgress', CancellationRequested: 'assessingCancellation', Cancelled: 'cancelled' },
  inProgress: {
    Pended: 'pending',
    Held: 'held',
    CancellationRequested: 'assessingCancellation',
    Completed: 'completed',
    Failed: 'failed',
    PartlyCompleted: 'partial',
  },
  held: {
    Resumed: 'inProgress',
    CancellationRequested: 'assessingCancellation',
    CancellationAccepted: 'pendingCancellation',
    Cancelled: 'cancelled',
    Failed: 'failed',
    PartlyCompleted: 'partial',
  },
  assessingCancellation: {
    CancellationRefusedBeforeStart: 'acknowledged',
    CancellationRefused: 'inProgress',
    CancellationRefusedWhilePending: 'pending',
    CancellationRefusedWhileHeld: 'held',
    CancellationAccepted: 'pendingCancellation',
  },
  pendingCancellation: { Held: 'held', Cancelled: 'cancelled', PartlyCompleted: 'partial' },
  rejected: {},
  cancelled: {},
  completed: {},
  failed: {},
  partial: {},
} as const satisfies Machine<OrderState, OrderArrow>;

export type ItemArrow = Exclude<OrderArrow, 'PartlyCompleted'>;

export const itemMachine = {
  acknowledged: orderMachine.acknowledged,
  pending: orderMachine.pending,
  inProgress: {
    Pended: 'pending',
    Held: 'held',
    CancellationRequested: 'assessingCancellation',
    Completed: 'completed',
    Failed: 'failed',
  },
  held: {
    Resumed: 'inProgress',
    CancellationRequested: 'assessingCancellation',
    CancellationAccepted: 'pendingCancellation',
    Cancelled: 'cancelled',
    Failed: 'failed',
  },
  assessingCancellation: orderMachine.assessingCancellation,
  pendingCancellation: { Held: 'held', Cancelled: 'cancelled' },
  rejected: {},
  cancelled: {},
  completed: {},
  failed: {},
} as const satisfies Machine<ItemState, ItemArrow>;
