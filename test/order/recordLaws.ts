import { assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { sameJson } from '../../src/kernel/json.ts';
import { evolve, type OrderChange } from '../../src/order/changes.ts';
import { itemMachine, type ItemState, orderMachine, type OrderState } from '../../src/order/machine.ts';
import type { OrderRun } from '../../src/order/run.ts';
import { standsAlone } from './laws.ts';
import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { isPast } from './network.ts';
import type { World } from './pending.ts';
import { isAssessing, isCancelling, type People } from './people.ts';

/** I7: what is written leads by the arrows of the standard to where the order is, which is what its items make it. */
export function checkRecorded(world: World, was: OrderRun, changes: readonly OrderChange[]): void {
  const { order, people } = world;
  const { state, items } = changes.reduce(evolve, { state: was.state, items: was.items });
  assert(
    state === order.state && (items === order.items || sameJson(items, order.items)),
    'what is written is what holds',
  );
  const allowed = rolledUp(Object.values(items), people, standsAlone(world));
  assert(
    allowed.includes(state),
    `an order is what its items and its people make it: ${state}, not ${allowed}`,
  );
}

const isOver = (state: ItemState): boolean => isFinal(itemMachine, state);

function rolledUp(items: readonly ItemState[], people: People, stands: boolean): readonly OrderState[] {
  if (items.every(isOver)) return [stands && !items.includes('completed') ? 'partial' : ended(items)];
  if (isAssessing(people)) return ['assessingCancellation'];
  if (people.isOnHold) return ['held'];
  const going = isCancelling(people) ? 'pendingCancellation' : 'inProgress';
  return items.includes('held') ? [going, 'held'] : [going];
}

/** How an order ends whose items ended so. */
function ended(items: readonly ItemState[]): OrderState {
  const kinds = new Set(items);
  const [only = 'completed'] = kinds;
  return kinds.size > 1 ? 'partial' : only;
}

/** What it was to take back was done for good before the word to stop arrived. */
const crossed = ({ children, network }: World, one: CompactServiceOrder): boolean =>
  one.irreversible === true && children[one.id]?.state === 'completed' && !isPast(network, one);

/** It was told to stop before the wish came, and said only later that it stands. */
const stoodAfterAll = ({ before, order }: World, { id }: CompactServiceOrder): boolean =>
  before?.children[id]?.state === 'stopping' && order.children[id]?.state === 'done';

/** An order that is over has no task that is not. */
export function checkTasks(world: World): void {
  const { order, people } = world;
  if (!isFinal(orderMachine, order.state)) return;
  const isCancelled = Object.values(order.items).includes('cancelled');
  for (const [task, state] of Object.entries(people.tasks)) {
    assert(state !== 'inProgress' && state !== 'accepted', `the task ${task} is over with its order`);
    assert(state !== 'done' || isCancelled, `the task ${task} is done only if something was cancelled`);
    // An abort ends the question, before everybody has answered.
    const isExcused =
      order.unwanted === 'aborted' ||
      people.left.length > 0 ||
      order.plan.serviceOrders.some((one) => crossed(world, one) || stoodAfterAll(world, one));
    assert(state !== 'vain' || isExcused, `the task ${task} was accepted, and nothing was cancelled`);
  }
}
