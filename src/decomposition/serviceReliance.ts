import { entryIn } from '../catalog/model.ts';
import type { Inventory, Service } from '../inventory/inventory.ts';
import { refuse } from '../order/refusal.ts';
import { isReliance, type RequestedServiceItem } from '../serviceOrder/request.ts';
import { byName, nearest } from './reliance.ts';
import type { ServiceItemDraft } from './serviceItems.ts';

/**
 * Binds each alias of a new service: to what its item relies on, a service that stands or an item of the order,
 * else to the only candidate in the order, but never to what the order takes away. Existing services keep theirs.
 */
export function serviceBindingsOf(
  draft: ServiceItemDraft,
  drafts: readonly ServiceItemDraft[],
  items: readonly RequestedServiceItem[],
  inventory: Inventory,
): Readonly<Record<string, string>> {
  if (draft.existing) return draft.existing.bindings;
  return Object.fromEntries(
    byName(draft.specification.reliesOn).map(([alias, { specification }]) => [
      alias,
      bind(alias, specification, draft, drafts, items, inventory),
    ]),
  );
}

function bind(
  alias: string,
  specification: string,
  draft: ServiceItemDraft,
  drafts: readonly ServiceItemDraft[],
  items: readonly RequestedServiceItem[],
  inventory: Inventory,
): string {
  const item = items.find(({ id }) => id === draft.item.id);
  const below = (id: string | undefined) => servicesBelow(id, specification, inventory);
  const made = (of: readonly ServiceItemDraft[]) =>
    of.filter((other) => other.action === 'add' && other.specification.id === specification);
  const named = (item?.serviceRelationships ?? []).filter(isReliance);
  const related = (item?.relationships ?? []).filter(isReliance).map(({ itemId }) => itemId);
  const idsOf = (candidates: readonly { readonly id: string }[]) => candidates.map(({ id }) => id);
  const tiers: readonly (readonly string[])[] = [
    idsOf(named.filter((other) => other.alias === alias).flatMap(({ serviceId }) => below(serviceId))),
    [
      ...idsOf(
        named.filter((other) => other.alias === undefined).flatMap(({ serviceId }) => below(serviceId)),
      ),
      ...idsOf(made(drafts.filter((other) => related.includes(other.item.id)))),
      ...idsOf(items.filter(({ id }) => related.includes(id)).flatMap(({ serviceId }) => below(serviceId))),
    ],
    [...idsOf(made(drafts)), ...idsOf(items.flatMap(({ serviceId }) => below(serviceId)))],
  ];
  const leaving = idsOf(drafts.filter(({ action }) => action === 'delete'));
  const nearby = tiers.find((tier) => tier.length > 0) ?? [];
  const [first, ...others] = [...new Set(nearby)].filter((id) => !leaving.includes(id));
  const where = { item: draft.item.id, field: 'serviceRelationship' } as const;
  const what = `${draft.specification.id} relies on a ${specification} (${alias})`;
  if (first === undefined)
    return refuse('RelianceUnbound', `${what}, and neither the item nor the order names one`, where);
  if (others.length > 0) {
    const several = [first, ...others].sort().join(', ');
    return refuse('RelianceAmbiguous', `${what}, and there are several: ${several}`, where);
  }
  return first;
}

/** The service itself if it is of the specification, else those of it that the service relies on. */
function servicesBelow(
  id: string | undefined,
  specification: string,
  inventory: Inventory,
): readonly Service[] {
  const service = entryIn(inventory.services, id ?? '');
  return service ? nearest([service], specification, inventory) : [];
}
