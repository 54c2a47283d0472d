import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert, must, unreachable } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { advance } from '../../src/order/advance.ts';
import { refusalOf } from '../../src/order/commands.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { type OrderCommand, type OrderEvent, type OrderRun, serviceOrdersOf } from '../../src/order/run.ts';
import { advance as advanceChild } from '../../src/serviceOrder/advance.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import {
  beginServiceOrder,
  type Outcome,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
} from '../../src/serviceOrder/run.ts';
import { checkAttempt, checkEnd, checkUndo } from './laws.ts';
import {
  compensationOf,
  type Ending,
  isAsWanted,
  type Network,
  objectOf,
  originOf,
  possible,
  stepOf,
  untouchedNetwork,
  withEffect,
  withSent,
} from './network.ts';

/** Something that will happen, though nobody knows when: a step ends, a timer rings, a signal arrives. */
export interface Pending {
  readonly what:
    | 'opened'
    | 'abort'
    | 'begun'
    | 'release'
    | 'stop'
    | 'do'
    | 'undo'
    | 'timer'
    | 'held'
    | 'resumed'
    | 'ready'
    | 'stands'
    | 'settled'
    | 'compensation';
  readonly id: string;
  readonly step?: string;
  readonly detail?: string;
  readonly outcome?: Outcome;
  /** Messages of one lane arrive in the order in which they were sent. */
  readonly lane?: string;
}

/** A whole order in motion: the reducer of the order, those of its service orders, and all that is under way. */
export interface World {
  readonly order: OrderRun;
  readonly children: Readonly<Record<string, ServiceOrderRun>>;
  readonly network: Network;
  readonly pending: readonly Pending[];
}

export const beginWorld = (order: OrderRun): World => ({
  order,
  children: {},
  network: untouchedNetwork,
  pending: [{ what: 'opened', id: '' }],
});

/** What may be the next to happen. */
export const nextIn = ({ pending }: World): number[] =>
  pending.flatMap(({ lane }, index) =>
    lane !== undefined && pending.slice(0, index).some((earlier) => earlier.lane === lane) ? [] : [index],
  );

/** Lets one pending thing happen. An attempt comes with how it ends. */
export function happen(world: World, index: number, ending: Ending, jitter = 0): World {
  const pending = must(world.pending[index], 'a pending event');
  const rest = { ...world, pending: world.pending.filter((_, other) => other !== index) };
  const after = react(rest, pending, ending, jitter);
  if (after.pending.length === 0) checkEnd(after);
  return after;
}

function react(world: World, pending: Pending, ending: Ending, jitter: number): World {
  const { what, id, step = '', detail = '' } = pending;
  const changed = [`r${id}`];
  switch (what) {
    case 'opened':
      return tellOrder(world, { type: 'Opened' });
    case 'abort': {
      const event = { type: 'AbortRequested' } as const;
      return refusalOf(world.order, event) ? world : tellOrder(world, event);
    }
    case 'held':
      return tellOrder(world, { type: 'ServiceOrderHeld', id, code: detail, reason: detail });
    case 'resumed':
      return tellOrder(world, { type: 'ServiceOrderResumed', id });
    case 'ready':
      return tellOrder(world, { type: 'ServiceOrderReady', id, changed });
    case 'stands':
      return tellOrder(world, { type: 'ServiceOrderStands', id });
    case 'settled': {
      const outcome = must(pending.outcome, 'an outcome');
      const code = outcome === 'completed' ? null : detail;
      return tellOrder(world, { type: 'ServiceOrderSettled', id, outcome, code, changed });
    }
    case 'compensation': {
      const serviceOrders = id
        .split(' ')
        .map((one) => compensationOf(world.network, originOf(world.order, one)));
      return tellOrder(world, { type: 'CompensationOpened', serviceOrders });
    }
    case 'begun':
      return tellChild(world, id, { type: 'Begun' });
    case 'release':
      return tellChild(world, id, { type: 'Released' });
    case 'stop':
      return tellChild(world, id, { type: 'StopRequested' });
    case 'timer':
      return tellChild(world, id, { type: 'RetryDue', step });
    case 'do':
    case 'undo':
      return endAttempt(world, pending, ending, jitter);
    default:
      return unreachable(what);
  }
}

function endAttempt(world: World, { what, id, step = '' }: Pending, given: Ending, jitter: number): World {
  const origin = originOf(world.order, id);
  const forward = what === 'do' && origin.id === id;
  const isThere = isAsWanted(world.network, origin.id, step) === forward;
  const { report, effect } = possible(given, isThere);
  const object = objectOf(origin.id, step);
  const marked = forward ? withSent(world.network, object, stepOf(origin, step), report) : world.network;
  const network = effect ? withEffect(marked, object, forward) : marked;
  if (effect && !isThere) (forward ? checkAttempt : checkUndo)(world, id, step);
  return tellChild({ ...world, network }, id, { type: 'StepReported', step, report, jitter });
}

function tellOrder(world: World, event: OrderEvent): World {
  assert(!isFinal(orderMachine, world.order.state), `nothing tells a final order: ${event.type}`);
  const { run, commands } = advance(world.order, event);
  const isOver = isFinal(orderMachine, run.state);
  assert(
    commands.some(({ type }) => type === 'settleOrder') === isOver,
    'an order is settled when it is final',
  );
  const pending = world.pending.filter((one) => !isOver || !isTooLate(world, one));
  assert(!isOver || pending.length === 0, 'nothing is under way when the order is final');
  return commands.reduce(obey, { ...world, pending, order: run });
}

/** The word to stop may find its service order over, and an abort the order. */
const isTooLate = ({ children }: World, { what, id }: Pending): boolean =>
  what === 'abort' ||
  what === 'opened' ||
  (what === 'stop' && isFinal(serviceOrderMachine, must(children[id], id).state));

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
  const { action, steps = [], compensates, recovery: rows = [] } = planned;
  const policy = { ...world.order.plan.settings.policy, rows };
  const run = beginServiceOrder(action, steps, policy, changed, compensates !== undefined);
  return soon({ ...world, children: { ...world.children, [id]: run } }, { what: 'begun', id });
}

/** A service order that is over hears nothing any more, and its timers are gone with it. */
function tellChild(world: World, id: string, event: ServiceOrderEvent): World {
  const before = must(world.children[id], id);
  if (isFinal(serviceOrderMachine, before.state)) {
    assert(event.type === 'StopRequested', `${event.type} comes before ${id} is over`);
    return world;
  }
  const { run, commands } = advanceChild(before, event);
  const after = { ...world, children: { ...world.children, [id]: run } };
  const obeyed = commands.reduce((now, command) => obeyChild(now, id, command), after);
  if (!isFinal(serviceOrderMachine, run.state)) return obeyed;
  const isGone = (one: Pending) => one.id === id && ['timer', 'begun'].includes(one.what);
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
        !world.pending.some((one) => one.id === id && ['do', 'undo'].includes(one.what)),
        `${id} is settled when nothing of it is under way`,
      );
      return up({ what: 'settled', outcome: command.outcome, detail: command.code ?? '' });
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

const isUnderWay = ({ pending }: World, id: string, step: string): boolean =>
  pending.some((one) => one.id === id && one.step === step && ['do', 'undo'].includes(one.what));

const soon = (world: World, event: Pending): World => ({ ...world, pending: [...world.pending, event] });
