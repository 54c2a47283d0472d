import { must, unreachable } from '../kernel/assert.ts';
import { isFinal } from '../kernel/machine.ts';
import { type CompactPlan, type CompactServiceOrder, isUnneeded } from '../decomposition/plan.ts';
import { evolve, orderArrow, type OrderChange } from './changes.ts';
import { itemMachine, orderMachine, type ItemState, type OrderState } from './machine.ts';
import { rollUp } from './rollUp.ts';

/**
 * ready: everything built, waits to take away what is no longer wanted; counts as done for those that come after.
 * skipped: nothing it reads changed, so no child was started.
 */
export type ChildState = 'waiting' | 'running' | 'held' | 'ready' | 'releasing' | 'done' | 'skipped';

export interface Child {
  readonly state: ChildState;
  /** Names of the service's results that changed. */
  readonly changed: readonly string[];
  readonly code?: string;
  /** What a held one waits for, for people. */
  readonly reason?: string;
}

export interface OrderRun {
  readonly plan: CompactPlan;
  readonly state: OrderState;
  readonly items: Readonly<Record<string, ItemState>>;
  readonly children: Readonly<Record<string, Child>>;
}

export type OrderEvent =
  | { readonly type: 'Opened' }
  | { readonly type: 'ServiceOrderReady'; readonly id: string; readonly changed: readonly string[] }
  | {
      readonly type: 'ServiceOrderHeld';
      readonly id: string;
      readonly code: string;
      readonly reason: string;
    }
  | { readonly type: 'ServiceOrderResumed'; readonly id: string }
  | { readonly type: 'ServiceOrderSettled'; readonly id: string; readonly changed: readonly string[] };

export type OrderCommand =
  | { readonly type: 'startServiceOrder'; readonly id: string; readonly changed: readonly string[] }
  | { readonly type: 'releaseServiceOrder'; readonly id: string }
  | { readonly type: 'recordProgress'; readonly changes: readonly OrderChange[] }
  | {
      readonly type: 'settleOrder';
      readonly changes: readonly OrderChange[];
      readonly untouched: readonly string[];
    };

export interface Advanced {
  readonly run: OrderRun;
  readonly commands: readonly OrderCommand[];
}

export const beginOrder = (
  plan: CompactPlan,
  state: OrderState,
  items: Readonly<Record<string, ItemState>>,
): OrderRun => ({
  plan,
  state,
  items,
  children: Object.fromEntries(
    plan.serviceOrders.map(({ id }) => [id, { state: 'waiting', changed: [] } as Child]),
  ),
});

/** The one way a running order moves: what happened goes in, the new state and what to do about it come out. */
export function advance(before: OrderRun, event: OrderEvent): Advanced {
  const noted = note(before, event);
  const { run, commands } = schedule(noted);
  const changes = changesOf(run, event);
  const after = changes.reduce(evolve, run);
  if (isFinal(orderMachine, after.state)) {
    return { run: after, commands: [{ type: 'settleOrder', changes, untouched: inState(after, 'skipped') }] };
  }
  return {
    run: after,
    commands: changes.length > 0 ? [{ type: 'recordProgress', changes }, ...commands] : commands,
  };
}

function note(run: OrderRun, event: OrderEvent): OrderRun {
  switch (event.type) {
    case 'Opened':
      return run;
    case 'ServiceOrderReady':
      return withChild(run, event.id, { state: 'ready', changed: event.changed });
    case 'ServiceOrderHeld':
      return withChild(run, event.id, {
        ...child(run, event.id),
        state: 'held',
        code: event.code,
        reason: event.reason,
      });
    case 'ServiceOrderResumed':
      return withChild(run, event.id, { state: 'running', changed: child(run, event.id).changed });
    case 'ServiceOrderSettled':
      return withChild(run, event.id, { state: 'done', changed: event.changed });
    default:
      return unreachable(event);
  }
}

/** Starts, skips and releases all that may move now; a skip may free the next, so it goes on until nothing changes. */
function schedule(before: OrderRun): Advanced {
  let run = before;
  const commands: OrderCommand[] = [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const serviceOrder of run.plan.serviceOrders) {
      const command = nextFor(run, serviceOrder);
      if (command === 'nothing') continue;
      moved = true;
      if (command === 'skip') run = withChild(run, serviceOrder.id, { state: 'skipped', changed: [] });
      else {
        const state = command.type === 'releaseServiceOrder' ? 'releasing' : 'running';
        run = withChild(run, serviceOrder.id, { ...child(run, serviceOrder.id), state });
        commands.push(command);
      }
    }
  }
  return { run, commands };
}

function nextFor(run: OrderRun, serviceOrder: CompactServiceOrder): OrderCommand | 'skip' | 'nothing' {
  const { state } = child(run, serviceOrder.id);
  if (state === 'ready')
    return mayTakeAway(run, serviceOrder) ? { type: 'releaseServiceOrder', id: serviceOrder.id } : 'nothing';
  if (state !== 'waiting') return 'nothing';
  if (!serviceOrder.after.every((id) => isBuilt(run, id))) return 'nothing';
  if (serviceOrder.action === 'delete' && !everythingBuilt(run)) return 'nothing';
  const changed = changedFor(run, serviceOrder);
  if (needsNothing(serviceOrder, changed)) return 'skip';
  if (open(run) >= run.plan.settings.openChildrenMax) return 'nothing';
  return { type: 'startServiceOrder', id: serviceOrder.id, changed };
}

/** The results it relies on that changed, under the names its expressions use. */
export const changedFor = (run: OrderRun, serviceOrder: CompactServiceOrder): string[] =>
  Object.entries(serviceOrder.reliesOn).flatMap(([alias, id]) =>
    child(run, id).changed.map((name) => `reliesOn.${alias}.${name}`),
  );

const needsNothing = ({ skippable, steps }: CompactServiceOrder, changed: readonly string[]): boolean =>
  skippable && (steps?.every((step) => isUnneeded(step, changed)) ?? false);

/** Build first, take away last: dependants go before what they rely on. */
function mayTakeAway(run: OrderRun, serviceOrder: CompactServiceOrder): boolean {
  const stillStanding = run.plan.serviceOrders.filter(({ id }) => !isOver(run, id));
  return (
    everythingBuilt(run) &&
    stillStanding.every((other) => other.action !== 'delete' && !other.after.includes(serviceOrder.id))
  );
}

const everythingBuilt = (run: OrderRun): boolean =>
  run.plan.serviceOrders.every(({ id, action }) => action === 'delete' || isBuilt(run, id));

const isBuilt = (run: OrderRun, id: string): boolean =>
  ['ready', 'releasing', 'done', 'skipped'].includes(child(run, id).state);

const isOver = (run: OrderRun, id: string): boolean => ['done', 'skipped'].includes(child(run, id).state);

const open = (run: OrderRun): number => Object.values(run.children).filter(isOpen).length;
/** A ready child only waits for the others: if it took up room, they could wait for it in turn. */
const isOpen = ({ state }: Child): boolean => ['running', 'held', 'releasing'].includes(state);

/** The arrows of items and order that follow from where the service orders are now. */
function changesOf(run: OrderRun, event: OrderEvent): OrderChange[] {
  const items = run.plan.serviceOrders.every(({ id }) => isOver(run, id))
    ? completions(run)
    : itemChanges(run, event);
  const moving = Object.values(run.children).some(
    ({ state }) => state === 'running' || state === 'releasing',
  );
  const after = items.reduce(evolve, run);
  const state = rollUp(Object.values(after.items), { moving, operatorHold: false, cancellation: 'none' });
  return [...items, ...orderArrows(run.state, state)];
}

/** A held service order that settles has been resumed: so have its item and the order. */
const orderArrows = (from: OrderState, to: OrderState): OrderChange[] =>
  from === 'held' && to === 'completed'
    ? [...orderArrow('held', 'inProgress'), ...orderArrow('inProgress', 'completed')]
    : orderArrow(from, to);

const completions = (run: OrderRun): OrderChange[] =>
  Object.entries(run.items)
    .filter(([, state]) => !isFinal(itemMachine, state))
    .flatMap(([item, state]): OrderChange[] => [
      ...(state === 'held' ? [{ type: 'item', item, arrow: 'Resumed' } as const] : []),
      { type: 'item', item, arrow: 'Completed' },
    ]);

function itemChanges(run: OrderRun, event: OrderEvent): OrderChange[] {
  if (event.type === 'Opened') return [];
  const item = must(
    run.plan.serviceOrders.find(({ id }) => id === event.id),
    `service order ${event.id}`,
  ).item;
  const held = run.plan.serviceOrders.find(
    (other) => other.item === item && child(run, other.id).state === 'held',
  );
  const state = must(run.items[item], `item ${item}`);
  if (held && state === 'inProgress') {
    const code = child(run, held.id).code;
    return [{ type: 'item', item, arrow: 'Held', ...(code !== undefined && { code }) }];
  }
  if (!held && state === 'held') return [{ type: 'item', item, arrow: 'Resumed' }];
  return [];
}

const child = (run: OrderRun, id: string): Child => must(run.children[id], `service order ${id}`);
const withChild = (run: OrderRun, id: string, next: Child): OrderRun => ({
  ...run,
  children: { ...run.children, [id]: next },
});
const inState = (run: OrderRun, state: ChildState): string[] =>
  Object.entries(run.children).flatMap(([id, { state: now }]) => (now === state ? [id] : []));
