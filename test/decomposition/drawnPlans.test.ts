import { expect, test } from 'vitest';
import { checkCatalog } from '../../src/catalog/check.ts';
import { decompose, type DecompositionInput } from '../../src/decomposition/decompose.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { soundItems } from '../../src/order/items.ts';
import { type Draw, forSeeds } from '../kernel/random.ts';
import { drawInput, refusals } from '../order/drawnOrder.ts';
import { systems } from '../order/drawnSpecification.ts';
import { item } from './demo.ts';
import { mixed } from './mixed.ts';
import { checkPlan, checkSame } from './planLaws.ts';

const runs = 3_000;

test('a drawn catalogue is one that could be saved', () => {
  forSeeds(100, (draw) => {
    const checked = checkCatalog(drawInput(draw).catalog, systems);
    expect(checked.ok ? [] : checked.refusals).toEqual([]);
  });
});

/** As acceptance does it: sound items first. */
function soundInput(draw: Draw): DecompositionInput {
  const input = drawInput(draw);
  return { ...input, items: soundItems(input.items, input.catalog, input.inventory) };
}

test('every drawn plan keeps the laws of plans, and nearly every drawn order has one', () => {
  const refused: Record<string, number> = {};
  let planned = 0;
  forSeeds(runs, (draw) => {
    const input = soundInput(draw);
    const plan = decompose(input);
    if (plan.ok) {
      planned += 1;
      checkPlan(plan.value, input);
    } else refused[plan.refusal.type] = (refused[plan.refusal.type] ?? 0) + 1;
  });
  expect(Object.keys(refused).sort()).toEqual(refusals);
  expect(planned / runs).toBeGreaterThan(0.95);
});

test('a drawn order has the same plan, byte for byte, however its input is written down', () => {
  forSeeds(1_000, (draw) => {
    const input = soundInput(draw);
    checkSame(decompose(input), [input, mixed(input, draw)]);
  });
});

test('what is relied on does not go without what relies on it', () => {
  let deletions = 0;
  forSeeds(1_000, (draw) => {
    const { inventory, catalog, orderId, serviceItemsMax } = drawInput(draw);
    for (const { id } of Object.values(inventory.products)) {
      const items = soundItems([item('item1', { action: 'delete', productId: id })], catalog, inventory);
      const plan = decompose({ orderId, items, catalog, inventory, serviceItemsMax });
      const isNeeded = isReliedOn(inventory, [id, ...(inventory.products[id]?.bundles ?? [])]);
      deletions += isNeeded ? 1 : 0;
      expect(plan.ok ? 'planned' : plan.refusal.type).toBe(isNeeded ? 'ProductReliedOn' : 'planned');
    }
  });
  expect(deletions).toBeGreaterThan(100);
});

/** By a service of another product than these. */
function isReliedOn({ services }: Inventory, products: readonly string[]): boolean {
  const isTheirs = (product: string | null) => product !== null && products.includes(product);
  return Object.values(services).some(
    ({ product, bindings }) =>
      !isTheirs(product) && Object.values(bindings).some((id) => isTheirs(services[id]?.product ?? null)),
  );
}
