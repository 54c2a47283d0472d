import type { Footprint, Inventory, Service } from '../../src/inventory/inventory.ts';
import { decompose } from '../../src/decomposition/decompose.ts';
import { emptyInventory } from '../../src/inventory/inventory.ts';
import { assert } from '../../src/kernel/assert.ts';
import { soundItems } from '../../src/order/items.ts';
import { item } from '../decomposition/demo.ts';
import { installed } from '../decomposition/install.ts';
import type { Draw } from '../kernel/random.ts';
import { bundleOffering, type DrawnCatalogue } from './drawnCatalogue.ts';

/** What stands before the order: of some products one each, or two lines of them side by side. */
export interface Stock {
  readonly inventory: Inventory;
  /** Line → the ids of its products, the first ones of the catalogue. */
  readonly lines: readonly (readonly string[])[];
  /** Line → the bundle around its first products, if there is one. */
  readonly bundles: readonly string[];
}

export const noStock: Stock = { inventory: emptyInventory, lines: [], bundles: [] };

export function drawStock(draw: Draw, { catalog, products, parts }: DrawnCatalogue): Stock {
  const count = draw(products + 1);
  if (count === 0) return noStock;
  const quantity = draw(5) === 1 ? 2 : 1;
  const isBundled = parts > 0 && parts <= count && draw(2) === 1;
  const ordered = [
    ...(isBundled ? [item('b', { offering: bundleOffering, quantity })] : []),
    ...Array.from({ length: count }, (_, index) => index)
      .filter((index) => !isBundled || index >= parts)
      .map((index) =>
        item(`i${index}`, {
          offering: `o${index}`,
          quantity,
          characteristics: draw(2) === 1 ? { extra: true } : {},
        }),
      ),
  ];
  const items = soundItems(ordered, catalog, emptyInventory);
  const plan = decompose({
    orderId: 'stock',
    items,
    catalog,
    inventory: emptyInventory,
    serviceItemsMax: 100,
  });
  assert(plan.ok, 'what stands could be ordered');
  const whole = installed(plan.value);
  const services = Object.values(whole.services).map((service): [string, Service] => [
    service.id,
    aged(draw, service),
  ]);
  const idsOf = (offering: string) =>
    plan.value.products.filter((product) => product.offering === offering).map(({ id }) => id);
  const byProduct = Array.from({ length: count }, (_, index) => idsOf(`o${index}`));
  return {
    inventory: { products: whole.products, services: Object.fromEntries(services) },
    lines: Array.from({ length: quantity }, (_, line) => byProduct.map((ids) => ids[line] ?? '')),
    bundles: idsOf(bundleOffering),
  };
}

/** Built when the catalogue was another: without its last step, with one that is no longer, or with other values. */
function aged(draw: Draw, service: Service): Service {
  const { footprint, id } = service;
  switch (draw(12)) {
    case 1:
      return { ...service, footprint: footprint.slice(0, -1) };
    case 2:
      return { ...service, footprint: [...footprint, formerOf(id)] };
    case 3:
      return { ...service, footprint: footprint.map((print) => ({ ...print, values: { v: 'other' } })) };
    default:
      return service;
  }
}

const formerOf = (service: string): Footprint => ({
  step: 'former',
  system: 'y0',
  object: `${service}/former`,
  values: { v: 1 },
  results: {},
  version: '1',
  builtAfter: [],
  presence: 'present',
  key: `${service}/former`,
});
