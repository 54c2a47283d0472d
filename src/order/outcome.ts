import type { CompactServiceOrder } from '../decomposition/plan.ts';
import { must } from '../kernel/assert.ts';
import { isFinal } from '../kernel/machine.ts';
import { leftBehind } from '../serviceOrder/advance.ts';
import { evolve, itemArrows, orderArrows, type OrderChange } from './changes.ts';
import { type ItemState, itemMachine } from './machine.ts';
import { type ControlFlags, rollUp } from './rollUp.ts';
import {
  child,
  inState,
  isAssessing,
  isGoingBack,
  isGone,
  isOver,
  type OrderRun,
  serviceOrdersOf,
} from './run.ts';
import { closure, familyOf, grouped, partsIn, tiesOf } from './ties.ts';

/** The arrows of items and order that follow from where the service orders are now. */
export function changesOf(run: OrderRun): OrderChange[] {
  const view = viewOf(run);
  const items = Object.keys(run.items).flatMap((item) => itemChanges(view, item));
  const after = items.reduce(evolve, run);
  const stands = run.plan.serviceOrders.some((one) => standsAlone(after, one));
  const flags = {
    moving: isMoving(run),
    operatorHold: run.onHold,
    cancellation: cancellationOf(run),
    stands,
  };
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
    failsAsAWhole: run.unwanted
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

function cancellationOf({ cancel }: OrderRun): ControlFlags['cancellation'] {
  return cancel ? cancel.phase : 'none';
}

function itemChanges(view: View, item: string): OrderChange[] {
  const state = must(view.run.items[item], `item ${item}`);
  if (isFinal(itemMachine, state)) return [];
  const { to, code } = whereabouts(view, item);
  return itemArrows(item, state, to, code);
}

/** Where an open item belongs now, and why if that is not where it should be. */
function whereabouts(view: View, item: string): { readonly to: ItemState; readonly code?: string } {
  const { run } = view;
  if (isAssessing(run)) return { to: 'assessingCancellation' };
  if (view.mayEnd(item) && !run.onHold) return endOf(view, item);
  const held = view.ofItem(item).find(({ id }) => child(run, id).state === 'held');
  if (held) {
    const { code } = child(run, held.id);
    return { to: 'held', ...(code !== undefined && { code }) };
  }
  const isWished = run.cancel && isLeaving(view, item) && !isItsOwnDoing(view, item, lackingIn(view, item));
  return { to: isWished ? 'pendingCancellation' : 'inProgress' };
}

/** Open items that are not to be there in the end. */
export function leavingItems(run: OrderRun): string[] {
  const view = viewOf(run);
  const isOpen = (item: string) => !isFinal(itemMachine, must(run.items[item], `item ${item}`));
  return Object.keys(run.items).filter((item) => isOpen(item) && isLeaving(view, item));
}

/** What it needs is being taken back, or all it has. */
function isLeaving({ run, ofFamily, isNeededIn }: View, item: string): boolean {
  const all = ofFamily(item);
  const leaving = all.filter(({ id }) => run.doomed.includes(id));
  return leaving.some((one) => isNeededIn(item, one)) || (all.length > 0 && leaving.length === all.length);
}

/** The code of an item that is complete without something it can do without. */
export const optionalMissing = 'optionalMissing';

function endOf(view: View, item: string): { readonly to: ItemState; readonly code?: string } {
  const failure = failureOf(view, item);
  if (failure) return failure;
  const all = view.ofFamily(item);
  if (all.some(({ id }) => view.run.leftBehind.includes(id))) return { to: 'completed', code: leftBehind };
  return { to: 'completed', ...(all.some(view.isMissing) && { code: optionalMissing }) };
}

/**
 * An item fails when something it needs, of its own or of its parts, is not there in the end, or nothing is. Where
 * a person wanted it so, it is cancelled; not if it failed by itself, nor if something of it stands all the same.
 */
function failureOf(
  view: View,
  item: string,
): { readonly to: 'failed' | 'cancelled'; readonly code: string } | undefined {
  const { run, ofFamily, isMissing, failsAsAWhole } = view;
  const to = run.unwanted ? 'cancelled' : 'failed';
  const all = ofFamily(item);
  if (all.length === 0) return failsAsAWhole ? { to, code: codeOf(run, []) } : undefined;
  const lacking = lackingIn(view, item);
  if (lacking.length === 0) return undefined;
  if (all.some((one) => isMissing(one) && run.leftBehind.includes(one.id)))
    return { to: 'failed', code: leftBehind };
  if (run.unwanted === null) return { to, code: codeOf(run, lacking) };
  if (isItsOwnDoing(view, item, lacking)) return { to: 'failed', code: codeOf(run, lacking) };
  const stands = all.some((one) => one.item === item && child(run, one.id).state === 'done');
  const wished = lacking.filter((one) => !failedByItself(run, one));
  return { to: stands ? 'failed' : to, code: codeOf(run, wished) };
}

/** What the item is of no use without, and is not there; nothing while it has enough. */
function lackingIn({ ofFamily, isMissing, isNeededIn }: View, item: string): CompactServiceOrder[] {
  const all = ofFamily(item);
  const missing = all.filter(isMissing);
  const needed = missing.filter((one) => isNeededIn(item, one));
  return needed.length > 0 || missing.length < all.length ? needed : missing;
}

/** Not while it was going anyway. */
const failedByItself = (run: OrderRun, { id }: CompactServiceOrder): boolean =>
  run.failed.includes(id) && child(run, id).told === undefined;

/** All that it lacks failed by itself, or is needed beside what did: a wish takes others than what hangs on that. */
function isItsOwnDoing({ run, isNeededIn }: View, item: string, lacking: readonly CompactServiceOrder[]) {
  const fallen = lacking.filter((one) => failedByItself(run, one));
  const hangsOn = (one: CompactServiceOrder) => fallen.some((other) => other.item === one.item);
  return (
    fallen.length > 0 &&
    lacking.every((one) => fallen.includes(one) || (isNeededIn(item, one) && hangsOn(one)))
  );
}

/** Its own reason where it has one, else that it was aborted, taken back with others, or never began. */
function codeOf(run: OrderRun, missing: readonly CompactServiceOrder[]): string {
  const children = missing.map(({ id }) => ({ ...child(run, id), id }));
  const own = children.find(({ id }) => run.failed.includes(id));
  if (own?.code !== undefined) return own.code;
  if (run.unwanted) return run.unwanted;
  return children.every(({ state }) => state === 'notStarted' || state === 'skipped')
    ? 'notStarted'
    : 'undone';
}
