import { decompose, type DecompositionInput } from '../../src/decomposition/decompose.ts';
import { compact, type CompactPlan, type Plan } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import type { ItemState } from '../../src/order/machine.ts';
import { soundItems } from '../../src/order/items.ts';
import type { RequestedItem } from '../../src/order/order.ts';
import { type Decided, deciding } from '../../src/order/refusal.ts';
import { beginOrder, type OrderRun } from '../../src/order/run.ts';
import { item } from '../decomposition/demo.ts';
import type { Draw } from '../kernel/random.ts';
import { planOf } from './driver.ts';
import { drawCatalogue } from './drawnCatalogue.ts';
import { drawItems } from './drawnItems.ts';
import { drawStock } from './drawnStock.ts';
import { inWordsOf } from './planWords.ts';

/** What drawn orders are refused for: something that is relied on goes, or there are two that might be meant. */
export const refusals: readonly string[] = ['ProductReliedOn', 'RelianceAmbiguous'];

export const decided = (given: DecompositionInput): Decided<Plan> => {
  const sound = deciding(() => soundItems(given.items, given.catalog, given.inventory));
  return sound.ok ? decompose({ ...given, items: sound.value }) : sound;
};

/** A catalogue, what stands of it, and an order on both. */
export function drawInput(draw: Draw): DecompositionInput {
  const drawn = drawCatalogue(draw);
  const stock = drawStock(draw, drawn);
  const items = drawItems(draw, drawn, stock);
  const { catalog } = drawn;
  return { orderId: 'o', items, catalog, inventory: stock.inventory, serviceItemsMax: 100 };
}

/** The order of a drawn catalogue, opened; where it is refused, one that never is. */
export function drawOrder(draw: Draw): OrderRun {
  const drawn = drawInput(draw);
  const plan = decided(drawn);
  if (plan.ok) return opened(draw, plan.value, drawn);
  const { type } = plan.refusal;
  assert(refusals.includes(type), `an order is refused for a reason: ${type}`);
  const simple = { ...drawn, items: [item('item1', { offering: 'o0' })] };
  const other = decided(simple);
  assert(other.ok, 'what relies on nothing can be ordered');
  return opened(draw, other.value, simple);
}

function opened(draw: Draw, plan: Plan, { items, catalog, inventory }: DecompositionInput): OrderRun {
  const sound = soundItems(items, catalog, inventory);
  const { settings } = planOf([], [200, 1, 2, 3][draw(4)]);
  const compacted: CompactPlan = inWordsOf(plan, compact(plan, settings), inventory, draw);
  const states = sound.map(({ id }): [string, ItemState] => [id, 'inProgress']);
  return beginOrder(compacted, 'inProgress', Object.fromEntries(states), parentsIn(sound));
}

const parentsIn = (items: readonly RequestedItem[]): Readonly<Record<string, string>> =>
  Object.fromEntries(items.flatMap(({ id, parent }) => (parent === undefined ? [] : [[id, parent]])));
