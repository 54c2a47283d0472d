import type { ServiceState } from '../../src/inventory/service.ts';

/** The states of TMF638 v4, which are ours. */
export const serviceStateToTmf = {
  feasibilityChecked: 'feasibilityChecked',
  designed: 'designed',
  reserved: 'reserved',
  inactive: 'inactive',
  active: 'active',
  terminated: 'terminated',
} as const satisfies Record<ServiceState, string>;
export type TmfServiceState = (typeof serviceStateToTmf)[ServiceState];

export const serviceStateNames = Object.values(serviceStateToTmf) as [TmfServiceState, ...TmfServiceState[]];
