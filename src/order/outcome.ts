import type { CompactServiceOrder } from '../decomposition/plan.ts';
import { must } from '../kernel/assert.ts';
import { isFinal } from '../kernel/machine.ts';
import { evolve, orderArrow, type OrderChange } from './changes.ts';
import { itemMachine, type OrderState } from './machine.ts';
import { rollUp } from './rollUp.ts';
import { child, inState, isGoingBack, isGone, isOver, type OrderRun, serviceOrdersOf } from './run.ts';
import { closure, familyOf, grouped, partsIn, tiesOf } from './ties.ts';

/** The arrows of items and order that follow from where the service orders are now. */
export function changesOf(run: OrderRun): OrderChange[] {
  const view = viewOf(run);
  const items = Object.keys(run.items).flatMap((item) => itemChanges(view, item));
  const after = items.reduce(evolve, run);
  const stands = run.plan.serviceOrders.some((one) => standsAlone(after, one));
  const flags = { moving: isMoving(run), operatorHold: false, cancellation: 'none', stands } as const;
  return [...items, ...orderArrows(run.state, rollUp(Object.values(after.items), flags))];
}

/** Its item has no state that says so: it failed or was cancelled, and this is there for good. */
const standsAlone = ({ items, children }: OrderRun, { id, item }: CompactServiceOrder): boolean =>
  (items[item] === 'failed' || items[item] === 'cancelled') && children[id]?.state === 'done';

/** What all items of one turn look at. */
interface View {
  readonly run: OrderRun;
  readonly ofItem: (item: string) => readonly CompactServiceOrder[];
  /** The service orders of the item and all its parts. */
  readonly ofFamily: (item: string) => readonly CompactServiceOrder[];
  readonly isMissing: (one: CompactServiceOrder) => boolean;
  /** The item is of no use without it. */
  readonly isNeededIn: (item: string, one: CompactServiceOrder) => boolean;
  readonly mayEnd: (item: string) => boolean;
  readonly failsAsAWhole: boolean;
}

function viewOf(run: OrderRun): View {
  const { serviceOrders, onFailure } = run.plan;
  const doomed = new Set(run.doomed);
  const byItem = grouped(serviceOrdersOf(run), ({ item }) => item);
  const ofItem = (item: string) => byItem.get(item) ?? [];
  const parts = partsIn(run.parents);
  const ofFamily = (item: string) =>
    familyOf(parts, item).flatMap((member) => ofItem(member).filter((one) => one.compensates === undefined));
  const isMissing = ({ id }: CompactServiceOrder) =>
    isGone(run, id) || (child(run, id).state === 'skipped' && doomed.has(id));
  return {
    run,
    ofItem,
    ofFamily,
    isMissing,
    isNeededIn: (item, { optional, optionalWith }) =>
      optional !== true || (optionalWith !== undefined && familyOf(parts, optionalWith).includes(item)),
    mayEnd: onFailure === 'bestEffort' ? mayEndAlone(run, ofFamily, doomed) : mayEndTogether(run, doomed),
    failsAsAWhole: run.aborted
      ? serviceOrders.some(isMissing)
      : onFailure !== 'bestEffort' && serviceOrders.some((one) => one.optional !== true && isMissing(one)),
  };
}

/** Over, and not about to be taken back. */
const hasEnded = (run: OrderRun, doomed: ReadonlySet<string>, id: string): boolean =>
  isOver(run, id) && !(child(run, id).state === 'done' && doomed.has(id));

/** Under `allOrNothing` no item ends before all can: what is done may still be taken back. */
function mayEndTogether(run: OrderRun, doomed: ReadonlySet<string>): View['mayEnd'] {
  const all = run.plan.serviceOrders.every(({ id }) => hasEnded(run, doomed, id));
  return () => all;
}

/**
 * Under `bestEffort` an item ends as soon as nothing can fail any more that would take it down. Once something
 * failed, what stands may depend on any other that hangs together with it.
 */
function mayEndAlone(run: OrderRun, ofFamily: View['ofFamily'], doomed: ReadonlySet<string>): View['mayEnd'] {
  const ties = tiesOf(run);
  const down = [ties.siblings, ties.foundations, ties.parts];
  const awaited = !isGoingBack(run) ? down : [...down, ties.dependants, ties.bundles];
  const open = new Set(
    run.plan.serviceOrders.filter(({ id }) => !hasEnded(run, doomed, id)).map(({ id }) => id),
  );
  return (item) => {
    const own = ofFamily(item).map(({ id }) => id);
    return !own.some((id) => open.has(id)) && ![...closure(own, ...awaited)].some((id) => open.has(id));
  };
}

/** Something goes on without a person; what is being taken back moves as its compensating service order does. */
function isMoving(run: OrderRun): boolean {
  if (inState(run, 'running', 'releasing', 'stopping').length > 0) return true;
  const opened = run.compensations.map(({ compensates }) => compensates);
  return inState(run, 'compensating').some((id) => !opened.includes(id));
}

/** A held service order that settles has been resumed: so have its item and the order. */
function orderArrows(from: OrderState, to: OrderState): OrderChange[] {
  if (from === 'held' && to === 'completed')
    return [...orderArrow('held', 'inProgress'), ...orderArrow('inProgress', 'completed')];
  if (from === 'inProgress' && to === 'cancelled')
    return cancelling.map((arrow) => ({ type: 'order', arrow }));
  return orderArrow(from, to);
}

/** The standard knows no shorter way out of `inProgress`; what is held may be cancelled at once. */
const cancelling = ['CancellationRequested', 'CancellationAccepted', 'Cancelled'] as const;

function itemChanges(view: View, item: string): OrderChange[] {
  const { run } = view;
  const state = must(run.items[item], `item ${item}`);
  if (isFinal(itemMachine, state)) return [];
  if (view.mayEnd(item)) {
    const end = failureOf(view, item) ?? { arrow: 'Completed' as const };
    if (end.arrow === 'Cancelled' && state === 'inProgress')
      return cancelling.map((arrow) => ({ type: 'item', item, ...end, arrow }));
    const resumed: OrderChange[] =
      state === 'held' && end.arrow === 'Completed' ? [{ type: 'item', item, arrow: 'Resumed' }] : [];
    return [...resumed, { type: 'item', item, ...end }];
  }
  const held = view.ofItem(item).find(({ id }) => child(run, id).state === 'held');
  if (held && state === 'inProgress') {
    const { code } = child(run, held.id);
    return [{ type: 'item', item, arrow: 'Held', ...(code !== undefined && { code }) }];
  }
  return !held && state === 'held' ? [{ type: 'item', item, arrow: 'Resumed' }] : [];
}

/**
 * An item fails when something it needs, of its own or of its parts, is not there in the end, or nothing is. Where
 * a person wanted it so, it is cancelled.
 */
function failureOf(
  { run, ofFamily, isMissing, isNeededIn, failsAsAWhole }: View,
  item: string,
): { readonly arrow: 'Failed' | 'Cancelled'; readonly code: string } | undefined {
  const arrow = run.aborted ? 'Cancelled' : 'Failed';
  const all = ofFamily(item);
  if (all.length === 0) return failsAsAWhole ? { arrow, code: codeOf(run, []) } : undefined;
  const missing = all.filter(isMissing);
  const needed = missing.filter((one) => isNeededIn(item, one));
  if (needed.length > 0) return { arrow, code: codeOf(run, needed) };
  return missing.length === all.length ? { arrow, code: codeOf(run, missing) } : undefined;
}

/** Its own reason where it has one, else that it was aborted, taken back with others, or never began. */
function codeOf(run: OrderRun, missing: readonly CompactServiceOrder[]): string {
  const children = missing.map(({ id }) => ({ ...child(run, id), id }));
  const own = children.find(({ id }) => run.failed.includes(id));
  if (own?.code !== undefined) return own.code;
  if (run.aborted) return 'aborted';
  return children.every(({ state }) => state === 'notStarted' || state === 'skipped')
    ? 'notStarted'
    : 'undone';
}
