import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert, must, unreachable } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { advance } from '../../src/order/advance.ts';
import { evolve, type OrderChange } from '../../src/order/changes.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { type OrderCommand, type OrderEvent, serviceOrdersOf } from '../../src/order/run.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import { rowsOf } from '../../src/serviceOrder/recovery.ts';
import { beginServiceOrder, type Control } from '../../src/serviceOrder/run.ts';
import { isUnheard, orderWishes, type Pending, soon, type Word, type World } from './pending.ts';
import { endTasks, recordControl, withOne } from './people.ts';
import { checkRecorded } from './recordLaws.ts';
import { heldUpBy } from './standing.ts';

export function tellOrder(world: World, event: OrderEvent): World {
  const { order: was } = world;
  assert(!isFinal(orderMachine, was.state), `nothing tells a final order: ${event.type}`);
  const { run, commands } = advance(was, event);
  const isOver = isFinal(orderMachine, run.state);
  assert(
    commands.some(({ type }) => type === 'settleOrder') === isOver,
    'an order is settled when it is final',
  );
  const pending = world.pending.filter((one) => !isOver || !isTooLate(world, one));
  assert(!isOver || pending.every(isUnheard), 'nothing is under way when the order is final');
  const isTurned = was.unwanted === null && run.unwanted !== null;
  const told = { ...world, pending, order: run, ...(isTurned && { before: was }) };
  const obeyed = commands.reduce<World>((now, command) => obey(now, command, was), told);
  if (commands.every(({ type }) => !isRecord(type))) checkRecorded(obeyed, was, []);
  return obeyed;
}

const isRecord = (type: OrderCommand['type']): boolean => type === 'recordProgress' || type === 'settleOrder';

/** A word may find its service order over, and so may a callback; a wish may find the order over, or end it. */
const isTooLate = ({ children }: World, { what, id }: Pending): boolean =>
  orderWishes.includes(what) ||
  what === 'opened' ||
  (mayFindItOver.includes(what) && isFinal(serviceOrderMachine, must(children[id], id).state));

const mayFindItOver: readonly string[] = [
  'stop',
  'ask',
  'goOn',
  'holdWord',
  'resumeWord',
  'called',
  'command',
];

const words = {
  releaseServiceOrder: 'release',
  stopServiceOrder: 'stop',
  askServiceOrder: 'ask',
  goOnServiceOrder: 'goOn',
  holdServiceOrder: 'holdWord',
  resumeServiceOrder: 'resumeWord',
} as const satisfies Record<string, Word>;

function obey(world: World, command: OrderCommand, was: World['order']): World {
  const { isOnHold } = world.people;
  switch (command.type) {
    case 'startServiceOrder':
      assert(!isOnHold, `${command.id} is not started on hold`);
      return start(trusting(world, command.id), command.id, command.changed);
    case 'releaseServiceOrder':
    case 'stopServiceOrder':
      assert(!isOnHold, `${command.type} ${command.id} is not said on hold`);
      return say(world, words[command.type], command.id);
    case 'goOnServiceOrder':
      return say(trusting(world, command.id), words[command.type], command.id);
    case 'askServiceOrder':
    case 'holdServiceOrder':
    case 'resumeServiceOrder':
      return say(world, words[command.type], command.id);
    case 'openCompensation':
      assert(!isOnHold, 'nothing is compensated on hold');
      return soon(world, { what: 'compensation', id: command.ids.join(' ') });
    case 'rejoinServiceOrder':
      throw new Error('no run is ever lost here');
    case 'recordProgress':
    case 'settleOrder':
      return recorded(world, command, was);
    default:
      return unreachable(command);
  }
}

/** What it sends from now on, it sends because one that it belongs with vowed to stand. */
function trusting(world: World, id: string): World {
  const { order, people } = world;
  const isExcused = order.unwanted === 'cancelled' && heldUpBy(order, people.vowed).has(id);
  return isExcused ? { ...world, people: { ...people, trusting: withOne(people.trusting, id) } } : world;
}

const say = (world: World, what: Word, id: string): World => soon(world, { what, id, lane: `to ${id}` });

/** In one transaction: states, reasons, and what people wanted. */
function recorded(
  world: World,
  {
    type,
    changes,
    controls,
  }: {
    readonly type: string;
    readonly changes: readonly OrderChange[];
    readonly controls: readonly Control[];
  },
  was: World['order'],
): World {
  const codes = { ...world.people.codes };
  for (const change of changes) if (change.type === 'item') codes[change.item] = change.code;
  let people = { ...controls.reduce(recordControl, world.people), codes };
  const isCancelled = Object.values(changes.reduce(evolve, was).items).includes('cancelled');
  if (type === 'settleOrder') people = endTasks(people, isCancelled);
  const after = { ...world, people };
  checkRecorded(after, was, changes);
  return after;
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
