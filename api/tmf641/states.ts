import type { ServiceOrderState } from '../../src/serviceOrder/machine.ts';

/** TMF641 has one `pending`, whoever is waited for. */
export const serviceOrderStateToTmf = {
  acknowledged: 'acknowledged',
  rejected: 'rejected',
  pending: 'pending',
  pendingExternal: 'pending',
  inProgress: 'inProgress',
  held: 'held',
  assessingCancellation: 'assessingCancellation',
  pendingCancellation: 'pendingCancellation',
  cancelled: 'cancelled',
  completed: 'completed',
  failed: 'failed',
  partial: 'partial',
} as const satisfies Record<ServiceOrderState, string>;
export type TmfServiceOrderState = (typeof serviceOrderStateToTmf)[ServiceOrderState];

export const serviceOrderStateNames = [...new Set(Object.values(serviceOrderStateToTmf))] as [
  TmfServiceOrderState,
  ...TmfServiceOrderState[],
];

/** Our states that the contract's name stands for. */
export const serviceOrderStatesFromTmf = (name: string): string[] =>
  Object.entries(serviceOrderStateToTmf).flatMap(([state, tmf]) => (tmf === name ? [state] : []));
