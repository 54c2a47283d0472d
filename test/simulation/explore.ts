import { hash } from 'node:crypto';
import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { begin, type Sketched } from '../order/driver.ts';
import { type Fault, noFault } from '../order/hands.ts';
import { nextIn, type OrderWish, type Pending, soon, type World } from '../order/pending.ts';
import { stepWishes } from '../order/wishes.ts';
import { beginWorld, happen } from '../order/world.ts';
import { eventLine } from './story.ts';
import { nameOf } from './worldName.ts';

export const fewFaults: readonly Fault[] = [
  { type: 'cannotNow', class: 'transient' },
  { type: 'noAnswer', effect: 'now' },
  { type: 'refuses', class: 'refused' },
];
export const manyFaults: readonly Fault[] = [
  { type: 'refuses', class: 'refused' },
  { type: 'noAnswer', effect: 'now' },
  { type: 'noAnswer', effect: 'late' },
  { type: 'workerLost', class: 'ours', when: 'beforeNote', goesOn: true },
  { type: 'workerLost', class: 'ours', when: 'afterCall', goesOn: false },
];
/** Systems that report later: done and then a callback, refused after one that came too early, never. */
export const takenFaults: readonly Fault[] = [
  { type: 'takes', heard: true, later: 'done', early: 0, late: 1 },
  { type: 'takes', heard: true, later: 'refused', early: 1, late: 0 },
  { type: 'takes', heard: true, later: 'never', early: 0, late: 0 },
  { type: 'refuses', class: 'refused' },
];

export interface Scope {
  readonly plan: readonly Sketched[];
  readonly window: number;
  readonly faults: readonly Fault[];
  readonly faultsMax: number;
  /** What people do, at every instant; a hold ends at every instant, too. */
  readonly acts?: readonly OrderWish[];
  /** Commands for each step that is held, or waits. */
  readonly stepsToo?: boolean;
  readonly actsMax?: number;
}

/** A person or the client does one thing, at any instant. */
export const oneAct = { acts: ['abort', 'cancel', 'hold'], stepsToo: true, actsMax: 1 } as const;

export interface Explored {
  readonly worlds: number;
  readonly ends: Readonly<Record<string, number>>;
}

interface Way {
  readonly world: World;
  readonly faults: number;
  readonly acts: number;
  /** What happened last, and before. */
  readonly path?: Path;
}

interface Path {
  readonly event: Pending;
  readonly fault: Fault;
  readonly before: Path | undefined;
}

/**
 * Every way there is: each pending thing may be the next to happen, some attempts of all may go wrong, and people may
 * do something at any moment.
 */
export function explore(scope: Scope): Explored {
  const { plan, window, faults, faultsMax } = scope;
  const seen = new Set<string>();
  const ends: Record<string, number> = {};
  const ahead: Way[] = [{ world: beginWorld(begin(plan, { window })), faults: 0, acts: 0 }];
  for (let way = ahead.pop(); way !== undefined; way = ahead.pop()) {
    const name = hash('sha256', `${way.faults} ${way.acts} ${nameOf(way.world)}`, 'base64');
    if (seen.has(name)) continue;
    seen.add(name);
    const { world } = way;
    if (world.pending.length === 0) ends[world.order.state] = (ends[world.order.state] ?? 0) + 1;
    ahead.push(...afterActs(way, scope));
    for (const index of nextIn(world)) {
      ahead.push(after(way, world, index));
      const { what } = world.pending[index] as Pending;
      if ((what !== 'do' && what !== 'undo') || way.faults === faultsMax) continue;
      const worse = { ...way, faults: way.faults + 1 };
      for (const fault of faults) ahead.push(after(worse, world, index, fault));
    }
  }
  return { worlds: seen.size, ends };
}

function after(way: Way, world: World, index: number, fault: Fault = noFault): Way {
  const path = { event: world.pending[index] as Pending, fault, before: way.path };
  try {
    return { ...way, world: happen(world, index, fault), path };
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${linesOf(path).join('\n')}`, { cause: error });
  }
}

const linesOf = (path: Path | undefined): string[] =>
  path ? [...linesOf(path.before), eventLine(path.event, path.fault)] : [];

/** A refused one leads nowhere new. */
function afterActs(way: Way, { acts = [], stepsToo = false, actsMax = 0 }: Scope): Way[] {
  const { world } = way;
  if (isFinal(orderMachine, world.order.state)) return [];
  const isSpent = way.acts === actsMax;
  const wishes: Pending[] = isSpent
    ? []
    : acts.map((what) => ({ what, id: what === 'cancel' ? 'first' : '' }));
  if (world.people.isOnHold) wishes.push({ what: 'resume', id: '' });
  if (stepsToo && !isSpent) for (const one of stepWishes(world)) wishes.push({ what: 'command', ...one });
  return wishes.map((wish): Way => {
    const cost = wish.what === 'resume' ? 0 : 1;
    return after({ ...way, acts: way.acts + cost }, soon(world, wish), world.pending.length);
  });
}
