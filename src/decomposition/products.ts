import { resolveCharacteristics } from '../catalog/characteristics.ts';
import { type Catalog, entryIn, type ProductOffering, type ProductSpecification } from '../catalog/model.ts';
import type { Inventory, Product } from '../inventory/inventory.ts';
import { derivedId } from '../kernel/ids.ts';
import { must } from '../kernel/assert.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { RequestedItem } from '../order/order.ts';
import { refuse } from '../order/refusal.ts';
import type { ServiceAction } from './plan.ts';

/** One product that the order makes, changes or ends. */
export interface ProductDraft {
  readonly id: string;
  readonly item: RequestedItem;
  readonly instance: number;
  readonly action: ServiceAction;
  readonly offering: string;
  readonly specification: ProductSpecification;
  readonly characteristics: JsonObject;
  readonly existing?: Product;
}

const quantityMax = 1_000;
const productsMax = 10_000;

export function draftProducts(
  orderId: string,
  items: readonly RequestedItem[],
  catalog: Catalog,
  inventory: Inventory,
): ProductDraft[] {
  checkNamedOnce(items);
  checkSize(items);
  const drafts = items.flatMap((item) => draftsOf(orderId, item, catalog, inventory));
  return [...drafts, ...emptiedBundles(drafts, inventory, catalog)];
}

/** Before anything is made of them: quantities multiply. */
function checkSize(items: readonly RequestedItem[]): void {
  const products = items.reduce((sum, { quantity }) => sum + Math.min(Math.max(quantity, 0), quantityMax), 0);
  if (products > productsMax) {
    refuse('PlanTooLarge', `the order names ${products} products; at most ${productsMax} are possible`);
  }
}

function checkNamedOnce(items: readonly RequestedItem[]): void {
  const seen = new Set<string>();
  for (const { id, productId } of items) {
    if (productId === undefined) continue;
    if (seen.has(productId)) {
      refuse('ProductTwice', `two items name the product ${productId}`, { item: id, field: 'product' });
    }
    seen.add(productId);
  }
}

function draftsOf(
  orderId: string,
  item: RequestedItem,
  catalog: Catalog,
  inventory: Inventory,
): ProductDraft[] {
  switch (item.action) {
    case 'add':
      return draftAdds(orderId, item, catalog);
    case 'modify':
      return [draftModify(item, catalog, inventory)];
    case 'delete':
      return [draftDelete(item, catalog, inventory)];
    case 'noChange':
      if (item.productId !== undefined) productOf(item, inventory);
      return [];
  }
}

function draftAdds(orderId: string, item: RequestedItem, catalog: Catalog): ProductDraft[] {
  const offering = offeringOf(item, catalog);
  if (offering.lifecycle === 'retired') {
    refuse('OfferingRetired', `${offering.id} is retired and cannot be ordered`, {
      item: item.id,
      field: 'offering',
    });
  }
  if (!Number.isInteger(item.quantity) || item.quantity < 1 || item.quantity > quantityMax) {
    const message = `a quantity is a whole number from 1 to ${quantityMax}`;
    refuse('QuantityInvalid', message, { item: item.id, field: 'quantity' });
  }
  const specification = specificationOf(offering.specification, catalog);
  const characteristics = characteristicsOf(item, specification, offering);
  return Array.from({ length: item.quantity }, (_, instance) => ({
    id: derivedId(orderId, item.id, instance, 'product'),
    item,
    instance,
    action: 'add',
    offering: offering.id,
    specification,
    characteristics,
  }));
}

function draftModify(item: RequestedItem, catalog: Catalog, inventory: Inventory): ProductDraft {
  const existing = activeProductOf(item, inventory);
  checkSingle(item);
  const offering = offeringOf({ ...item, offering: item.offering ?? existing.offering }, catalog);
  if (offering.specification !== existing.specification) {
    const message = `${offering.id} is of ${offering.specification}, the product is of ${existing.specification}`;
    refuse('OfferingOfOtherSpecification', message, { item: item.id, field: 'offering' });
  }
  const specification = specificationOf(existing.specification, catalog);
  const characteristics = characteristicsOf(item, specification, offering, existing.characteristics);
  const { id } = existing;
  return {
    id,
    item,
    instance: 0,
    action: 'modify',
    offering: offering.id,
    specification,
    characteristics,
    existing,
  };
}

function draftDelete(item: RequestedItem, catalog: Catalog, inventory: Inventory): ProductDraft {
  const existing = activeProductOf(item, inventory);
  checkSingle(item);
  return deletion(existing, item, catalog);
}

const deletion = (existing: Product, item: RequestedItem, catalog: Catalog): ProductDraft => ({
  id: existing.id,
  item,
  instance: 0,
  action: 'delete',
  offering: existing.offering,
  specification:
    entryIn(catalog.productSpecifications, existing.specification) ?? gone(existing.specification),
  characteristics: existing.characteristics,
  existing,
});

/** A delete works from the inventory alone, so a specification that is no longer in the catalogue is no obstacle. */
const gone = (id: string): ProductSpecification => ({
  kind: 'productSpecification',
  id,
  name: id,
  version: '',
  characteristics: {},
  services: [],
});

/** A bundle whose last part goes, goes with it; it belongs to the item that takes the last part. */
function emptiedBundles(
  drafts: readonly ProductDraft[],
  inventory: Inventory,
  catalog: Catalog,
): ProductDraft[] {
  const ending = new Set(drafts.filter(({ action }) => action === 'delete').map(({ id }) => id));
  const emptied = Object.values(inventory.products).flatMap((bundle) => {
    if (bundle.status !== 'active' || ending.has(bundle.id) || bundle.bundles.length === 0) return [];
    const staying = bundle.bundles.filter(
      (part) => inventory.products[part]?.status === 'active' && !ending.has(part),
    );
    const leaving = drafts.filter(({ id }) => ending.has(id) && bundle.bundles.includes(id));
    const last = leaving.at(-1);
    return last === undefined || staying.length > 0 ? [] : [deletion(bundle, last.item, catalog)];
  });
  if (emptied.length === 0) return [];
  emptied.sort((left, right) => (left.id < right.id ? -1 : 1));
  return [...emptied, ...emptiedBundles([...drafts, ...emptied], inventory, catalog)];
}

function offeringOf(item: RequestedItem, catalog: Catalog): ProductOffering {
  const where = { item: item.id, field: 'offering' } as const;
  if (item.offering === undefined)
    return refuse('OfferingMissing', 'an item that adds names a product offering', where);
  const offering = entryIn(catalog.productOfferings, item.offering);
  return offering ?? refuse('OfferingUnknown', `there is no product offering ${item.offering}`, where);
}

const specificationOf = (id: string, catalog: Catalog): ProductSpecification =>
  must(entryIn(catalog.productSpecifications, id), `product specification ${id}`);

function characteristicsOf(
  item: RequestedItem,
  specification: ProductSpecification,
  offering: ProductOffering,
  stored?: JsonObject,
): JsonObject {
  const resolved = resolveCharacteristics({
    specification: specification.characteristics,
    offering,
    given: item.characteristics,
    ...(stored && { stored }),
  });
  if (resolved.ok) return resolved.values;
  const { type, name, message } = resolved.refusal;
  return refuse(type, message, { item: item.id, field: { characteristic: name } });
}

function checkSingle(item: RequestedItem): void {
  if (item.quantity === 1) return;
  const message = `an item that does ${item.action} has quantity 1`;
  refuse('QuantityInvalid', message, { item: item.id, field: 'quantity' });
}

function productOf(item: RequestedItem, inventory: Inventory): Product {
  const where = { item: item.id, field: 'product' } as const;
  if (item.productId === undefined)
    return refuse('ProductMissing', `an item that does ${item.action} names a product`, where);
  return (
    entryIn(inventory.products, item.productId) ??
    refuse('ProductUnknown', `there is no product ${item.productId}`, where)
  );
}

function activeProductOf(item: RequestedItem, inventory: Inventory): Product {
  const product = productOf(item, inventory);
  if (product.status === 'active') return product;
  const message = `the product ${product.id} is ${product.status}`;
  return refuse('ProductNotActive', message, { item: item.id, field: 'product' });
}
