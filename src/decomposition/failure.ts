import { durationMs } from '../catalog/durations.ts';
import { type Catalog, entryIn, type FailureMode, type ServiceSpecification } from '../catalog/model.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { RequestedItem } from '../order/order.ts';
import type { PolicyRow } from '../serviceOrder/recovery.ts';

/** The policy a specification writes, in the numbers a running order counts with. */
export const policyOf = ({ recovery = [] }: Pick<ServiceSpecification, 'recovery'>): readonly PolicyRow[] =>
  recovery.map(({ retry, ...row }) => ({
    ...row,
    ...(retry && {
      retry: {
        attempts: retry.attempts,
        fromMs: durationMs(retry.from),
        upToMs: durationMs(retry.upTo),
      },
    }),
  }));

/** Best effort only if every offering that the customer ordered as such says so. */
export function failureModeOf(
  items: readonly RequestedItem[],
  catalog: Catalog,
  inventory: Inventory,
): FailureMode {
  const parentOf = parentsIn(items);
  const rootOf = (item: RequestedItem): RequestedItem => {
    const parent = parentOf(item);
    return parent === undefined ? item : rootOf(parent);
  };
  const roots = items.filter(({ action }) => action !== 'noChange').map(rootOf);
  const modes = roots.map(
    (item) => entryIn(catalog.productOfferings, offeringOf(item, inventory))?.onFailure,
  );
  return modes.length > 0 && modes.every((mode) => mode === 'bestEffort') ? 'bestEffort' : 'allOrNothing';
}

/** Items that are optional parts of their bundles, or parts of such → that optional part: what goes goes with it. */
export function optionalPartsOf(
  items: readonly RequestedItem[],
  catalog: Catalog,
  inventory: Inventory,
): ReadonlyMap<string, string> {
  const parentOf = parentsIn(items);
  const partAround = (item: RequestedItem): string | undefined => {
    const bundle = parentOf(item);
    if (bundle === undefined) return undefined;
    const offering = offeringOf(item, inventory);
    const parts = entryIn(catalog.productOfferings, offeringOf(bundle, inventory))?.bundles ?? [];
    const named = parts.filter((part) => part.offering === offering);
    const isOptional = named.length > 0 && named.every(({ optional }) => optional === true);
    return isOptional ? item.id : partAround(bundle);
  };
  return new Map(
    items.flatMap((item) => {
      const part = partAround(item);
      return part === undefined ? [] : [[item.id, part]];
    }),
  );
}

const parentsIn = (items: readonly RequestedItem[]) => {
  const itemsById = new Map(items.map((item) => [item.id, item]));
  return ({ parent = '' }: RequestedItem) => itemsById.get(parent);
};

/** What the item is ordered as; what goes or stays is what it was ordered as. */
function offeringOf({ action, offering, productId }: RequestedItem, inventory: Inventory): string {
  const product = entryIn(inventory.products, productId ?? '');
  const chosen = action === 'add' || action === 'modify' ? offering : undefined;
  return chosen ?? product?.offering ?? '';
}
