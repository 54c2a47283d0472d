import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
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

/**
 * What stands whatever fails: past its point of no return, or complete before all was wanted back, and what these
 * hold up. Of one that is done, the order does not know whether the marked step was skipped, and lets it stand.
 */
export function standing(world: World, follows: Follows = changedUpon): ReadonlySet<string> {
  const { network, order, children, before } = world;
  const { serviceOrders } = order.plan;
  const isDoneForGood = ({ id, irreversible }: CompactServiceOrder) =>
    irreversible === true && children[id]?.state === 'completed';
  const roots = serviceOrders.filter((one) => isPast(network, one) || isDoneForGood(one)).map(({ id }) => id);
  const kept = serviceOrders.filter(({ item }) => before?.items[item] === 'completed').map(({ id }) => id);
  const changed = kept.filter((id) => !wasUnneeded(world, id));
  const firm = heldUpBy(order, [...roots, ...changed], follows);
  return new Set([...firm, ...heldUpBy(order, kept, nothingFollows)]);
}

/** These, the rest of their items, what all these were built on, and what follows them. */
export const heldUpBy = (
  { plan }: World['order'],
  roots: readonly string[],
  follows: Follows = changedUpon,
): ReadonlySet<string> =>
  grown(roots, (id) =>
    plan.serviceOrders.filter((other) =>
      plan.serviceOrders.some(
        (one) =>
          one.id === id &&
          (one.item === other.item || (builds(one) && one.after.includes(other.id)) || follows(other, one)),
      ),
    ),
  );

export function grown(
  roots: readonly string[],
  next: (id: string) => readonly CompactServiceOrder[],
): ReadonlySet<string> {
  const reached = new Set(roots);
  for (const id of reached) for (const other of next(id)) reached.add(other.id);
  return reached;
}
