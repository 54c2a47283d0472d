import { must, unreachable } from '../../src/kernel/assert.ts';
import type { OrderRun } from '../../src/order/run.ts';
import {
  beginAttempt,
  call,
  callBack,
  completeStep,
  conclude,
  endOfTaken,
  takeEffectLate,
} from './attempts.ts';
import { tellChild } from './childRoom.ts';
import type { Fault } from './hands.ts';
import { checkEnd } from './laws.ts';
import { checkNeeds } from './needLaws.ts';
import { networkBefore, originOf } from './network.ts';
import { tellOrder } from './orderRoom.ts';
import { checkLeft } from './leftLaws.ts';
import type { Pending, World } from './pending.ts';
import { nobody, withOne, without } from './people.ts';
import { checkTasks } from './recordLaws.ts';
import { compensationOf, recordsBefore } from './records.ts';
import { checkTakenBack } from './standing.ts';
import { checkUnwanted } from './unwantedLaws.ts';
import { commandStep, wish } from './wishes.ts';

export const beginWorld = (order: OrderRun): World => ({
  order,
  children: {},
  network: networkBefore(order),
  records: recordsBefore(order),
  pending: [{ what: 'opened', id: '' }],
  called: [],
  people: nobody,
});

/** Lets one pending thing happen. An attempt comes with what goes wrong with it. */
export function happen(world: World, index: number, fault: Fault, jitter = 0): World {
  const pending = must(world.pending[index], 'a pending event');
  const rest = { ...world, pending: world.pending.filter((_, other) => other !== index) };
  const after = react(rest, pending, fault, jitter);
  checkNeeds(after);
  if (after.pending.length > 0) return after;
  checkEnd(after);
  checkUnwanted(after);
  checkTasks(after);
  checkLeft(after);
  return after;
}

function react(world: World, pending: Pending, fault: Fault, jitter: number): World {
  const { what, id, step = '', detail = '', needs = [] } = pending;
  switch (what) {
    case 'opened':
      return tellOrder(world, { type: 'Opened' });
    case 'abort':
    case 'cancel':
    case 'hold':
    case 'resume':
      return wish(world, what, id);
    case 'command':
      return commandStep(world, { ...pending, step, command: must(pending.command, 'a command') });
    case 'complete':
      return completeStep(world, pending);
    case 'answer':
      return tellOrder(detail === 'stands' ? vowed(world, id) : world, {
        type: 'ServiceOrderAnswered',
        id,
        stands: detail === 'stands',
      });
    case 'held':
      return tellOrder(world, { type: 'ServiceOrderHeld', id, code: detail, needs });
    case 'needs':
      return tellOrder(world, { type: 'ServiceOrderNeeds', id, needs });
    case 'resumed':
      return tellOrder(world, { type: 'ServiceOrderResumed', id });
    case 'ready':
      return tellOrder(world, { type: 'ServiceOrderReady', id, changed: [`r${id}`] });
    case 'failing':
      return tellOrder(world, { type: 'ServiceOrderFailing', id });
    case 'stands':
      return tellOrder(vowed(world, id), { type: 'ServiceOrderStands', id });
    case 'settled': {
      const outcome = must(pending.outcome, 'an outcome');
      const code = detail === '' ? null : detail;
      const heard = outcome === 'completed' ? world : broken(world, id);
      return tellOrder(heard, { type: 'ServiceOrderSettled', id, outcome, code, changed: [`r${id}`] });
    }
    case 'compensation':
      return openCompensations(world, id.split(' '));
    case 'begun':
      return tellChild(world, id, { type: 'Begun' });
    case 'release':
      return tellChild(world, id, { type: 'Released' });
    case 'stop':
      return tellChild(moving(world, `ask ${id}`), id, { type: 'StopRequested' });
    case 'ask':
      return tellChild(still(world, `ask ${id}`), id, { type: 'Asked' });
    case 'goOn':
      return tellChild(moving(world, `ask ${id}`), id, { type: 'GoOn' });
    case 'holdWord':
      return tellChild(still(world, `hold ${id}`), id, { type: 'HoldRequested' });
    case 'resumeWord':
      return tellChild(moving(world, `hold ${id}`), id, { type: 'ResumeRequested' });
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

const still = (world: World, word: string): World => ({
  ...world,
  people: { ...world.people, still: withOne(world.people.still, word) },
});
const moving = (world: World, word: string): World => ({
  ...world,
  people: { ...world.people, still: without(world.people.still, word) },
});

const vowed = (world: World, id: string): World => ({
  ...world,
  people: { ...world.people, vowed: withOne(world.people.vowed, id) },
});
const broken = (world: World, id: string): World => ({
  ...world,
  people: { ...world.people, vowed: without(world.people.vowed, id) },
});

function openCompensations(world: World, ids: readonly string[]): World {
  let { records } = world;
  const serviceOrders = ids.map((one) => {
    const planned = originOf(world.order, one);
    checkTakenBack(world, planned);
    const opened = compensationOf(world.network, records, planned);
    ({ records } = opened);
    return opened.serviceOrder;
  });
  return tellOrder({ ...world, records }, { type: 'CompensationOpened', serviceOrders });
}
