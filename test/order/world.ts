import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert, must, unreachable } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { advance, type OrderCommand, type OrderEvent, type OrderRun } from '../../src/order/advance.ts';
import { orderMachine } from '../../src/order/machine.ts';
import {
  advance as advanceChild,
  beginServiceOrder,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
  type StepReport,
} from '../../src/serviceOrder/advance.ts';
import { policy } from '../serviceOrder/driver.ts';

/** Something that will happen, though nobody knows when: a step ends, a timer rings, a signal arrives. */
export interface Pending {
  readonly what: 'opened' | 'begun' | 'release' | 'report' | 'timer' | 'held' | 'ready' | 'settled';
  readonly id: string;
  readonly step?: string;
  readonly detail?: string;
}

/** A whole order in motion: the reducer of the order, those of its service orders, and all that is under way. */
export interface World {
  readonly order: OrderRun;
  readonly children: Readonly<Record<string, ServiceOrderRun>>;
  readonly pending: readonly Pending[];
}

export const beginWorld = (order: OrderRun): World => ({
  order,
  children: {},
  pending: [{ what: 'opened', id: '' }],
});

/** Lets one pending thing happen. A step's end comes with its report. */
export function happen(world: World, index: number, report: StepReport, jitter = 0): World {
  const event = must(world.pending[index], 'a pending event');
  const rest = { ...world, pending: world.pending.filter((_, other) => other !== index) };
  const { id, step = '', detail = '' } = event;
  const changed = [`r${id}`];
  switch (event.what) {
    case 'opened':
      return tellOrder(rest, { type: 'Opened' });
    case 'held':
      return tellOrder(rest, { type: 'ServiceOrderHeld', id, code: detail, reason: detail });
    case 'ready':
      return tellOrder(rest, { type: 'ServiceOrderReady', id, changed });
    case 'settled':
      return tellOrder(rest, { type: 'ServiceOrderSettled', id, changed });
    case 'begun':
      return tellChild(rest, id, { type: 'Begun' });
    case 'release':
      return tellChild(rest, id, { type: 'Released' });
    case 'timer':
      return tellChild(rest, id, { type: 'RetryDue', step });
    case 'report':
      return tellChild(rest, id, { type: 'StepReported', step, report, jitter });
    default:
      return unreachable(event.what);
  }
}

function tellOrder(world: World, event: OrderEvent): World {
  const { run, commands } = advance(world.order, event);
  const isOver = isFinal(orderMachine, run.state);
  assert(
    commands.some(({ type }) => type === 'settleOrder') === isOver,
    'an order is settled when it is final',
  );
  assert(!isOver || world.pending.length === 0, 'nothing is under way when the order is final');
  assert(
    !isOver || run.plan.serviceOrders.every(({ id }) => isOverIn(run, id)),
    'an order is final only when all its service orders are over',
  );
  return commands.reduce(obey, { ...world, order: run });
}

const isOverIn = (run: OrderRun, id: string): boolean =>
  ['done', 'skipped'].includes(run.children[id]?.state ?? '');

function obey(world: World, command: OrderCommand): World {
  switch (command.type) {
    case 'startServiceOrder':
      return start(world, plannedIn(world, command.id), command.changed);
    case 'releaseServiceOrder':
      return soon(world, { what: 'release', id: command.id });
    case 'recordProgress':
    case 'settleOrder':
      return world;
    default:
      return unreachable(command);
  }
}

function start(world: World, planned: CompactServiceOrder, changed: readonly string[]): World {
  const { id, action, steps = [] } = planned;
  assert(world.children[id] === undefined, `${id} is started at most once`);
  const children = { ...world.children, [id]: beginServiceOrder(action, steps, policy, changed) };
  return soon({ ...world, children }, { what: 'begun', id });
}

function tellChild(world: World, id: string, event: ServiceOrderEvent): World {
  const { run, commands } = advanceChild(must(world.children[id], id), event);
  const after = { ...world, children: { ...world.children, [id]: run } };
  return commands.reduce((now, command) => obeyChild(now, id, command), after);
}

function obeyChild(world: World, id: string, command: ServiceOrderCommand): World {
  switch (command.type) {
    case 'attemptStep':
      checkEffect(world, id, command.step);
      return soon(world, { what: 'report', id, step: command.step });
    case 'retryLater':
      return soon(world, { what: 'timer', id, step: command.step });
    case 'reportHeld':
      return soon(world, { what: 'held', id, detail: command.code });
    case 'reportReady':
      return soon(world, { what: 'ready', id });
    case 'settleServiceOrder':
      return soon(world, { what: 'settled', id });
    case 'recordServiceOrder':
      return world;
    default:
      return unreachable(command);
  }
}

/** Judged by what the steps really came to, not by what the order believes of its service orders. */
function checkEffect(world: World, id: string, step: string): void {
  const planned = plannedIn(world, id);
  const { verb, after } = must(
    planned.steps?.find((candidate) => candidate.id === step),
    step,
  );
  assert(
    after.every((other) => isStepOver(world, id, other)),
    `${id}: ${step} comes after its steps`,
  );
  const isBuilt = (other: string) =>
    world.order.children[other]?.state === 'skipped' ||
    (world.children[other] !== undefined &&
      plannedIn(world, other).steps?.every(
        (candidate) => candidate.verb === 'revoke' || isStepOver(world, other, candidate.id),
      ) === true);
  const { serviceOrders } = world.order.plan;
  if (verb === 'apply') assert(planned.after.every(isBuilt), `${id} comes after what it relies on`);
  else {
    const builders = serviceOrders.filter(({ action }) => action !== 'delete');
    assert(
      builders.every((other) => isBuilt(other.id)),
      `${id} takes away after all is built`,
    );
    checkTakenAway(world, planned);
  }
}

function checkTakenAway(world: World, planned: CompactServiceOrder): void {
  const isGone = ({ id, steps = [] }: CompactServiceOrder) =>
    world.order.children[id]?.state === 'skipped' || steps.every((step) => isStepOver(world, id, step.id));
  const first = world.order.plan.serviceOrders.filter(({ id, action, after }) =>
    planned.action === 'delete'
      ? planned.after.includes(id)
      : action === 'delete' || after.includes(planned.id),
  );
  assert(first.every(isGone), `${planned.id} goes after what relies on it`);
}

const isStepOver = (world: World, id: string, step: string): boolean =>
  ['done', 'skipped'].includes(world.children[id]?.steps[step]?.state ?? '');

const plannedIn = (world: World, id: string): CompactServiceOrder =>
  must(
    world.order.plan.serviceOrders.find((candidate) => candidate.id === id),
    id,
  );

const soon = (world: World, event: Pending): World => ({ ...world, pending: [...world.pending, event] });
