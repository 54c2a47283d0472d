import type { Inventory } from '../inventory/inventory.ts';
import type { Plan, PlannedServiceOrder } from './plan.ts';
import type { ProductDraft } from './products.ts';

/** Exclusive on what the order makes, changes, ends or applies again; shared on what that relies on. In id order. */
export function claimsOf(
  products: readonly ProductDraft[],
  serviceOrders: readonly PlannedServiceOrder[],
  inventory: Inventory,
): Plan['claims'] {
  const exclusive = new Set([
    ...products.map(({ id }) => id),
    ...serviceOrders.map(({ product }) => product),
  ]);
  const foundations = serviceOrders
    .filter(({ action }) => action !== 'delete')
    .flatMap(({ bindings }) => Object.values(bindings))
    .map((service) => inventory.services[service]?.product);
  const shared = new Set(foundations.filter((id): id is string => id !== undefined && !exclusive.has(id)));
  return { exclusive: [...exclusive].sort(), shared: [...shared].sort() };
}
