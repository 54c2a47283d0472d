import { examine, type Examined } from '../../src/activation/evidence.ts';
import { stepCommands } from '../../src/operator/commands.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import { sameJson } from '../../src/kernel/json.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { refusalOf } from '../../src/order/commands.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { type OrderEvent, type OrderRun, serviceOrdersOf } from '../../src/order/run.ts';
import { refusalOf as refusalOfChild } from '../../src/serviceOrder/commands.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import type { ServiceOrderEvent } from '../../src/serviceOrder/run.ts';
import { tellChild } from './childRoom.ts';
import { newValues, objectOf, observe, originOf, stepOf } from './network.ts';
import { tellOrder } from './orderRoom.ts';
import type { OrderWish, Pending, World } from './pending.ts';
import { loadStep, rowKey } from './records.ts';

/** What a person, or the client, wants of the order reaches it. A refused wish changes nothing. */
export function wish(world: World, what: OrderWish, id: string): World {
  if (what === 'cancel') return cancel(world, id);
  const event = eventOf(what, nextAudit(world));
  const { order } = world;
  if (refusalOf(order, event) === undefined) return accepted(tellOrder(world, event), event.audit);
  const after = tellOrder(world, event);
  assert(after.order === order, `a refused ${what} changes nothing`);
  assert(after.pending.length === world.pending.length, `a refused ${what} leads to nothing`);
  assert(after.people === world.people, `a refused ${what} is not recorded`);
  return after;
}

const eventOf = (what: Exclude<OrderWish, 'cancel'>, audit: string) =>
  ({
    type: ({ abort: 'AbortRequested', hold: 'HoldRequested', resume: 'ResumeRequested' } as const)[what],
    audit,
  }) satisfies OrderEvent;

/** Each command has an audit of its own, and its effect is recorded under it. */
const nextAudit = ({ people }: World): string =>
  `a${people.done.length + Object.keys(people.given).length + 1}`;

function accepted(world: World, audit: string): World {
  assert(world.people.done.includes(audit), `what took effect is recorded: ${audit}`);
  return world;
}

/** The task hears of a refusal; the same wish again is the same wish. */
function cancel(world: World, task: string): World {
  const { order } = world;
  const event = { type: 'CancelRequested', task } as const;
  const isKnown = order.tasks.includes(task);
  const isRefused = refusalOf(order, event) !== undefined;
  const after = tellOrder(world, event);
  assert(after.people.tasks[task] !== undefined, `the task ${task} is answered`);
  if (isRefused) {
    const { tasks } = after.order;
    assert(isSame(after.order, { ...order, tasks }), 'a refused cancel changes nothing');
    assert(after.pending.length === world.pending.length, 'a refused cancel leads to nothing');
    assert(isKnown || after.people.tasks[task] === 'refused', `the task ${task} is refused`);
  }
  if (isKnown) assert(after.people === world.people, `${task} counts once`);
  return after;
}

/** Not one part of it is another. */
const isSame = (run: OrderRun, other: OrderRun): boolean =>
  Object.keys(other).every((part) => run[part as keyof OrderRun] === other[part as keyof OrderRun]) &&
  Object.keys(run).length === Object.keys(other).length;

type StepWish = Required<Pick<Pending, 'id' | 'step' | 'command'>> & Pick<Pending, 'against'>;

/** What people may want of steps that are held, or wait for their next try; evidence both ways. */
export const stepWishes = ({ children }: World): StepWish[] =>
  Object.entries(children).flatMap(([id, run]) =>
    isFinal(serviceOrderMachine, run.state)
      ? []
      : Object.entries(run.steps).flatMap(([step, { state, awaitsRetry, report }]) =>
          state !== 'held' && !awaitsRetry && report === undefined
            ? []
            : [
                ...stepCommands.map((command): StepWish => ({ id, step, command })),
                { id, step, command: 'completeWithEvidence', against: true },
              ],
        ),
  );

const commanded = ({ id: _, step, command }: StepWish, audit: string): ServiceOrderEvent => ({
  type: 'StepCommanded',
  command,
  step,
  audit,
});

/** Whether the desk and the service order would both take it. */
export function mayCommand(world: World, given: StepWish): boolean {
  const run = world.children[given.id];
  if (run === undefined || isFinal(serviceOrderMachine, run.state)) return false;
  return refusalOfChild(run, commanded(given, 'a')) === undefined && isFit(world, given);
}

/** Evidence that contradicts the network needs a reason, and none is needed for what agrees. */
function isFit(world: World, { id, step, command, against }: StepWish): boolean {
  const row = must(world.records.rows[rowKey(id, step)], step);
  // Values a person sets win over the mapping, and a compensation has none.
  if (command === 'editAndRetry') return row.fixed !== null && originOf(world.order, id).id === id;
  if (command !== 'completeWithEvidence') return true;
  const examined = evidenceOf(world, id, step);
  return examined.type === 'attested' && examined.attested.agrees === (against === undefined);
}

/** What the network shows when the command is given. */
function evidenceOf(world: World, id: string, step: string): Examined {
  const { order, network, records } = world;
  const origin = originOf(order, id);
  const own = must(
    serviceOrdersOf(order).find((one) => one.id === id),
    id,
  );
  const standing = loadStep(records, origin, id, stepOf(own, step));
  const isOwnKey = (key: string) => key.startsWith(`${rowKey(id, step)}/`);
  return examine(standing, isOwnKey, observe(network, objectOf(origin.id, step)));
}

/** Reaches the service order whenever it likes, and changes nothing where it is refused. */
export function commandStep(world: World, given: StepWish): World {
  const { id, step, command, against } = given;
  const run = must(world.children[id], id);
  if (isFinal(serviceOrderMachine, run.state)) return world;
  const audit = nextAudit(world);
  const event = commanded(given, audit);
  if (refusalOfChild(run, event) !== undefined) {
    const after = tellChild(world, id, event);
    assert(sameJson(after.children[id], run), `a refused ${command} changes nothing`);
    assert(after.pending.length === world.pending.length, `a refused ${command} leads to nothing`);
    assert(after.people.done === world.people.done, `a refused ${command} is not recorded`);
    return after;
  }
  if (!isFit(world, given)) return world;
  let { people } = world;
  if (command === 'editAndRetry') {
    const values = { ...newValues, edited: audit };
    people = { ...people, given: { ...people.given, [audit]: { values } } };
  }
  if (command === 'completeWithEvidence') {
    const examined = evidenceOf(world, id, step);
    assert(examined.type === 'attested', 'what fits was seen');
    people = { ...people, given: { ...people.given, [audit]: examined.attested } };
    const object = objectOf(originOf(world.order, id).id, step);
    if (against) people = { ...people, said: [...people.said.filter((one) => one !== object), object] };
  }
  return accepted(tellChild({ ...world, people }, id, event), audit);
}

export const isOrderOver = ({ order }: World): boolean => isFinal(orderMachine, order.state);
