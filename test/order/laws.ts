import type { CompactServiceOrder, CompactStep } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { type ItemState, orderMachine } from '../../src/order/machine.ts';
import { aboutOf, child } from '../../src/order/run.ts';
import { isPaused } from '../../src/serviceOrder/run.ts';
import type { StepOutcome } from '../../src/activation/attempt.ts';
import type { Fault, Noted } from './hands.ts';
import { isAsBefore, isAsWanted, isPast, objectOf, originOf, stepOf } from './network.ts';
import { rowKey } from './records.ts';
import { builds, changedUpon, grown, mustStand, nothingFollows, standing, wasUnneeded } from './standing.ts';
import { isUnderWay, type Pending, type World } from './pending.ts';

const wasSkipped = ({ children }: World, id: string, step: string): boolean =>
  children[id]?.steps[step]?.state === 'skipped';

/** Judged by the network, not by what the order believes of its service orders; a person may say so, too. */
const stands = (world: World, one: CompactServiceOrder, step: CompactStep): boolean =>
  isThere(world, one, step) || wasSkipped(world, one.id, step.id) || isSettledByPerson(world, one, step);

const isSettledByPerson = ({ people }: World, { id }: CompactServiceOrder, step: CompactStep): boolean =>
  [...people.left, ...people.said].includes(objectOf(id, step.id));

/** What came when all was over is for the watch to find, and what a person left or said is theirs: nobody's doing here. */
const isThere = (world: World, one: CompactServiceOrder, step: CompactStep): boolean =>
  world.network.odd[objectOf(one.id, step.id)] !== 'late' &&
  !isSettledByPerson(world, one, step) &&
  isAsWanted(world.network, one, step);

const isBuilt = (world: World, one: CompactServiceOrder): boolean =>
  wasUnneeded(world, one.id) ||
  (world.children[one.id] !== undefined &&
    (one.steps ?? []).every((step) => step.verb === 'revoke' || stands(world, one, step)));

const isWhole = (world: World, one: CompactServiceOrder): boolean =>
  wasUnneeded(world, one.id) ||
  (world.children[one.id] !== undefined && (one.steps ?? []).every((step) => stands(world, one, step)));

export const isNowhere = (world: World, one: CompactServiceOrder): boolean =>
  !(one.steps ?? []).some((step) => isThere(world, one, step));

/** I8: a forward effect comes after all that it builds upon, and what is taken away goes last, dependants first. */
export function checkAttempt(world: World, id: string, step: string): void {
  const { serviceOrders } = world.order.plan;
  const planned = originOf(world.order, id);
  const { verb, after } = stepOf(planned, step);
  assert(
    after.every((other) => stands(world, planned, stepOf(planned, other))),
    `${id}: ${step} comes after its steps`,
  );
  if (verb === 'apply') {
    const foundations = serviceOrders.filter((one) => planned.after.includes(one.id));
    assert(
      foundations.every((one) => isBuilt(world, one)),
      `${id} comes after what it relies on`,
    );
    return;
  }
  const goesOn = wasLetGo(world, planned);
  assert(
    goesOn || serviceOrders.filter(builds).every((one) => isBuilt(world, one) || isNowhere(world, one)),
    `${id} takes away after all is built`,
  );
  const first = serviceOrders.filter((one) =>
    builds(planned) ? !builds(one) || one.after.includes(id) : planned.after.includes(one.id),
  );
  const isOver = (one: CompactServiceOrder) => isWhole(world, one) || isNowhere(world, one);
  assert(
    first.every((one) =>
      builds(one) ? goesOn || isOver(one) : isWhole(world, one) || isGivenUp(world, one.id),
    ),
    `${id} goes after what relies on it`,
  );
}

/** It may take away when all is wanted back, and goes on: the others go back at the same time. */
function wasLetGo({ before }: World, { id, action }: CompactServiceOrder): boolean {
  if (before === undefined) return false;
  const about = aboutOf(child(before, id));
  return action === 'delete' ? about !== 'waiting' : about === 'releasing' || about === 'done';
}

const isGivenUp = ({ order }: World, id: string): boolean =>
  ['notStarted', 'undone'].includes(order.children[id]?.state ?? '');

/** I8, I9: an undo comes after all that builds upon it is gone, and never past a point of no return. */
export function checkUndo(world: World, id: string, step: string): void {
  const { network, order } = world;
  const planned = originOf(order, id);
  assert(!isPast(network, planned), `${id}: nothing is taken back past the point of no return`);
  const above = (planned.steps ?? []).filter(({ after }) => after.includes(step));
  assert(
    above.every((other) => !isThere(world, planned, other)),
    `${id}: ${step} is taken back after the steps upon it`,
  );
  const dependants = grown([planned.id], (below) =>
    order.plan.serviceOrders.filter((one) => builds(one) && one.after.includes(below)),
  );
  assert(
    order.plan.serviceOrders.every(
      (one) => one === planned || !dependants.has(one.id) || isNowhere(world, one),
    ),
    `${id} is taken back after what relies on it`,
  );
}

/** When nothing is under way any more, the order is over, or a person has to do something. */
export function checkEnd(world: World): void {
  const { order, children, before, people } = world;
  const isHeld = Object.values(children).some(({ state }) => state === 'held');
  if (!isFinal(orderMachine, order.state)) {
    if (people.isOnHold) return;
    assert(isHeld && order.state === 'held', `nothing moves, and nobody knows why: ${order.state}`);
    return;
  }
  assert(!isHeld, 'a final order holds nothing');
  for (const one of order.plan.serviceOrders) {
    assert(isWhole(world, one) || isNowhere(world, one), `${one.id} is not half-done`);
    if (before === undefined) checkPolicy(world, one);
  }
  for (const one of order.plan.serviceOrders)
    for (const step of one.steps ?? []) {
      checkAgreement(world, one, step);
      checkSkipped(world, one, step);
    }
  for (const item of Object.keys(order.items)) checkItem(world, item);
}

/** I5: every object is as wanted or as before, and our footprint of it says what is there. */
function checkAgreement(
  { network, records, people }: World,
  one: CompactServiceOrder,
  step: CompactStep,
): void {
  const object = objectOf(one.id, step.id);
  if (network.odd[object] === 'late' || [...people.left, ...people.said].includes(object)) return;
  assert(network.taken[object] === undefined, `${one.id}: no system is still at ${step.id}`);
  assert(
    isAsWanted(network, one, step) || isAsBefore(network, one, step),
    `${one.id}: ${step.id} is as wanted or as it was`,
  );
  const now = network.objects[object];
  const print = records.prints[object];
  const presence = print?.presence ?? 'absent';
  assert(presence === (now ? 'present' : 'absent'), `${one.id}: ${step.id} is ${presence} only if it is`);
  if (now === undefined) return;
  const isSame = print?.key === now.key && print.version === now.version && print.values.v === now.values.v;
  assert(isSame, `${one.id}: the footprint of ${step.id} is what is there`);
}

/** Nobody but us writes here: a conflict, drift or lie that the network did not begin is our own doing. */
export function checkBlame(
  { network }: World,
  { id, step, standing }: Noted,
  outcome: StepOutcome,
  fault: Fault,
): void {
  if (outcome.type !== 'failed' || fault.type === 'refuses' || network.odd[standing.object]) return;
  assert(
    !['conflict', 'drift', 'lied'].includes(outcome.class),
    `${id}: ${step} takes its own write for another's: ${outcome.code}`,
  );
}

/** I9: once the way back of a step began, no forward attempt sends anything more. */
export function checkFence({ records }: World, { what, id, step = '' }: Pending, isSent: boolean): void {
  const isGoingBack = records.rows[rowKey(id, step)]?.way === 'undo';
  assert(!isSent || what === 'undo' || !isGoingBack, `${id}: ${step} is fenced once it goes back`);
}

/** A callback that came in the middle of an attempt is a reason to look again once that, and a pause, is over. */
export function checkCalled(world: World, id: string, step: string): void {
  const run = world.children[id];
  const isGivenUp = run?.retreat !== undefined && run.steps[step]?.way === 'do';
  const isKept = run?.steps[step]?.called === true && isPaused(run);
  assert(isGivenUp || isKept || isUnderWay(world, id, step), `${id}: a callback for ${step} is not lost`);
}

const definite: readonly (string | undefined)[] = ['refused', 'invalid', 'conflict', 'drift', 'lied'];

/** Some call of the step may have had an effect, and nothing it came to since says otherwise. */
export const isInDoubt = ({ children }: World, id: string, step: string): boolean => {
  const { state, awaitsRetry, doubted, trouble } = children[id]?.steps[step] ?? {};
  const isOpen = state === 'held' || awaitsRetry === true;
  return isOpen && doubted === true && !definite.includes(trouble?.class);
};

/** A callback for what is in doubt is a reason to look at once, one for what was answered for good is none. */
export function checkHeard(before: World, after: World, id: string, step: string): void {
  const { state, trouble } = before.children[id]?.steps[step] ?? {};
  if (isInDoubt(before, id, step)) checkCalled(after, id, step);
  const isDefinite = state === 'held' && definite.includes(trouble?.class);
  assert(!isDefinite || !isUnderWay(after, id, step), `${id}: a definite answer to ${step} stands`);
}

/** A step that was tried and then left out is one the service is of use without. */
function checkSkipped({ children }: World, one: CompactServiceOrder, { id, optional }: CompactStep): void {
  const { state, attempts = 0, doubted } = children[one.id]?.steps[id] ?? {};
  if (state !== 'skipped' || attempts === 0) return;
  assert(optional && !doubted, `${one.id}: ${id} is left out only if nobody needs it and nothing came of it`);
}

function checkItem(world: World, item: string): void {
  const { items, plan, parents } = world.order;
  const own = plan.serviceOrders.filter((one) => one.item === item);
  const all = plan.serviceOrders.filter((one) => isWithin(parents, one.item, item));
  const needed = all.filter(
    ({ optional, optionalWith }) =>
      optional !== true || (optionalWith !== undefined && isWithin(parents, item, optionalWith)),
  );
  const stood = (one: CompactServiceOrder) => isDone(world, one);
  if (items[item] === 'completed') {
    assert(needed.every(stood), `${item} is completed only if all it needs is there`);
    assert(all.length === 0 || all.some(stood), `${item} is completed only if something of it is there`);
    return;
  }
  assert(isGivenBack(items[item]), `${item} is over with its order`);
  const excused = standing(world);
  const left = own.filter((one) => !isNowhere(world, one) && !excused.has(one.id));
  assert(left.length === 0, `${item} failed, and nothing of it is left: ${left.map(({ id }) => id)}`);
  assert(
    all.length === 0 || !needed.every(stood) || !all.some(stood),
    `${item} failed only if something it needs is not there`,
  );
}

const isGivenBack = (state?: ItemState): boolean => state === 'failed' || state === 'cancelled';

/** It ended without effect, or was taken back. */
export const wasGone = ({ order }: World, id: string): boolean =>
  ['undone', 'compensated'].includes(order.children[id]?.state ?? '');

/** Its child ended well and was not taken back, or nothing had to be done. */
export const isDone = ({ order }: World, { id }: CompactServiceOrder): boolean => {
  const state = order.children[id]?.state;
  return state === 'done' || (state === 'skipped' && !order.doomed.includes(id));
};

export const isWithin = (parents: Readonly<Record<string, string>>, part: string, item: string): boolean =>
  part === item || (parents[part] !== undefined && isWithin(parents, parents[part], item));

/** Nothing is taken down by a failure that has nothing to do with it, and nothing fails by itself. */
function checkPolicy(world: World, one: CompactServiceOrder): void {
  const { plan, parents, children } = world.order;
  const failed = plan.serviceOrders.filter(({ id }) => world.children[id]?.state === 'failed');
  const required = failed.filter(({ optional }) => optional !== true);
  const isWholeOrder = plan.onFailure === 'allOrNothing' && required.length === failed.length;
  const follows = isWholeOrder ? changedUpon : nothingFollows;
  const isTakenBack = children[one.id]?.state === 'compensated';
  assert(!isTakenBack || !mustStand(world, one, follows), `${one.id} stands with what is past its return`);
  if (failed.length === 0) assert(isDone(world, one), `${one.id} is done, since nothing failed`);
  const everyOptional = plan.serviceOrders.every(
    ({ optional, after }) => optional === true || after.length === 0,
  );
  if (required.length === 0 && one.optional !== true && everyOptional) {
    assert(isDone(world, one), `${one.id} is done, since it needs nothing that failed`);
  }
  if (plan.onFailure === 'allOrNothing') {
    const isLost = required.length > 0 && !standing(world).has(one.id);
    assert(!isLost || !isDone(world, one), `${one.id} goes down with the rest`);
    return;
  }
  const touched = grown(
    failed.map(({ id }) => id),
    (id) => {
      const lost = plan.serviceOrders.find((other) => other.id === id);
      return plan.serviceOrders.filter(
        (other) =>
          other.item === lost?.item ||
          other.after.includes(id) ||
          isWithin(parents, lost?.item ?? '', other.item),
      );
    },
  );
  assert(touched.has(one.id) || isDone(world, one), `${one.id} has nothing to do with what failed`);
}
export const standsAlone = ({ order }: World): boolean =>
  order.plan.serviceOrders.some(
    ({ id, item }) => order.items[item] !== 'completed' && order.children[id]?.state === 'done',
  );
