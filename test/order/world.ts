import type { StepOutcome } from '../../src/activation/attempt.ts';
import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert, must, unreachable } from '../../src/kernel/assert.ts';
import { sameJson } from '../../src/kernel/json.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { advance } from '../../src/order/advance.ts';
import { refusalOf } from '../../src/order/commands.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { type OrderCommand, type OrderEvent, type OrderRun, serviceOrdersOf } from '../../src/order/run.ts';
import { costsAttempt, rowsOf } from '../../src/serviceOrder/recovery.ts';
import { advance as advanceChild } from '../../src/serviceOrder/advance.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import {
  beginServiceOrder,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type StepReport,
} from '../../src/serviceOrder/run.ts';
import { type Fault, note, perform, record, type Takes } from './hands.ts';
import { checkAborted } from './abortLaws.ts';
import { checkAttempt, checkBlame, checkCalled, checkEnd, checkFence, checkUndo } from './laws.ts';
import {
  carryOut,
  endTaken,
  type Mutation,
  networkBefore,
  objectOf,
  originOf,
  stepOf,
  withOdd,
  withSent,
} from './network.ts';
import { isAttempt, isUnderWay, isUnheard, type Pending, soon, type World } from './pending.ts';
import { compensationOf, recordsBefore, rowKey } from './records.ts';

export const beginWorld = (order: OrderRun): World => ({
  order,
  children: {},
  network: networkBefore(order),
  records: recordsBefore(order),
  pending: [{ what: 'opened', id: '' }],
  called: [],
});

/** Lets one pending thing happen. An attempt comes with what goes wrong with it. */
export function happen(world: World, index: number, fault: Fault, jitter = 0): World {
  const pending = must(world.pending[index], 'a pending event');
  const rest = { ...world, pending: world.pending.filter((_, other) => other !== index) };
  const after = react(rest, pending, fault, jitter);
  if (after.pending.length > 0) return after;
  checkEnd(after);
  checkAborted(after);
  return after;
}

function react(world: World, pending: Pending, fault: Fault, jitter: number): World {
  const { what, id, step = '', detail = '' } = pending;
  switch (what) {
    case 'opened':
      return tellOrder(world, { type: 'Opened' });
    case 'abort':
      return abort(world);
    case 'held':
      return tellOrder(world, { type: 'ServiceOrderHeld', id, code: detail, reason: detail });
    case 'resumed':
      return tellOrder(world, { type: 'ServiceOrderResumed', id });
    case 'ready':
      return tellOrder(world, { type: 'ServiceOrderReady', id, changed: [`r${id}`] });
    case 'stands':
      return tellOrder(world, { type: 'ServiceOrderStands', id });
    case 'settled': {
      const outcome = must(pending.outcome, 'an outcome');
      const code = outcome === 'completed' ? null : detail;
      return tellOrder(world, { type: 'ServiceOrderSettled', id, outcome, code, changed: [`r${id}`] });
    }
    case 'compensation':
      return openCompensations(world, id.split(' '));
    case 'begun':
      return tellChild(world, id, { type: 'Begun' });
    case 'release':
      return tellChild(world, id, { type: 'Released' });
    case 'stop':
      return tellChild(world, id, { type: 'StopRequested' });
    case 'timer':
      return tellChild(world, id, { type: 'RetryDue', step });
    case 'reportDue':
      return tellChild(world, id, { type: 'ReportDue', step, number: must(pending.number, 'a timer') });
    case 'called':
      return callBack(world, id, step);
    case 'taken':
      return endOfTaken(world, pending, must(pending.takes, 'what becomes of it'));
    case 'do':
    case 'undo':
      return beginAttempt(world, pending, fault, jitter);
    case 'call':
      return call(world, pending, fault, jitter);
    case 'record':
      return conclude(world, pending, must(pending.said, 'an outcome'), jitter);
    case 'late':
      return takeEffectLate(world, id, step, must(pending.mutation, 'a call'));
    default:
      return unreachable(what);
  }
}

/** A refused one changes nothing, even if it gets as far as the order. */
function abort(world: World): World {
  const { order } = world;
  const event = { type: 'AbortRequested' } as const;
  if (refusalOf(order, event) === undefined) return tellOrder({ ...world, beforeAbort: order }, event);
  const after = tellOrder(world, event);
  assert(sameJson(after.order, order), 'a refused abort changes nothing');
  assert(after.pending.length === world.pending.length, 'a refused abort leads to nothing');
  return after;
}

function openCompensations(world: World, ids: readonly string[]): World {
  let { records } = world;
  const serviceOrders = ids.map((one) => {
    const opened = compensationOf(world.network, records, originOf(world.order, one));
    ({ records } = opened);
    return opened.serviceOrder;
  });
  return tellOrder({ ...world, records }, { type: 'CompensationOpened', serviceOrders });
}

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

function beginAttempt(world: World, pending: Pending, fault: Fault, jitter: number): World {
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

function call(world: World, pending: Pending, fault: Fault, jitter: number): World {
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

function endOfTaken(world: World, pending: Pending, takes: Takes): World {
  const { id, step = '', mutation } = pending;
  const fate = takes.later === 'refused' ? 'refused' : 'done';
  const { network, effect } = endTaken(world.network, must(mutation, 'a write'), fate);
  const ended = { ...world, network };
  const after = effect ? judgeEffect(world, ended, pending) : ended;
  const called = Array.from({ length: takes.late }, (): Pending => ({ what: 'called', id, step }));
  return { ...after, pending: [...after.pending, ...called] };
}

function callBack(world: World, id: string, step: string): World {
  const isBusy = isUnderWay(world, id, step);
  const called = isBusy ? [...world.called, rowKey(id, step)] : world.called;
  return tellChild({ ...world, called }, id, { type: 'Called', step });
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

function takeEffectLate(world: World, id: string, step: string, mutation: Mutation): World {
  const { network, effect } = carryOut(world.network, mutation);
  return effect ? noteLate({ ...world, network }, id, step) : world;
}

function conclude(
  world: World,
  pending: Pending,
  outcome: StepOutcome,
  jitter: number,
  isOutage = false,
): World {
  const concluded = record(world.records, must(pending.noted, 'a noted attempt'), outcome, isOutage);
  return report({ ...world, records: concluded.records }, pending, concluded.report, jitter);
}

function report(
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
  if (called.length < world.called.length && said.type === 'accepted') checkCalled(after, id, step);
  return after;
}

const isLooking = ({ children }: World, id: string, step: string): boolean =>
  children[id]?.steps[step]?.report?.looking === true;

function tellOrder(world: World, event: OrderEvent): World {
  assert(!isFinal(orderMachine, world.order.state), `nothing tells a final order: ${event.type}`);
  const { run, commands } = advance(world.order, event);
  const isOver = isFinal(orderMachine, run.state);
  assert(
    commands.some(({ type }) => type === 'settleOrder') === isOver,
    'an order is settled when it is final',
  );
  const pending = world.pending.filter((one) => !isOver || !isTooLate(world, one));
  assert(!isOver || pending.every(isUnheard), 'nothing is under way when the order is final');
  return commands.reduce(obey, { ...world, pending, order: run });
}

/** The word to stop may find its service order over, and so may a callback; an abort may find the order over, or end it. */
const isTooLate = ({ children }: World, { what, id }: Pending): boolean =>
  what === 'abort' ||
  what === 'opened' ||
  ((what === 'stop' || what === 'called') && isFinal(serviceOrderMachine, must(children[id], id).state));

function obey(world: World, command: OrderCommand): World {
  switch (command.type) {
    case 'startServiceOrder':
      return start(world, command.id, command.changed);
    case 'releaseServiceOrder':
      return soon(world, { what: 'release', id: command.id, lane: `to ${command.id}` });
    case 'stopServiceOrder':
      return soon(world, { what: 'stop', id: command.id, lane: `to ${command.id}` });
    case 'openCompensation':
      return soon(world, { what: 'compensation', id: command.ids.join(' ') });
    case 'recordProgress':
    case 'settleOrder':
      return world;
    default:
      return unreachable(command);
  }
}

function start(world: World, id: string, changed: readonly string[]): World {
  assert(world.children[id] === undefined, `${id} is started at most once`);
  assert(!world.order.doomed.includes(id), `${id} is not started once it is doomed`);
  const planned = serviceOrdersOf(world.order).find((one) => one.id === id) as CompactServiceOrder;
  const { action, steps = [], compensates, specification } = planned;
  const { recovery, settings } = world.order.plan;
  const policy = { ...settings.policy, rows: rowsOf(recovery, specification) ?? [] };
  const run = beginServiceOrder(action, steps, policy, changed, compensates !== undefined);
  return soon({ ...world, children: { ...world.children, [id]: run } }, { what: 'begun', id });
}

/** A service order that is over hears nothing any more, and its timers are gone with it. */
function tellChild(world: World, id: string, event: ServiceOrderEvent): World {
  const before = must(world.children[id], id);
  if (isFinal(serviceOrderMachine, before.state)) {
    const mayBeLate = event.type === 'StopRequested' || event.type === 'Called';
    assert(mayBeLate, `${event.type} comes before ${id} is over`);
    return world;
  }
  const { run, commands } = advanceChild(before, event);
  const after = { ...world, children: { ...world.children, [id]: run } };
  const obeyed = commands.reduce((now, command) => obeyChild(now, id, command), after);
  if (!isFinal(serviceOrderMachine, run.state)) return obeyed;
  const isGone = (one: Pending) => one.id === id && ['timer', 'reportDue', 'begun'].includes(one.what);
  return { ...obeyed, pending: obeyed.pending.filter((one) => !isGone(one)) };
}

function obeyChild(world: World, id: string, command: ServiceOrderCommand): World {
  const up = (message: Omit<Pending, 'id'>) => soon(world, { ...message, id, lane: `from ${id}` });
  switch (command.type) {
    case 'attemptStep':
      return attempt(world, id, command.step);
    case 'undoStep':
      assert(
        !isUnderWay(world, id, command.step),
        `${id}: ${command.step} is undone when nothing is under way`,
      );
      checkUndo(world, id, command.step);
      return soon(world, { what: 'undo', id, step: command.step });
    case 'retryLater':
      return soon(world, { what: 'timer', id, step: command.step });
    case 'reportHeld':
      return up({ what: 'held', detail: command.code });
    case 'reportResumed':
      return up({ what: 'resumed' });
    case 'reportReady':
      return up({ what: 'ready' });
    case 'reportStands':
      return up({ what: 'stands' });
    case 'settleServiceOrder':
      assert(
        !world.pending.some((one) => one.id === id && isAttempt(one)),
        `${id} is settled when nothing of it is under way`,
      );
      return up({ what: 'settled', outcome: command.outcome, detail: command.code ?? '' });
    case 'awaitReport':
      return soon(world, { what: 'reportDue', id, step: command.step, number: command.number });
    case 'recordServiceOrder':
      return world;
    default:
      return unreachable(command);
  }
}

function attempt(world: World, id: string, step: string): World {
  assert(!isUnderWay(world, id, step), `${id}: ${step} is attempted once at a time`);
  assert(world.children[id]?.retreat === undefined, `${id} does nothing forward once it goes back`);
  const origin = originOf(world.order, id);
  if (origin.id !== id) checkUndo(world, id, step);
  else checkAttempt(world, id, step);
  const network =
    origin.id === id ? withSent(world.network, objectOf(id, step), stepOf(origin, step)) : world.network;
  return soon({ ...world, network }, { what: 'do', id, step });
}
