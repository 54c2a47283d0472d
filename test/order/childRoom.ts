import { must, unreachable, assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { advance } from '../../src/serviceOrder/advance.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import type {
  ServiceOrderChange,
  ServiceOrderCommand,
  ServiceOrderEvent,
} from '../../src/serviceOrder/run.ts';
import { checkFallout, checkStill } from './stillLaws.ts';
import { checkAttempt, checkUndo } from './laws.ts';
import { isPast, objectOf, originOf, stepOf, withSent } from './network.ts';
import { isAttempt, isUnderWay, type Pending, soon, type World } from './pending.ts';
import { recordControl, withOne, without } from './people.ts';
import { moveRow, overrideRow, rowKey } from './records.ts';

const mayBeLate: readonly ServiceOrderEvent['type'][] = [
  'StopRequested',
  'Called',
  'Asked',
  'GoOn',
  'HoldRequested',
  'ResumeRequested',
];

/** A service order that is over hears nothing any more, and its timers are gone with it. */
export function tellChild(world: World, id: string, event: ServiceOrderEvent): World {
  const before = must(world.children[id], id);
  if (isFinal(serviceOrderMachine, before.state)) {
    assert(mayBeLate.includes(event.type), `${event.type} comes before ${id} is over`);
    return world;
  }
  const { run, commands } = advance(before, event);
  const records = commands.flatMap(({ type }, index) => (type === 'recordServiceOrder' ? [index] : []));
  assert(
    records.every((index) => index === 0),
    `${id}: what one turn writes comes first, and at once`,
  );
  const after = { ...world, children: { ...world.children, [id]: run } };
  const obeyed = commands.reduce((now, command) => obeyChild(now, id, command), after);
  if (!isFinal(serviceOrderMachine, run.state)) {
    checkFallout(obeyed, id);
    return obeyed;
  }
  const isGone = (one: Pending) => one.id === id && ['timer', 'reportDue', 'begun'].includes(one.what);
  return { ...obeyed, pending: obeyed.pending.filter((one) => !isGone(one)) };
}

function obeyChild(world: World, id: string, command: ServiceOrderCommand): World {
  const up = (message: Omit<Pending, 'id'>) => soon(world, { ...message, id, lane: `from ${id}` });
  switch (command.type) {
    case 'attemptStep':
      return attempt(world, id, command.step);
    case 'undoStep':
      return undo(world, id, command.step);
    case 'completeStep':
      return complete(world, id, command.step, command.audit);
    case 'retryLater':
      return retryLater(world, id, command.step);
    case 'stopTimers':
      return { ...world, pending: world.pending.filter((one) => one.id !== id || !isTimer(one)) };
    case 'reportHeld':
      return up({ what: 'held', detail: command.code, needs: command.needs });
    case 'reportNeeds':
      return up({ what: 'needs', needs: command.needs });
    case 'reportResumed':
      return up({ what: 'resumed' });
    case 'reportFailing':
      return up({ what: 'failing' });
    case 'reportReady':
      return up({ what: 'ready' });
    case 'reportStands':
      assert(isPast(world.network, originOf(world.order, id)), `${id} stands only past its return`);
      return up({ what: 'stands' });
    case 'reportAnswer':
      assert(
        command.stands === isPast(world.network, originOf(world.order, id)),
        `${id} says that it stands once it is past its return, and not before`,
      );
      return up({ what: 'answer', detail: command.stands ? 'stands' : '' });
    case 'settleServiceOrder':
      assert(
        !world.pending.some((one) => one.id === id && isAttempt(one)),
        `${id} is settled when nothing of it is under way`,
      );
      return forgotten(up({ what: 'settled', outcome: command.outcome, detail: command.code ?? '' }), id);
    case 'awaitReport':
      return soon(world, { what: 'reportDue', id, step: command.step, number: command.number });
    case 'recordServiceOrder':
      return command.changes.reduce((now, change) => recordChange(now, id, change), world);
    default:
      return unreachable(command);
  }
}

const isTimer = ({ what }: Pending): boolean => what === 'timer' || what === 'reportDue';

/** Only the newest timer of a step rings. */
function retryLater(world: World, id: string, step: string): World {
  checkStill(world, id, 'undo', `the timer of ${step} runs`);
  const isOlder = (one: Pending) => one.what === 'timer' && one.id === id && one.step === step;
  const pending = world.pending.filter((one) => !isOlder(one));
  return soon({ ...world, pending }, { what: 'timer', id, step });
}

function undo(world: World, id: string, step: string): World {
  assert(!isUnderWay(world, id, step), `${id}: ${step} is undone when nothing is under way`);
  checkUndo(world, id, step);
  checkStill(world, id, 'undo', `${step} is undone`);
  return soon(world, { what: 'undo', id, step });
}

function attempt(world: World, id: string, step: string): World {
  assert(!isUnderWay(world, id, step), `${id}: ${step} is attempted once at a time`);
  assert(world.children[id]?.retreat === undefined, `${id} does nothing forward once it goes back`);
  const origin = originOf(world.order, id);
  const isForward = origin.id === id;
  if (isForward) checkAttempt(world, id, step);
  else checkUndo(world, id, step);
  checkStill(world, id, isForward ? 'do' : 'undo', `${step} is attempted`);
  if (!isForward) return soon(world, { what: 'do', id, step });
  const { people } = world;
  const sentAfter = world.order.unwanted === 'cancelled' ? withOne(people.sentAfter, id) : people.sentAfter;
  const network = withSent(world.network, objectOf(id, step), stepOf(origin, step));
  return soon({ ...world, network, people: { ...people, sentAfter } }, { what: 'do', id, step });
}

/** Nothing is sent, but a step so marked is passed all the same. */
function complete(world: World, id: string, step: string, audit: string): World {
  assert(!isUnderWay(world, id, step), `${id}: ${step} is completed when nothing is under way`);
  const origin = originOf(world.order, id);
  const network =
    origin.id === id ? withSent(world.network, objectOf(id, step), stepOf(origin, step)) : world.network;
  return soon({ ...world, network }, { what: 'complete', id, step, audit });
}

function recordChange(world: World, id: string, change: ServiceOrderChange): World {
  const { people, records } = world;
  const key = 'step' in change ? rowKey(id, change.step) : id;
  switch (change.type) {
    case 'step': {
      const moved = { ...world, records: moveRow(records, key, change.arrow, change.way) };
      if (change.arrow !== 'Held') return moved;
      return { ...moved, people: { ...people, fallout: withOne(people.fallout, key) } };
    }
    case 'stepEnded': {
      const moved = { ...world, records: moveRow(records, key, change.arrow) };
      if (change.arrow === 'Skipped') return moved;
      const object = objectOf(originOf(world.order, id).id, change.step);
      const pending = moved.pending.map((one) => (isEndOf(one, id, change.step) ? unawaited(one) : one));
      return { ...moved, pending, people: { ...people, left: withOne(people.left, object) } };
    }
    case 'falloutClosed':
      return { ...world, people: { ...people, fallout: without(people.fallout, key) } };
    case 'overridden': {
      const given = must(people.given[change.audit], change.audit);
      assert('values' in given, 'an edit says other values');
      return { ...world, records: overrideRow(records, key, given.values) };
    }
    case 'control':
      return { ...world, people: recordControl(people, change.control) };
    case 'serviceOrder':
    case 'retreat':
      return world;
    default:
      return unreachable(change);
  }
}

/** What becomes of a write that the system is still at is nobody's trouble once a person left it behind. */
const isEndOf = ({ what, id, step }: Pending, serviceOrder: string, ended: string): boolean =>
  what === 'taken' && id === serviceOrder && step === ended;
const unawaited = (one: Pending): Pending => ({ ...one, unheard: true });

/** What is over needs nobody any more. */
const forgotten = (world: World, id: string): World => ({
  ...world,
  people: { ...world.people, fallout: world.people.fallout.filter((key) => !key.startsWith(`${id}/`)) },
});
