import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { sameJson } from '../../src/kernel/json.ts';
import { itemMachine, orderMachine } from '../../src/order/machine.ts';
import type { OrderRun } from '../../src/order/run.ts';
import { isDone, isNowhere, standing, standsAlone, wentAlone } from './laws.ts';
import { isPast } from './network.ts';
import type { World } from './pending.ts';

/** Items that had ended by themselves under `bestEffort`: the abort is not about them. */
const endedIn = ({ items }: OrderRun): ReadonlySet<string> =>
  new Set(Object.entries(items).flatMap(([item, state]) => (isFinal(itemMachine, state) ? [item] : [])));

/** A person wanted all back: what is past its point of no return stands with all it relies on, and nothing else. */
export function checkAborted(world: World): void {
  const { order, beforeAbort: before } = world;
  if (before === undefined || !isFinal(orderMachine, order.state)) return;
  const ended = endedIn(before);
  for (const item of ended)
    assert(order.items[item] === before.items[item], `${item} had ended before the abort`);
  const { serviceOrders } = order.plan;
  const kept = serviceOrders.filter(({ item }) => before.items[item] === 'completed').map(({ id }) => id);
  const stays = standing(world, kept);
  for (const one of serviceOrders) checkOne(world, before, one, { ended, stays });
  checkStates(world, before);
  const isAllBack = ended.size === 0 && !serviceOrders.some((one) => isDone(world, one));
  assert(!isAllBack || order.state === 'cancelled', `nothing stands, and the order is ${order.state}`);
}

interface Excuses {
  readonly ended: ReadonlySet<string>;
  readonly stays: ReadonlySet<string>;
}

function checkOne(world: World, before: OrderRun, one: CompactServiceOrder, { ended, stays }: Excuses): void {
  const { id } = one;
  if (ended.has(one.item)) {
    const was = before.children[id];
    assert(sameJson(world.order.children[id], was), `${id} of an item that had ended is as it was`);
    return;
  }
  const isTakenBack = world.order.children[id]?.state === 'compensated';
  if (stays.has(id))
    assert(!isTakenBack || wentAlone(world, one), `${id} stands with what is past its return`);
  else assert(!isDone(world, one) && isNowhere(world, one), `${id} goes with the order`);
  assert(!isPast(world.network, one) || isDone(world, one), `${id} is past its return, and stands`);
}

/** Every item that had not ended is completed or cancelled, and the order is what they are. */
function checkStates(world: World, before: OrderRun): void {
  const { order } = world;
  const open = Object.entries(order.items).filter(
    ([item]) => !isFinal(itemMachine, before.items[item] ?? 'inProgress'),
  );
  for (const [item, state] of open)
    assert(state === 'completed' || state === 'cancelled', `${item} is ${state} after an abort`);
  const states = Object.values(order.items);
  const isWholly = (wanted: string) => states.every((state) => state === wanted);
  const isCancelled = isWholly('cancelled') && !standsAlone(world);
  const expected = isCancelled ? 'cancelled' : isWholly('completed') ? 'completed' : 'partial';
  assert(order.state === expected, `an aborted order is what its items are: ${order.state}, not ${expected}`);
}
