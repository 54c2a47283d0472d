import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { sameJson } from '../../src/kernel/json.ts';
import { itemMachine, orderMachine } from '../../src/order/machine.ts';
import type { OrderRun } from '../../src/order/run.ts';
import { isDone, isNowhere } from './laws.ts';
import { isPast } from './network.ts';
import { isLeft } from './leftLaws.ts';
import type { World } from './pending.ts';
import { mustStand, standing } from './standing.ts';

/** Items that had ended by themselves under `bestEffort`: neither abort nor cancel is about them. */
const endedIn = ({ items }: OrderRun): ReadonlySet<string> =>
  new Set(Object.entries(items).flatMap(([item, state]) => (isFinal(itemMachine, state) ? [item] : [])));

/** I9: all was wanted back. What is past its point of no return stands with all it relies on, and nothing else. */
export function checkUnwanted(world: World): void {
  const { order, before } = world;
  if (before === undefined || !isFinal(orderMachine, order.state)) return;
  const ended = endedIn(before);
  for (const item of ended) assert(order.items[item] === before.items[item], `${item} had ended before`);
  const { serviceOrders } = order.plan;
  const kept = serviceOrders.filter(({ item }) => before.items[item] === 'completed').map(({ id }) => id);
  const stays = standing(world, kept);
  for (const one of serviceOrders) checkOne(world, before, one, { ended, stays, kept });
  checkStates(world, before);
  checkSent(world, stays);
}

/**
 * Nothing of what is cancelled was sent after the cancel was accepted. One that vowed to stand may yet be refused for
 * good: it, and what went on for its sake before the order heard of that, are then taken back late.
 */
function checkSent({ order, people }: World, stays: ReadonlySet<string>): void {
  for (const { id, item } of order.plan.serviceOrders)
    assert(
      order.items[item] !== 'cancelled' ||
        stays.has(id) ||
        people.trusting.includes(id) ||
        !people.sentAfter.includes(id),
      `${id} of a cancelled item sent something after the cancel`,
    );
}

interface Excuses {
  readonly ended: ReadonlySet<string>;
  readonly stays: ReadonlySet<string>;
  readonly kept: readonly string[];
}

function checkOne(
  world: World,
  before: OrderRun,
  one: CompactServiceOrder,
  { ended, stays, kept }: Excuses,
): void {
  const { id } = one;
  if (ended.has(one.item)) {
    const was = before.children[id];
    assert(sameJson(world.order.children[id], was), `${id} of an item that had ended is as it was`);
    return;
  }
  const isTakenBack = world.order.children[id]?.state === 'compensated';
  if (stays.has(id))
    assert(!isTakenBack || !mustStand(world, one, kept), `${id} stands with what is past its return`);
  else assert(!isDone(world, one) && isNowhere(world, one), `${id} goes with the order`);
  assert(!isPast(world.network, one) || isDone(world, one), `${id} is past its return, and stands`);
}

/** Every item that had not ended is completed or cancelled, unless something of it was left behind. */
function checkStates(world: World, before: OrderRun): void {
  const { order } = world;
  const open = Object.entries(order.items).filter(
    ([item]) => !isFinal(itemMachine, before.items[item] ?? 'inProgress'),
  );
  for (const [item, state] of open)
    assert(
      state === 'completed' || state === 'cancelled' || (state === 'failed' && isLeft(world, item)),
      `${item} is ${state} though it was wanted back`,
    );
}
