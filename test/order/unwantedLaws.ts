import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { sameJson } from '../../src/kernel/json.ts';
import { itemMachine, orderMachine } from '../../src/order/machine.ts';
import type { OrderRun } from '../../src/order/run.ts';
import { isDone, isNowhere, isWithin } from './laws.ts';
import { isPast } from './network.ts';
import { isLeft } from './leftLaws.ts';
import type { World } from './pending.ts';
import { mustStand, nothingFollows, standing } from './standing.ts';

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
  const stays = standing(world);
  const alone = standing(world, nothingFollows);
  for (const one of serviceOrders) checkOne(world, before, one, { ended, stays, alone });
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
  /** What of it does not stand only because it was changed upon another: that may have gone back before. */
  readonly alone: ReadonlySet<string>;
}

function checkOne(
  world: World,
  before: OrderRun,
  one: CompactServiceOrder,
  { ended, stays, alone }: Excuses,
): void {
  const { id } = one;
  if (ended.has(one.item)) {
    const was = before.children[id];
    assert(sameJson(world.order.children[id], was), `${id} of an item that had ended is as it was`);
    return;
  }
  const isTakenBack = world.order.children[id]?.state === 'compensated';
  const wentBefore = !alone.has(id) && before.doomed.includes(id);
  if (stays.has(id))
    assert(!isTakenBack || wentBefore || !mustStand(world, one), `${id} stands with what is past its return`);
  else assert(!isDone(world, one) && isNowhere(world, one), `${id} goes with the order`);
  assert(!isPast(world.network, one) || isDone(world, one), `${id} is past its return, and stands`);
}

/**
 * Every item that had not ended is completed or cancelled; failed only where something of it was left behind, stands,
 * or failed by itself, and then surely.
 */
function checkStates(world: World, before: OrderRun): void {
  const { order } = world;
  const open = Object.entries(order.items).filter(
    ([item]) => !isFinal(itemMachine, before.items[item] ?? 'inProgress'),
  );
  for (const [item, state] of open) {
    const mayFail = isLeft(world, item) || standsInPart(world, item) || failedByItself(world, item);
    assert(
      state === 'completed' || state === 'cancelled' || (state === 'failed' && mayFail),
      `${item} is ${state} though it was wanted back`,
    );
    if (state === 'cancelled') {
      assert(!standsInPart(world, item), `${item} is cancelled though something of it stands`);
      assert(!failedByItself(world, item), `${item} is cancelled though it failed by itself`);
    }
  }
}

const standsInPart = ({ order }: World, item: string): boolean =>
  order.plan.serviceOrders.some((one) => one.item === item && order.children[one.id]?.state === 'done');

/** All that it lacks did, and nobody had told that to stop; or the item needs it beside what did. */
function failedByItself(world: World, item: string): boolean {
  const lacking = lackingIn(world, item);
  const fallen = lacking.filter(
    ({ id }) => world.children[id]?.state === 'failed' && world.order.children[id]?.told === undefined,
  );
  const hangsOn = (one: CompactServiceOrder) => fallen.some((other) => other.item === one.item);
  return (
    fallen.length > 0 &&
    lacking.every((one) => fallen.includes(one) || (isNeeded(world, item, one) && hangsOn(one)))
  );
}

const isNeeded = ({ order }: World, item: string, { optional, optionalWith }: CompactServiceOrder): boolean =>
  optional !== true || (optionalWith !== undefined && isWithin(order.parents, item, optionalWith));

/** What it needs and is not there; where it needs nothing of that, and has nothing, all of it. */
function lackingIn(world: World, item: string): readonly CompactServiceOrder[] {
  const { parents, plan } = world.order;
  const missing = plan.serviceOrders.filter(
    (one) => isWithin(parents, one.item, item) && !isDone(world, one),
  );
  const needed = missing.filter((one) => isNeeded(world, item, one));
  return needed.length > 0 ? needed : missing;
}
