import { findCycle } from '../catalog/cycles.ts';
import { type Catalog, entryIn } from '../catalog/model.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { RequestedItem } from './order.ts';
import { refuse } from './refusal.ts';

/** The items in one flat list, related soundly, every bundle with its parts. Refuses by `refuse`. */
export function soundItems(
  given: readonly RequestedItem[],
  catalog: Catalog,
  inventory: Inventory,
): readonly RequestedItem[] {
  if (given.length === 0) refuse('OrderEmpty', 'an order needs at least one item');
  checkIds(given);
  const nested = withParents(given);
  checkCycles(nested);
  return withParts(nested, catalog, inventory);
}

/** What items say of each other, whatever they order. */
export type RelatedItem = Pick<RequestedItem, 'id' | 'relationships'>;

export function checkIds(items: readonly RelatedItem[]): void {
  const ids = new Set<string>();
  for (const { id } of items) {
    if (ids.has(id)) refuse('ItemDuplicate', `two items have the id ${id}`, { item: id, field: 'id' });
    ids.add(id);
  }
  for (const item of items) {
    const dangling = item.relationships.find(({ itemId }) => !ids.has(itemId));
    if (dangling) {
      const message = `item ${item.id} names item ${dangling.itemId}, which the order does not have`;
      refuse('RelationshipDangling', message, { item: item.id, field: 'relationship' });
    }
  }
}

/** A `bundles` relationship says the same as nesting: the named item is a part of this one. */
function withParents(items: readonly RequestedItem[]): RequestedItem[] {
  const parents = new Map<string, string>();
  for (const item of items) {
    for (const { type, itemId } of item.relationships) if (type === 'bundles') parents.set(itemId, item.id);
    for (const { type, itemId } of item.relationships) if (type === 'bundledBy') parents.set(item.id, itemId);
  }
  return items.map((item) => {
    const parent = item.parent ?? parents.get(item.id);
    return parent === undefined ? item : { ...item, parent };
  });
}

function checkCycles(items: readonly RequestedItem[]): void {
  const edges = new Map(
    items.map((item) => [
      item.id,
      [
        ...item.relationships.filter(({ type }) => type === 'reliesOn').map(({ itemId }) => itemId),
        ...(item.parent === undefined ? [] : [item.parent]),
      ],
    ]),
  );
  refuseCircle(edges);
}

/** Item → the items it waits for. */
export function refuseCircle(edges: ReadonlyMap<string, readonly string[]>): void {
  const cycle = findCycle([...edges.keys()], (id) => edges.get(id) ?? []);
  if (cycle === undefined) return;
  const [first = ''] = cycle;
  refuse('RelationshipCyclic', `items rely on each other in a circle: ${cycle.slice(0, 20).join(' → ')}`, {
    item: first,
    field: 'relationship',
  });
}

/** Gives a bundle without parts the parts its offering names (add) or its product has (delete). */
function withParts(items: readonly RequestedItem[], catalog: Catalog, inventory: Inventory): RequestedItem[] {
  const taken = new Set(items.map(({ id }) => id));
  const freshId = (parent: string): string => {
    for (let number = 1; ; number++) {
      const id = `${parent}.${number}`;
      if (!taken.has(id) && taken.add(id)) return id;
    }
  };
  const isBundle = new Set(items.map(({ parent }) => parent));
  const named = new Set(items.map(({ productId }) => productId));
  const expand = (item: RequestedItem): RequestedItem[] => {
    if (item.action === 'add' && isBundle.has(item.id)) return [item];
    const parts =
      item.action === 'add' ? offeredParts(item, catalog) : item.action === 'delete' ? ownedParts(item) : [];
    return [item, ...parts.flatMap((part) => expand({ ...part, id: freshId(item.id), parent: item.id }))];
  };
  const ownedParts = (item: RequestedItem): Omit<RequestedItem, 'id'>[] =>
    (entryIn(inventory.products, item.productId ?? '')?.bundles ?? [])
      .filter((part) => !named.has(part) && inventory.products[part]?.status === 'active')
      .map((productId) => ({ ...blank, action: 'delete', productId }));
  const itemsById = new Map(items.map((item) => [item.id, item]));
  return items.flatMap((item) => {
    checkPart(item, itemsById.get(item.parent ?? ''), catalog);
    return expand(item);
  });
}

const blank = {
  quantity: 1,
  characteristics: {},
  relationships: [],
  productRelationships: [],
  carried: {},
} as const;

const offeredParts = (item: RequestedItem, catalog: Catalog): Omit<RequestedItem, 'id'>[] =>
  (entryIn(catalog.productOfferings, item.offering ?? '')?.bundles ?? []).map(({ offering }) => ({
    ...blank,
    action: 'add',
    quantity: item.quantity,
    offering,
    productRelationships: item.productRelationships,
    carried: 'place' in item.carried ? { place: item.carried.place } : {},
  }));

function checkPart(item: RequestedItem, bundle: RequestedItem | undefined, catalog: Catalog): void {
  if (bundle?.action !== 'add' || item.action !== 'add') return;
  const parts = entryIn(catalog.productOfferings, bundle.offering ?? '')?.bundles;
  if (parts !== undefined && !parts.some(({ offering }) => offering === item.offering)) {
    const message = `${item.offering} is not a part of the bundle ${bundle.offering}`;
    refuse('BundlePartUnexpected', message, { item: item.id, field: 'offering' });
  }
  if (item.quantity % bundle.quantity !== 0) {
    const message = `${bundle.quantity} bundles cannot share ${item.quantity} parts evenly`;
    refuse('QuantityInvalid', message, { item: item.id, field: 'quantity' });
  }
}
