import type { CompactServiceOrder } from '../decomposition/plan.ts';
import { isFinal } from '../kernel/machine.ts';
import { itemMachine } from './machine.ts';
import {
  aboutOf,
  type Advanced,
  type Child,
  child,
  isGoingBack,
  isGone,
  type OrderCommand,
  type OrderRun,
  runLost,
  withChild,
  withStates,
} from './run.ts';
import { closure, tiesOf, type Ties } from './ties.ts';

/**
 * What goes down with the failures so far, or since a person wants it: all that is doomed, less what stands because
 * something past its point of no return needs it. Judged anew at every turn, since either may still grow.
 */
export function judge(run: OrderRun): OrderRun {
  if (!isGoingBack(run)) return run;
  const ties = tiesOf(run);
  const inScope = run.unwanted
    ? new Set(run.plan.serviceOrders.map(({ id }) => id))
    : new Set([...run.failed, ...run.failing].flatMap((id) => [...scopeOf(run, ties, id)]));
  const standing = standingOf(run, ties, inScope);
  const isLost = (id: string) => isGone(run, id) || isGoing(run, id) || isGivenUp(run, id);
  const lost = [...inScope].filter((id) => !standing.has(id) || isLost(id));
  return { ...run, doomed: [...closure(lost, ties.dependants)].sort() };
}

/** Which service orders go down with one that failed. */
function scopeOf({ plan }: OrderRun, ties: Ties, failed: string): ReadonlySet<string> {
  const optional = new Set(plan.serviceOrders.filter((one) => one.optional === true).map(({ id }) => id));
  const related = closure([failed], ties.dependants, ties.whole);
  if ([...related].every((id) => optional.has(id))) return related;
  if (plan.onFailure === 'allOrNothing') return new Set(plan.serviceOrders.map(({ id }) => id));
  const bundles = (id: string) => (optional.has(id) ? [] : ties.bundles(id));
  return closure([failed], ties.siblings, ties.dependants, bundles, ties.whole);
}

/**
 * Past a point of no return, or of an item that is complete already, with the rest of it and all these were built on.
 * A change that would have gone back and stands keeps the changes upon it: what these had before needs its old values.
 */
function standingOf(run: OrderRun, ties: Ties, inScope: ReadonlySet<string>): ReadonlySet<string> {
  const { serviceOrders } = run.plan;
  const complete = serviceOrders.filter(({ item }) => run.items[item] === 'completed').map(({ id }) => id);
  const past = serviceOrders.filter((one) => isPastReturn(run, one)).map(({ id }) => id);
  const done = complete.filter((id) => child(run, id).state === 'done');
  const followers = (id: string) => (inScope.has(id) ? ties.followers(id) : []);
  const firm = closure([...run.standing, ...past, ...done], ties.siblings, ties.foundations, followers);
  return closure([...firm, ...complete], ties.siblings, ties.foundations);
}

/** What is known without asking: of a ready one all is built, and nothing taken away yet. */
function isPastReturn(run: OrderRun, { id, irreversible, steps = [] }: CompactServiceOrder): boolean {
  const { state } = child(run, id);
  if (state === 'ready') return steps.some(({ pointOfNoReturn }) => pointOfNoReturn === true);
  return irreversible === true && (state === 'done' || state === 'releasing');
}

/** It needed nothing, and its item ended without it: what turns out to stand later does not bring it back. */
function isGivenUp(run: OrderRun, id: string): boolean {
  if (child(run, id).state !== 'skipped' || !run.doomed.includes(id)) return false;
  const item = run.plan.serviceOrders.find((one) => one.id === id)?.item ?? '';
  return isFinal(itemMachine, run.items[item] ?? 'inProgress');
}

/** On its way back, or about to be. */
function isGoing(run: OrderRun, id: string): boolean {
  const { state, told } = child(run, id);
  return state === 'compensating' || told !== undefined || run.failing.includes(id);
}

/**
 * Takes back what is doomed, dependants first: what runs is told to stop, what waits never starts, and what is
 * done is compensated once everything doomed that belongs together has come to rest.
 */
export function takeBack(before: OrderRun): Advanced {
  if (before.doomed.length === 0) return { run: before, commands: [] };
  const ties = tiesOf(before);
  const stopped = before.doomed.filter((id) => mayStop(before, id) && isBare(before, ties, id));
  const told = stopped.reduce(tellToStop, before);
  const restless = told.doomed.filter((id) => isRestless(told, id));
  const unclear = closure(restless, ties.siblings, ties.foundations, ties.dependants);
  const clear = told.doomed.filter((id) => !unclear.has(id));
  const unstarted = clear.filter((id) => child(told, id).state === 'waiting');
  const done = clear.filter((id) => child(told, id).state === 'done' && isBare(told, ties, id));
  const commands: OrderCommand[] = [
    ...stopped.map((id) => ({ type: 'stopServiceOrder', id }) as const),
    ...unstarted.filter((id) => child(told, id).maybeBegun).flatMap(callOff),
  ];
  return {
    run: withStates(withStates(told, unstarted, 'notStarted'), done, 'compensating'),
    commands: done.length > 0 ? [...commands, { type: 'openCompensation', ids: done }] : commands,
  };
}

/** Whoever may be there all the same, and on hold, ends too; nobody waits for it, since it may not be there. */
const callOff = (id: string): OrderCommand[] => [
  { type: 'stopServiceOrder', id },
  { type: 'resumeServiceOrder', id },
];

/** One that fails takes itself back. */
function mayStop(run: OrderRun, id: string): boolean {
  const { state, told } = child(run, id);
  return !run.failing.includes(id) && told === undefined && ['running', 'held', 'ready'].includes(state);
}

/** A lost one gets another run with the word: that one moves. */
function tellToStop(run: OrderRun, id: string): OrderRun {
  const now = child(run, id);
  const about: Child = now.code === runLost ? { state: aboutOf(now), changed: now.changed } : now;
  const told = about.state === 'held' ? 'held' : 'moving';
  return withChild(run, id, { ...about, state: 'stopping', was: aboutOf(about), told });
}

/** Nothing builds upon it any more, nor upon one in between that needed nothing. */
const isBare = (run: OrderRun, ties: Ties, id: string): boolean =>
  ties.dependants(id).every((other) => {
    const { state } = child(run, other);
    return isGone(run, other) || state === 'waiting' || (state === 'skipped' && isBare(run, ties, other));
  });

/**
 * Whoever still moves may yet turn out to stand, with the rest of its item and all that it was built on. A ready
 * one does not: it waits until nothing builds upon it any more, and is told to stop then.
 */
const isRestless = (run: OrderRun, id: string): boolean =>
  ['running', 'held', 'releasing', 'stopping'].includes(child(run, id).state);
