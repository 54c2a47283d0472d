import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { isPast } from './network.ts';
import type { World } from './pending.ts';

/** What builds something new: deletes only take away, dependants first. */
export const builds = ({ action }: CompactServiceOrder): boolean => action !== 'delete';

/**
 * What stands whatever fails: past its point of no return, the rest of its item, and what these were built on.
 * Of one that is done, the order does not know whether the marked step was skipped, and lets it stand.
 */
export function standing(
  { network, order, children }: World,
  kept: readonly string[] = [],
): ReadonlySet<string> {
  const { serviceOrders } = order.plan;
  const isDoneForGood = ({ id, irreversible }: CompactServiceOrder) =>
    irreversible === true && children[id]?.state === 'completed';
  const roots = serviceOrders.filter((one) => isPast(network, one) || isDoneForGood(one)).map(({ id }) => id);
  return heldUpBy(order, [...roots, ...kept]);
}

/** These, the rest of their items, and what all these were built on. */
export const heldUpBy = ({ plan }: World['order'], roots: readonly string[]): ReadonlySet<string> =>
  grown(roots, (id) =>
    plan.serviceOrders.filter((other) =>
      plan.serviceOrders.some(
        (one) => one.id === id && (one.item === other.item || (builds(one) && one.after.includes(other.id))),
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
