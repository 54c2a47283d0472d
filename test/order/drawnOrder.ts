import { decompose, type DecompositionInput } from '../../src/decomposition/decompose.ts';
import { compact, type CompactPlan, type Plan } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import type { ItemState } from '../../src/order/machine.ts';
import { soundItems } from '../../src/order/items.ts';
import type { RequestedItem } from '../../src/order/order.ts';
import { type Decided, deciding } from '../../src/order/refusal.ts';
import { beginOrder, type OrderRun } from '../../src/order/run.ts';
import { item } from '../decomposition/demo.ts';
import { type Draw, drawFrom } from '../kernel/random.ts';
import { planOf } from './driver.ts';
import { drawCatalogue } from './drawnCatalogue.ts';
import { drawItems } from './drawnItems.ts';
import { drawStock } from './drawnStock.ts';
import { inWordsOf } from './planWords.ts';

/** What drawn orders are refused for: something that is relied on goes, or there are two that might be meant. */
export const refusals: readonly string[] = ['ProductReliedOn', 'RelianceAmbiguous'];

const decided = (given: DecompositionInput): Decided<Plan> => {
  const sound = deciding(() => soundItems(given.items, given.catalog, given.inventory));
  return sound.ok ? decompose({ ...given, items: sound.value }) : sound;
};

/** So many orders there are. Small numbers have small catalogues, and short orders on them. */
export const drawnOrders = 4_096;

/** A catalogue, what stands of it, and an order on both. */
export function inputOf(number: number): DecompositionInput {
  const draw = drawFrom(number);
  const most = 1 + Math.floor((4 * number) / drawnOrders);
  const drawn = drawCatalogue(draw, most);
  const stock = drawStock(draw, drawn);
  const items = drawItems(draw, drawn, stock, most);
  const { catalog } = drawn;
  return { orderId: 'o', items, catalog, inventory: stock.inventory, serviceItemsMax: 100 };
}

const known = new Map<number, OrderRun>();

/** The order of a drawn catalogue, opened. To make one takes as long as to run it, so runs share them. */
export function drawOrder(draw: Draw): OrderRun {
  const number = draw(drawnOrders);
  const run = known.get(number) ?? orderOf(number);
  known.set(number, run);
  return run;
}

/** Where it is refused, a simple one takes its place. */
function orderOf(number: number): OrderRun {
  const input = inputOf(number);
  const plan = decided(input);
  if (plan.ok) return opened(drawFrom(number), plan.value, input);
  const { type } = plan.refusal;
  assert(refusals.includes(type), `an order is refused for a reason: ${type}`);
  const simple = { ...input, items: [item('item1', { offering: 'o0' })] };
  const other = decided(simple);
  assert(other.ok, 'what relies on nothing can be ordered');
  return opened(drawFrom(number), other.value, simple);
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
