import { entryIn } from '../catalog/model.ts';
import { claimedAs, type Inventory, type Service } from '../inventory/inventory.ts';
import { refuse } from '../order/refusal.ts';
import type { RequestedItem } from '../order/order.ts';
import type { ServiceDraft } from './services.ts';

/** A service that may be relied on: one of this order, or one that stands already. */
interface Candidate {
  readonly id: string;
  /** What it is called in a refusal. */
  readonly product: string;
  readonly item?: string;
  readonly instance?: number;
}

/**
 * Binds each alias of a new service: to what its item relies on, else to what its product relies on, else to
 * the only candidate in the order, but never to what the order takes away. Existing services keep theirs.
 */
export function bindingsOf(
  draft: ServiceDraft,
  drafts: readonly ServiceDraft[],
  items: readonly RequestedItem[],
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

/** Whatever the order in which they were written down: the first that cannot be bound is told. */
export const byName = <T>(entries: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));

function bind(
  alias: string,
  specification: string,
  draft: ServiceDraft,
  drafts: readonly ServiceDraft[],
  items: readonly RequestedItem[],
  inventory: Inventory,
): string {
  const { item, instance, existing } = draft.product;
  const standing = drafts.filter(
    (other) => other.specification.id === specification && other.action !== 'delete',
  );
  const inOrder = standing.map(
    (other): Candidate => ({
      id: other.id,
      product: other.product.id,
      item: other.product.item.id,
      instance: other.product.instance,
    }),
  );
  const context = items.flatMap((other) =>
    other.action === 'noChange' ? servicesBehind(other.productId, specification, inventory) : [],
  );

  const related = item.relationships.filter(({ type }) => type === 'reliesOn').map(({ itemId }) => itemId);
  const relatedProducts = items.flatMap(({ id, productId }) =>
    related.includes(id) && productId ? [productId] : [],
  );
  const named = item.productRelationships
    .filter(({ type }) => type === 'reliesOn')
    .map(({ productId }) => productId);
  const leaving = new Set(drafts.filter(({ action }) => action === 'delete').map(({ id }) => id));

  const tiers: readonly (readonly Candidate[])[] = [
    [
      ...inOrder.filter((other) => other.item !== undefined && related.includes(other.item)),
      ...relatedProducts.flatMap((id) => servicesBehind(id, specification, inventory)),
    ],
    named.flatMap((id) => servicesBehind(id, specification, inventory)),
    (existing?.reliesOn ?? []).flatMap((id) => servicesBehind(id, specification, inventory)),
    [...inOrder, ...context],
  ];
  const candidates = unique(tiers.find((tier) => tier.length > 0) ?? []).filter(({ id }) => !leaving.has(id));
  const [first, ...others] = sameInstance(candidates, instance, draft.product.item.quantity);
  const where = { item: item.id, field: 'productRelationship' } as const;
  const what = `${draft.specification.id} relies on a ${specification} (${alias})`;
  if (first === undefined)
    return refuse('RelianceUnbound', `${what}, and neither the item nor the order names one`, where);
  if (others.length > 0) {
    const products = [first, ...others].map(({ product }) => product).sort();
    return refuse('RelianceAmbiguous', `${what}, and there are several: ${products.join(', ')}`, where);
  }
  return first.id;
}

/** Items of the same quantity are matched one to one, in their order. */
function sameInstance(
  candidates: readonly Candidate[],
  instance: number,
  quantity: number,
): readonly Candidate[] {
  const items = new Set(candidates.map(({ item }) => item));
  const ofOneItem = items.size === 1 && !items.has(undefined);
  const onePerInstance = ofOneItem && candidates.length === quantity && quantity > 1;
  return onePerInstance ? candidates.filter((candidate) => candidate.instance === instance) : candidates;
}

/**
 * The services of a specification that a product stands for: its own, those of its parts, else those
 * that its services rely on themselves. So naming the static IP names the fibre below it, too.
 */
function servicesBehind(
  productId: string | undefined,
  specification: string,
  inventory: Inventory,
): Candidate[] {
  const product = entryIn(inventory.products, productId ?? '');
  if (product === undefined) return [];
  const family = [product.id, ...product.bundles];
  const own = Object.values(inventory.services).filter((service) => family.includes(claimedAs(service)));
  return nearest(own, specification, inventory).map((found) => ({ id: found.id, product: claimedAs(found) }));
}

/** The services of a specification among these, else among those that these rely on, and so on downwards. */
export function nearest(
  services: readonly Service[],
  specification: string,
  inventory: Inventory,
): readonly Service[] {
  let layer = services;
  for (let depth = 0; layer.length > 0 && depth < depthMax; depth++) {
    const found = layer.filter((service) => service.specification === specification && isUsable(service));
    if (found.length > 0) return found;
    const below = layer.flatMap(({ bindings }) => Object.values(bindings));
    layer = Object.values(inventory.services).filter(({ id }) => below.includes(id));
  }
  return [];
}

const depthMax = 20;
const isUsable = (service: Service): boolean => service.state === 'active';

const unique = (candidates: readonly Candidate[]): Candidate[] => [
  ...new Map(candidates.map((candidate) => [candidate.id, candidate])).values(),
];
