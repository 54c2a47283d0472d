import { claimedAs, type Inventory } from '../inventory/inventory.ts';
import type { Plan, PlannedServiceOrder } from './plan.ts';
import type { ProductDraft } from './products.ts';

/** Exclusive on what the order makes, changes, ends or applies again; shared on what that relies on. */
export const claimsOf = (
  products: readonly ProductDraft[],
  serviceOrders: readonly PlannedServiceOrder[],
  inventory: Inventory,
): Plan['claims'] =>
  claimsOn(
    [...products.map(({ id }) => id), ...serviceOrders.map(({ product }) => product)],
    serviceOrders,
    inventory,
  );

/** In id order. */
export function claimsOn(
  changed: readonly string[],
  changes: readonly Pick<PlannedServiceOrder, 'action' | 'bindings'>[],
  inventory: Inventory,
): Plan['claims'] {
  const exclusive = new Set(changed);
  const foundations = changes
    .filter(({ action }) => action !== 'delete')
    .flatMap(({ bindings }) => Object.values(bindings))
    .flatMap((id) => inventory.services[id] ?? [])
    .map(claimedAs);
  const shared = new Set(foundations.filter((id) => !exclusive.has(id)));
  return { exclusive: [...exclusive].sort(), shared: [...shared].sort() };
}
