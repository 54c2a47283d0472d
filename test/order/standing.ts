import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import { isPast } from './network.ts';
import type { World } from './pending.ts';

/** What builds something new: deletes only take away, dependants first. */
export const builds = ({ action }: CompactServiceOrder): boolean => action !== 'delete';

/** Never begun because nothing of it was needed. */
export const wasUnneeded = ({ order, children }: World, id: string): boolean =>
  children[id] === undefined && order.children[id]?.state === 'skipped';

/** Whether one stands because its foundation does. */
type Follows = (one: CompactServiceOrder, foundation: CompactServiceOrder) => boolean;

/** What it had before it was changed needs what its foundation had. */
export const changedUpon: Follows = (one, foundation) =>
  one.action === 'modify' && foundation.action === 'modify' && one.after.includes(foundation.id);

/** Where less than the whole order fails, what fails goes back alone, whatever it sits on. */
export const nothingFollows: Follows = () => false;

/** Whether it holds up what it was built on. */
type Holds = (one: CompactServiceOrder) => boolean;
const always: Holds = () => true;

/**
 * What stands whatever fails: past its point of no return, or complete before all was wanted back, and what these
 * hold up. Of one that is done, the order does not know whether the marked step was skipped, and lets it stand.
 */
export function standing(
  world: World,
  follows: Follows = changedUpon,
  holds: Holds = always,
): ReadonlySet<string> {
  const { network, order, children, before } = world;
  const { serviceOrders } = order.plan;
  const isDoneForGood = ({ id, irreversible }: CompactServiceOrder) =>
    irreversible === true && children[id]?.state === 'completed';
  const roots = serviceOrders.filter((one) => isPast(network, one) || isDoneForGood(one)).map(({ id }) => id);
  const kept = serviceOrders.filter(({ item }) => before?.items[item] === 'completed').map(({ id }) => id);
  const changed = kept.filter((id) => !wasUnneeded(world, id));
  const firm = heldUpBy(order, [...roots, ...changed], follows, holds);
  return new Set([...firm, ...heldUpBy(order, kept, nothingFollows, holds)]);
}

/** These, the rest of their items, what all these were built on, if they hold that, and what follows them. */
export const heldUpBy = (
  { plan }: World['order'],
  roots: readonly string[],
  follows: Follows = changedUpon,
  holds: Holds = always,
): ReadonlySet<string> =>
  grown(roots, (id) =>
    plan.serviceOrders.flatMap((one) => {
      if (one.id !== id) return [];
      const below = builds(one) && holds(one) ? one.after : [];
      return plan.serviceOrders.filter(
        (other) => one.item === other.item || below.includes(other.id) || follows(other, one),
      );
    }),
  );

/** Of these, what must not be taken back: one that went alone holds nothing up that it was built on. */
export function mustStand(
  world: World,
  planned: CompactServiceOrder,
  follows: Follows = changedUpon,
): boolean {
  const holds = (one: CompactServiceOrder) => !wentAlone(world, one);
  return holds(planned) && standing(world, follows, holds).has(planned.id);
}

const gone: readonly (string | undefined)[] = ['undone', 'notStarted', 'compensated'];

/** Its product can do without it, and it went with what it was built on: the rest of its item may stand since. */
const wentAlone = ({ order }: World, { id, optional, optionalWith, after }: CompactServiceOrder): boolean =>
  optional === true &&
  optionalWith === undefined &&
  gone.includes(order.children[id]?.state) &&
  after.some((other) => [...gone, 'skipped'].includes(order.children[other]?.state));

/** When something is taken back, it does not stand with what is past its return: or it goes with what it was built on. */
export function checkTakenBack(world: World, planned: CompactServiceOrder): void {
  const { id } = planned;
  const { children, plan } = world.order;
  const below = grown([id], (upper) =>
    plan.serviceOrders.filter((one) =>
      plan.serviceOrders.some((other) => other.id === upper && other.after.includes(one.id)),
    ),
  );
  assert(
    [...below].some((one) => gone.includes(children[one]?.state)) ||
      !mustStand(world, planned, nothingFollows),
    `${id} is taken back though it stands with what is past its return`,
  );
}

export function grown(
  roots: readonly string[],
  next: (id: string) => readonly CompactServiceOrder[],
): ReadonlySet<string> {
  const reached = new Set(roots);
  for (const id of reached) for (const other of next(id)) reached.add(other.id);
  return reached;
}
