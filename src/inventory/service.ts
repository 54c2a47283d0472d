import type { Machine } from '../kernel/machine.ts';
import type { ServiceAction } from '../decomposition/plan.ts';

export const serviceStates = [
  'feasibilityChecked',
  'designed',
  'reserved',
  'inactive',
  'active',
  'terminated',
] as const;
export type ServiceState = (typeof serviceStates)[number];

export type ServiceArrow = 'Reserved' | 'Activated' | 'Deactivated' | 'Terminated' | 'Designed';

export const serviceMachine = {
  feasibilityChecked: {
    Designed: 'designed',
    Reserved: 'reserved',
    Deactivated: 'inactive',
    Activated: 'active',
  },
  designed: { Reserved: 'reserved', Deactivated: 'inactive', Activated: 'active', Terminated: 'terminated' },
  reserved: { Designed: 'designed', Deactivated: 'inactive', Activated: 'active' },
  inactive: { Activated: 'active' },
  active: { Deactivated: 'inactive', Terminated: 'terminated' },
  terminated: {},
} as const satisfies Machine<ServiceState, ServiceArrow>;

/** What a completed service item does to its service. */
export const serviceWhenCompleted: Readonly<Record<ServiceAction, ServiceArrow | null>> = {
  add: 'Activated',
  modify: null,
  delete: 'Terminated',
};

/** What becomes of a service whose item was taken back or never began. */
export const serviceWhenGivenUp: Readonly<Record<ServiceAction, ServiceArrow | null>> = {
  add: 'Terminated',
  modify: null,
  delete: null,
};
