import type { Machine } from '../kernel/machine.ts';

export const cancelTaskStates = ['acknowledged', 'inProgress', 'done', 'terminatedWithError'] as const;
export type CancelTaskState = (typeof cancelTaskStates)[number];

export type CancelTaskArrow = 'Assessing' | 'Done' | 'Refused';

/** A wish to cancel: assessed by the order's run, and over when the order is, or when it was refused. */
export const cancelTaskMachine = {
  acknowledged: { Assessing: 'inProgress', Done: 'done', Refused: 'terminatedWithError' },
  inProgress: { Done: 'done', Refused: 'terminatedWithError' },
  done: {},
  terminatedWithError: {},
} as const satisfies Machine<CancelTaskState, CancelTaskArrow>;
