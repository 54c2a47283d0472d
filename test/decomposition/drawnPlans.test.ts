import { expect, test } from 'vitest';
import { checkCatalog } from '../../src/catalog/check.ts';
import { decompose, type DecompositionInput } from '../../src/decomposition/decompose.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { soundItems } from '../../src/order/items.ts';
import { drawFrom } from '../kernel/random.ts';
import { drawnOrders, inputOf, refusals } from '../order/drawnOrder.ts';
import { systems } from '../order/drawnSpecification.ts';
import { item } from './demo.ts';
import { mixed } from './mixed.ts';
import { checkPlan, checkSame } from './planLaws.ts';

/** Each of so many of the orders that the simulation draws. */
function forNumbers(each: number, run: (number: number) => void): void {
  for (let number = 0; number < drawnOrders; number += each) {
    try {
      run(number);
    } catch (error) {
      throw new Error(`order ${number}: ${(error as Error).message}`, { cause: error });
    }
  }
}

test('a drawn catalogue is one that could be saved', () => {
  forNumbers(40, (number) => {
    const checked = checkCatalog(inputOf(number).catalog, systems);
    expect(checked.ok ? [] : checked.refusals).toEqual([]);
  });
});

/** As acceptance does it: sound items first. */
function soundInput(number: number): DecompositionInput {
  const input = inputOf(number);
  return { ...input, items: soundItems(input.items, input.catalog, input.inventory) };
}

test('every drawn plan keeps the laws of plans, and nearly every drawn order has one', () => {
  const refused: Record<string, number> = {};
  let planned = 0;
  forNumbers(1, (number) => {
    const input = soundInput(number);
    const plan = decompose(input);
    if (plan.ok) {
      planned += 1;
      checkPlan(plan.value, input);
    } else refused[plan.refusal.type] = (refused[plan.refusal.type] ?? 0) + 1;
  });
  expect(Object.keys(refused).sort()).toEqual(refusals);
  expect(planned / drawnOrders).toBeGreaterThan(0.95);
});

test('a drawn order has the same plan, byte for byte, however its input is written down', () => {
  forNumbers(4, (number) => {
    const input = soundInput(number);
    checkSame(decompose(input), [input, mixed(input, drawFrom(number))]);
  });
});

test('what is relied on does not go without what relies on it', () => {
  let deletions = 0;
  forNumbers(4, (number) => {
    const { inventory, catalog, orderId, serviceItemsMax } = inputOf(number);
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
