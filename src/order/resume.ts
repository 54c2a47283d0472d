import type { CompactPlan, CompactServiceOrder } from '../decomposition/plan.ts';
import { isFinal } from '../kernel/machine.ts';
import { leftBehind } from '../serviceOrder/advance.ts';
import { serviceOrderMachine, type ServiceOrderState } from '../serviceOrder/machine.ts';
import type { Need } from '../serviceOrder/run.ts';
import type { OrderStates } from './changes.ts';
import { beginOrder, type Child, child, type OrderRun, serviceOrdersOf, type Wishes } from './run.ts';

/** A service order as its row has it. */
export interface StandingServiceOrder {
  readonly id: string;
  readonly state: ServiceOrderState;
  /** Why it did not complete, or is held. */
  readonly code: string | null;
  /** What of it needs a person. */
  readonly needs: readonly Need[];
  readonly changed: readonly string[];
  /** It takes itself back, and will have failed. */
  readonly failing: boolean;
}

export interface Remains {
  readonly serviceOrders: readonly StandingServiceOrder[];
  /** Those of them that take back others. */
  readonly compensations: readonly CompactServiceOrder[];
  readonly wishes: Wishes;
}

/** The order as its rows have it, for a run that goes on where another one was lost. */
export function resumeOrder(
  plan: CompactPlan,
  { state, items }: OrderStates,
  parents: OrderRun['parents'],
  { serviceOrders, compensations, wishes }: Remains,
): OrderRun {
  const begun = beginOrder(plan, state, items, parents);
  const going = wereGoing(plan, items);
  const standing = Object.fromEntries(
    serviceOrders.map((one): [string, Child] => [one.id, childOf(one, going.has(one.id))]),
  );
  const children = { ...begun.children, ...standing };
  const failed = serviceOrders.filter((one) => one.state === 'failed').map(({ id }) => id);
  const { aborted, onHold, cancel } = wishes;
  const isCancelled = cancel?.accepted === true;
  // Nobody knows which of them the run before has asked, and not told to go on.
  const isMoving = (id: string) => ['running', 'held'].includes(children[id]?.state ?? '');
  return {
    ...begun,
    compensations,
    failed,
    failing: serviceOrders.filter((one) => one.failing && !going.has(one.id)).map(({ id }) => id),
    children: { ...children, ...goingBack(children, compensations) },
    leftBehind: leftBehindIn(serviceOrders, compensations),
    unwanted: aborted ? 'aborted' : isCancelled ? 'cancelled' : null,
    onHold,
    standing: isCancelled ? standingIn(plan, items, failed) : [],
    tasks: isCancelled && cancel ? [cancel.task] : [],
    cancel: cancel?.accepted
      ? { task: cancel.task, phase: 'accepted', asked: Object.keys(children).filter(isMoving), awaiting: [] }
      : null,
  };
}

/** Of an order that is cancelled, what is not going is known to stand, unless it failed since. */
function standingIn(
  { serviceOrders }: CompactPlan,
  items: OrderStates['items'],
  failed: readonly string[],
): string[] {
  const gone = new Set(serviceOrders.filter(({ id }) => failed.includes(id)).map(({ item }) => item));
  return serviceOrders
    .filter(({ item }) => (items[item] === 'inProgress' && !gone.has(item)) || items[item] === 'completed')
    .map(({ id }) => id);
}

/** What failed while its item was about to be cancelled was going anyway. */
const wereGoing = (plan: CompactPlan, items: OrderStates['items']): ReadonlySet<string> =>
  new Set(plan.serviceOrders.filter(({ item }) => items[item] === 'pendingCancellation').map(({ id }) => id));

function leftBehindIn(
  serviceOrders: readonly StandingServiceOrder[],
  compensations: readonly CompactServiceOrder[],
): string[] {
  const left = serviceOrders.filter(({ code }) => code === leftBehind).map(({ id }) => id);
  return left.map((id) => compensations.find((one) => one.id === id)?.compensates ?? id);
}

/** Their children may still run, and do not know that somebody else listens now. */
export const underWay = (run: OrderRun): string[] =>
  serviceOrdersOf(run)
    .map(({ id }) => id)
    .filter((id) => ['running', 'held'].includes(child(run, id).state));

function childOf({ state, code, needs, changed }: StandingServiceOrder, wasGoing: boolean): Child {
  const about = { changed, ...(code !== null && { code }) };
  if (state === 'acknowledged') return { state: 'waiting', changed: [], maybeBegun: true };
  if (state === 'completed') return { ...about, state: 'done' };
  if (isFinal(serviceOrderMachine, state))
    return { ...about, state: 'undone', ...(state === 'failed' && wasGoing && { told: 'moving' }) };
  // On hold by a person alone, it needs nobody: it moves as soon as it is let go.
  if (needs.length === 0) return { state: 'running', changed: [] };
  return state === 'held'
    ? { ...about, state, was: 'running', needs }
    : { state: 'running', changed: [], needs };
}

/** What is being compensated, or was. */
const goingBack = (
  children: OrderRun['children'],
  compensations: readonly CompactServiceOrder[],
): Record<string, Child> =>
  Object.fromEntries(
    compensations.flatMap(({ id, compensates = '' }): [string, Child][] => {
      const before = children[compensates];
      const state = children[id]?.state === 'done' ? 'compensated' : 'compensating';
      return before ? [[compensates, { ...before, state }]] : [];
    }),
  );
