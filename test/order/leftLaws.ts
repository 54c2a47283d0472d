import { assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { isWithin, wasGone } from './laws.ts';
import { objectOf } from './network.ts';
import type { World } from './pending.ts';

const isLeftOf = ({ order, people }: World, id: string): boolean =>
  (order.plan.serviceOrders.find((one) => one.id === id)?.steps ?? []).some((step) =>
    people.left.includes(objectOf(id, step.id)),
  );

/** Something of the item, or of its parts, was left behind. */
export const isLeft = (world: World, item: string): boolean =>
  world.order.plan.serviceOrders.some(
    (one) => isWithin(world.order.parents, one.item, item) && isLeftOf(world, one.id),
  );

/** F56: an item that is not there in the end and left something in the network says so, and so does a delete. */
export function checkLeft(world: World): void {
  const { order, people } = world;
  if (!isFinal(orderMachine, order.state)) return;
  for (const [item, state] of Object.entries(order.items)) {
    const all = order.plan.serviceOrders.filter((one) => isWithin(order.parents, one.item, item));
    const isTold = people.codes[item] === 'leftBehind';
    const counts = all.filter(({ id }) => state === 'completed' || wasGone(world, id));
    const isTrue = counts.some(({ id }) => isLeftOf(world, id));
    assert(
      isTold === isTrue,
      `${item} is ${state}, and ${isTrue ? 'says' : 'does not say'} what it left behind`,
    );
    assert(!isTold || state === 'failed' || state === 'completed', `${item} left something and is ${state}`);
  }
}
