import type { StepOutcome } from '../../src/activation/attempt.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { serviceOrdersOf } from '../../src/order/run.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import { costsAttempt } from '../../src/serviceOrder/recovery.ts';
import type { StepReport } from '../../src/serviceOrder/run.ts';
import { tellChild } from './childRoom.ts';
import { complete, type Fault, note, perform, record, type Takes } from './hands.ts';
import {
  checkAttempt,
  checkBlame,
  checkCalled,
  checkFence,
  checkHeard,
  checkUndo,
  isInDoubt,
} from './laws.ts';
import {
  carryOut,
  endTaken,
  type Mutation,
  objectOf,
  originOf,
  stepOf,
  withOdd,
  withSent,
} from './network.ts';
import { isUnderWay, type Pending, soon, type World } from './pending.ts';
import { rowKey } from './records.ts';

const lost = (fault: Extract<Fault, { type: 'workerLost' }>): StepReport => ({
  type: 'failed',
  class: fault.class,
  code: 'workerLost',
});

/** A worker is lost: the workflow is told so, and if it was only paused it goes on when nobody waits any more. */
function loseWorker(
  world: World,
  fault: Extract<Fault, { type: 'workerLost' }>,
  rest: Pending,
  jitter: number,
): World {
  const after = fault.goesOn ? soon(world, { ...rest, unheard: true }) : world;
  return rest.unheard ? after : report(after, rest, lost(fault), jitter);
}

export function beginAttempt(world: World, pending: Pending, fault: Fault, jitter: number): World {
  const { what, id, step = '' } = pending;
  const isLost = fault.type === 'workerLost';
  if (isLost && fault.when === 'beforeNote') return loseWorker(world, fault, pending, jitter);
  const origin = originOf(world.order, id);
  const own = must(
    serviceOrdersOf(world.order).find((one) => one.id === id),
    id,
  );
  const noted = note(world, origin, own, step, what === 'undo' ? 'undo' : 'do', fault);
  const after = { ...world, records: noted.records };
  checkFence(world, pending, 'noted' in noted);
  if ('report' in noted) return report(after, pending, noted.report, jitter);
  const next: Pending = { ...pending, what: 'call', noted: noted.noted };
  if (isLost && fault.when === 'afterNote') return loseWorker(after, fault, next, jitter);
  return fault.type === 'slow' ? soon(after, next) : call(after, next, fault, jitter);
}

export function call(world: World, pending: Pending, fault: Fault, jitter: number): World {
  const noted = must(pending.noted, 'a noted attempt');
  const performed = perform(world.network, noted, fault);
  const { outcome, late, taken, effect, busy } = performed;
  let after: World = { ...world, network: performed.network };
  assert(!busy || pending.unheard, `${pending.id}: ${noted.step} is not written while the system is at it`);
  if (effect) after = judgeEffect(world, after, pending);
  if (!pending.unheard) checkBlame(after, noted, outcome, fault);
  if (late) after = soon(after, { what: 'late', id: pending.id, step: noted.step, mutation: late });
  if (taken && fault.type === 'takes') {
    after = soonEnded(after, pending, fault, taken);
    // Taken for a worker that was given up: what comes of it may come too late.
    if (pending.unheard) after = noteLate(after, pending.id, noted.step);
    return soon(after, { ...pending, what: 'record', said: outcome });
  }
  if (fault.type !== 'workerLost') return conclude(after, pending, outcome, jitter, fault.type === 'away');
  return loseWorker(after, fault, { ...pending, what: 'record', said: outcome }, jitter);
}

/** What becomes of a write that was taken, and the callbacks about it, come whenever they like. */
function soonEnded(
  world: World,
  { id, step = '', noted, unheard }: Pending,
  takes: Takes,
  mutation: Mutation,
): World {
  const called = Array.from({ length: takes.early }, (): Pending => ({ what: 'called', id, step }));
  const after = { ...world, pending: [...world.pending, ...called] };
  if (takes.later === 'never') return after;
  return soon(after, {
    what: 'taken',
    id,
    step,
    mutation,
    takes,
    ...(noted && { noted }),
    ...(unheard && { unheard }),
  });
}

export function endOfTaken(world: World, pending: Pending, takes: Takes): World {
  const { id, step = '', mutation } = pending;
  const fate = takes.later === 'refused' ? 'refused' : 'done';
  const { network, effect } = endTaken(world.network, must(mutation, 'a write'), fate);
  const ended = { ...world, network };
  const after = effect ? judgeEffect(world, ended, pending) : ended;
  const called = Array.from({ length: takes.late }, (): Pending => ({ what: 'called', id, step }));
  return { ...after, pending: [...after.pending, ...called] };
}

export function callBack(world: World, id: string, step: string): World {
  const isBusy = isUnderWay(world, id, step);
  const called = isBusy ? [...world.called, rowKey(id, step)] : world.called;
  const after = tellChild({ ...world, called }, id, { type: 'Called', step });
  checkHeard(world, after, id, step);
  return after;
}

/** What a call changed that somebody waits for came in its turn; what nobody waits for may come too late. */
function judgeEffect(before: World, after: World, { id, step = '', noted, unheard }: Pending): World {
  if (unheard) return noteLate(after, id, step);
  const isForward = noted?.way === 'do' && originOf(before.order, id).id === id;
  (isForward ? checkAttempt : checkUndo)(before, id, step);
  return after;
}

/** Once its step is over on the way back, or its service order is, an effect is for the watch to find. */
function noteLate(world: World, id: string, step: string): World {
  const run = must(world.children[id], id);
  const isOver = isFinal(serviceOrderMachine, run.state) || run.steps[step]?.state === 'undone';
  if (!isOver) return world;
  return { ...world, network: withOdd(world.network, objectOf(originOf(world.order, id).id, step), 'late') };
}

export function takeEffectLate(world: World, id: string, step: string, mutation: Mutation): World {
  const { network, effect } = carryOut(world.network, mutation);
  return effect ? noteLate({ ...world, network }, id, step) : world;
}

export function conclude(
  world: World,
  pending: Pending,
  outcome: StepOutcome,
  jitter: number,
  isOutage = false,
): World {
  const concluded = record(world.records, must(pending.noted, 'a noted attempt'), outcome, isOutage);
  return report({ ...world, records: concluded.records }, pending, concluded.report, jitter);
}

export function report(
  world: World,
  { id, step = '', noted, unheard, what }: Pending,
  said: StepReport,
  jitter: number,
): World {
  if (unheard) return world;
  const origin = originOf(world.order, id);
  const isForward = origin.id === id && (noted?.way ?? what) === 'do';
  // A look sends nothing: one that saw nothing leaves no doubt.
  const isUnseen = isLooking(world, id, step) && said.type === 'failed' && !costsAttempt(said.class);
  const network =
    isForward && !isUnseen
      ? withSent(world.network, objectOf(id, step), stepOf(origin, step), said)
      : world.network;
  const called = world.called.filter((one) => one !== rowKey(id, step));
  const event = { type: 'StepReported', step, report: said, jitter } as const;
  const after = tellChild({ ...world, network, called }, id, event);
  const isOpen = said.type === 'accepted' || isInDoubt(after, id, step);
  if (called.length < world.called.length && isOpen) checkCalled(after, id, step);
  return after;
}

const isLooking = ({ children }: World, id: string, step: string): boolean =>
  children[id]?.steps[step]?.report?.looking === true;

/** Noted and concluded in one transaction, with what a person knows; whatever went before it is fenced. */
export function completeStep(world: World, pending: Pending): World {
  const { id, step = '', audit = '' } = pending;
  const given = must(world.people.given[audit], audit);
  assert('evidence' in given, 'a step is completed with evidence');
  const origin = originOf(world.order, id);
  const own = must(
    serviceOrdersOf(world.order).find((one) => one.id === id),
    id,
  );
  const completed = complete(world.records, origin, own, step, given);
  return report({ ...world, records: completed.records }, pending, completed.report, 0);
}
