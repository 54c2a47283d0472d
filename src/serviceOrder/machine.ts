import type { Machine } from '../kernel/machine.ts';

export const serviceOrderStates = [
  'acknowledged',
  'rejected',
  'pending',
  'pendingExternal',
  'inProgress',
  'held',
  'assessingCancellation',
  'pendingCancellation',
  'cancelled',
  'completed',
  'failed',
  'partial',
] as const;
export type ServiceOrderState = (typeof serviceOrderStates)[number];

export type ServiceOrderArrow =
  | 'Rejected'
  | 'Started'
  | 'Pended'
  | 'Unpended'
  | 'WaitsOutside'
  | 'ReportedBack'
  | 'Held'
  | 'Resumed'
  | 'CancellationRequested'
  | 'CancellationRefusedBeforeStart'
  | 'CancellationRefused'
  | 'CancellationRefusedWhilePending'
  | 'CancellationRefusedWhileWaiting'
  | 'CancellationRefusedWhileHeld'
  | 'CancellationAccepted'
  | 'Cancelled'
  | 'Completed'
  | 'Failed'
  | 'PartlyCompleted';

export const serviceOrderMachine = {
  acknowledged: {
    Rejected: 'rejected',
    Started: 'inProgress',
    CancellationRequested: 'assessingCancellation',
    Cancelled: 'cancelled',
  },
  pending: { Unpended: 'inProgress', CancellationRequested: 'assessingCancellation', Cancelled: 'cancelled' },
  pendingExternal: {
    ReportedBack: 'inProgress',
    Held: 'held',
    CancellationRequested: 'assessingCancellation',
    Failed: 'failed',
  },
  inProgress: {
    Pended: 'pending',
    WaitsOutside: 'pendingExternal',
    Held: 'held',
    CancellationRequested: 'assessingCancellation',
    Cancelled: 'cancelled',
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
    CancellationRefusedWhileWaiting: 'pendingExternal',
    CancellationRefusedWhileHeld: 'held',
    CancellationAccepted: 'pendingCancellation',
  },
  pendingCancellation: { Held: 'held', Cancelled: 'cancelled', PartlyCompleted: 'partial' },
  rejected: {},
  cancelled: {},
  completed: {},
  failed: {},
  partial: {},
} as const satisfies Machine<ServiceOrderState, ServiceOrderArrow>;

const endArrows = { completed: 'Completed', failed: 'Failed', cancelled: 'Cancelled' } as const;

/** The contract's arrows to an end: what never moved has begun first, and a cancellation does not fail by itself. */
export const arrowsToEnd = (
  from: ServiceOrderState,
  outcome: keyof typeof endArrows,
): readonly ServiceOrderArrow[] => {
  const arrow = endArrows[outcome];
  if (from === 'acknowledged' && outcome !== 'cancelled') return ['Started', arrow];
  return from === 'pendingCancellation' && outcome === 'failed' ? ['Held', arrow] : [arrow];
};

export const stepStates = [
  'waiting',
  'attempting',
  'accepted',
  'inDoubt',
  'done',
  'refused',
  'held',
  'skipped',
  'undoing',
  'undone',
  'leftBehind',
] as const;
export type StepState = (typeof stepStates)[number];

export type StepArrow =
  | 'Attempted'
  | 'Accepted'
  | 'Doubted'
  | 'Deferred'
  | 'Done'
  | 'Refused'
  | 'Held'
  | 'Skipped'
  | 'UndoStarted'
  | 'Undone'
  | 'LeftBehind';

/**
 * `Deferred`: an attempt ended without effect and without a verdict; the step waits for its next try.
 * `Held` out of `attempting`: the attempt broke off by a defect, and nobody recorded its end.
 */
export const stepMachine = {
  waiting: { Attempted: 'attempting', Held: 'held', Skipped: 'skipped', UndoStarted: 'undoing' },
  attempting: {
    Accepted: 'accepted',
    Doubted: 'inDoubt',
    Deferred: 'waiting',
    Done: 'done',
    Refused: 'refused',
    Held: 'held',
    UndoStarted: 'undoing',
  },
  accepted: {
    Attempted: 'attempting',
    Doubted: 'inDoubt',
    Done: 'done',
    Refused: 'refused',
    Held: 'held',
    UndoStarted: 'undoing',
  },
  inDoubt: { Attempted: 'attempting', Done: 'done', Held: 'held', UndoStarted: 'undoing' },
  refused: { Attempted: 'attempting', Held: 'held', Skipped: 'skipped', UndoStarted: 'undoing' },
  held: {
    Attempted: 'attempting',
    Done: 'done',
    Skipped: 'skipped',
    UndoStarted: 'undoing',
    LeftBehind: 'leftBehind',
  },
  done: { UndoStarted: 'undoing' },
  undoing: { Undone: 'undone', Held: 'held', LeftBehind: 'leftBehind' },
  skipped: {},
  undone: {},
  leftBehind: {},
} as const satisfies Machine<StepState, StepArrow>;
