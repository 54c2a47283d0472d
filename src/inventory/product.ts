import type { Machine } from '../kernel/machine.ts';
import type { ServiceAction } from '../decomposition/plan.ts';

export const productStatuses = [
  'created',
  'pendingActive',
  'active',
  'suspended',
  'pendingTerminate',
  'terminated',
  'cancelled',
  'aborted',
] as const;
export type ProductStatus = (typeof productStatuses)[number];

export type ProductArrow =
  | 'Activating'
  | 'Activated'
  | 'Suspended'
  | 'Resumed'
  | 'Ending'
  | 'EndingGivenUp'
  | 'Terminated'
  | 'Cancelled'
  | 'Aborted';

export const productMachine = {
  created: { Activating: 'pendingActive' },
  pendingActive: { Activated: 'active', Cancelled: 'cancelled', Aborted: 'aborted' },
  active: { Suspended: 'suspended', Ending: 'pendingTerminate' },
  suspended: { Resumed: 'active' },
  pendingTerminate: { EndingGivenUp: 'active', Terminated: 'terminated' },
  terminated: {},
  cancelled: {},
  aborted: {},
} as const satisfies Machine<ProductStatus, ProductArrow>;

/** What happens to a product when its order opens, and how its item ends. */
export const whenOpened: Readonly<Record<ServiceAction, ProductArrow | null>> = {
  add: 'Activating',
  modify: null,
  delete: 'Ending',
};

export const whenCompleted: Readonly<Record<ServiceAction, ProductArrow | null>> = {
  add: 'Activated',
  modify: null,
  delete: 'Terminated',
};

export const whenCancelled: Readonly<Record<ServiceAction, ProductArrow | null>> = {
  add: 'Cancelled',
  modify: null,
  delete: 'EndingGivenUp',
};

export const whenFailed: Readonly<Record<ServiceAction, ProductArrow | null>> = {
  add: 'Aborted',
  modify: null,
  delete: 'EndingGivenUp',
};
