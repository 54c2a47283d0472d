import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import { isPast } from './network.ts';
import type { World } from './pending.ts';

/** What builds something new: deletes only take away, dependants first. */
export const builds = ({ action }: CompactServiceOrder): boolean => action !== 'delete';

/**
 * What may stand whatever fails: past its point of no return, the rest of its item, and what these were built on.
 * Of one that is done, the order does not know whether the marked step was skipped, and lets it stand.
 */
export const standing = (world: World, kept: readonly string[] = []): ReadonlySet<string> =>
  heldUpBy(world.order, [...forGood(world), ...kept]);

const forGood = ({ network, order, children }: World): string[] =>
  order.plan.serviceOrders
    .filter((one) => isPast(network, one) || isDoneForGood(one, children[one.id]?.state))
    .map(({ id }) => id);

const isDoneForGood = ({ irreversible }: CompactServiceOrder, state?: string): boolean =>
  irreversible === true && state === 'completed';

/** Of these, what must not be taken back: one that went alone holds nothing up that it was built on. */
export function mustStand(world: World, planned: CompactServiceOrder, kept: readonly string[] = []): boolean {
  const holds = (one: CompactServiceOrder) => !wentAlone(world, one);
  return holds(planned) && heldUpBy(world.order, [...forGood(world), ...kept], holds).has(planned.id);
}

/** These, the rest of their items, and what all these were built on, if they hold that. */
export const heldUpBy = (
  { plan }: World['order'],
  roots: readonly string[],
  holds: (one: CompactServiceOrder) => boolean = () => true,
): ReadonlySet<string> =>
  grown(roots, (id) =>
    plan.serviceOrders.flatMap((one) => {
      if (one.id !== id) return [];
      const below = builds(one) && holds(one) ? one.after : [];
      return plan.serviceOrders.filter((other) => one.item === other.item || below.includes(other.id));
    }),
  );

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
    [...below].some((one) => gone.includes(children[one]?.state)) || !mustStand(world, planned),
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
