import { hash } from 'node:crypto';
import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine } from '../../src/order/machine.ts';
import type { ServiceOrderRun } from '../../src/serviceOrder/run.ts';
import { begin, type Sketched } from '../order/driver.ts';
import { type Fault, noFault } from '../order/hands.ts';
import { nextIn, type OrderWish, type Pending, soon, type World } from '../order/pending.ts';
import { stepWishes } from '../order/wishes.ts';
import { beginWorld, happen } from '../order/world.ts';

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
    const name = hash('sha256', nameOf(way), 'base64');
    if (seen.has(name)) continue;
    seen.add(name);
    const { world } = way;
    if (world.pending.length === 0) ends[world.order.state] = (ends[world.order.state] ?? 0) + 1;
    ahead.push(...afterActs(way, scope));
    for (const index of nextIn(world)) {
      const { what } = world.pending[index] as Pending;
      ahead.push({ ...way, world: happen(world, index, noFault) });
      if ((what !== 'do' && what !== 'undo') || way.faults === faultsMax) continue;
      for (const fault of faults) {
        ahead.push({ ...way, world: happen(world, index, fault), faults: way.faults + 1 });
      }
    }
  }
  return { worlds: seen.size, ends };
}

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
    const after = happen(soon(world, wish), world.pending.length, noFault);
    return { ...way, world: after, acts: way.acts + cost };
  });
}

/** Of what one world shares with the next the text is made once. */
const texts = new WeakMap<object, string>();

/** Whatever the order in which its keys came to be. */
function textOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = Array.isArray(value) ? `[${value.map(partText).join(',')}]` : `{${partsText(value)}}`;
  texts.set(value, text);
  return text;
}

function partsText(value: object): string {
  const parts = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(value).filter((name) => parts[name] !== undefined);
  return names
    .sort()
    .map((name) => `${name}:${partText(parts[name])}`)
    .join(',');
}

const partText = (part: unknown): string =>
  typeof part === 'object' && part !== null ? textOf(part) : JSON.stringify(part);

const eventText = ({ what, id, step, noted, said, takes, ...rest }: Pending): string =>
  [
    what,
    rest.detail,
    rest.command,
    id,
    step,
    rest.outcome,
    rest.unheard,
    rest.number,
    takes?.later,
    takes?.late,
    noted?.attempt.number,
    said?.type,
  ].join(' ');

/** Two worlds are one if they differ only in the order in which things came under way. */
function nameOf({ world, faults, acts }: Way): string {
  const { order, children, network, records, pending, called, before, people } = world;
  const { objects, sent, odd, ledger, taken, refused } = network;
  const { state, items, children: told, failed, doomed, standing } = order;
  const wanted = [order.unwanted, order.onHold, textOf(order.cancel ?? {}), textOf(before?.items ?? {})];
  const after = [people.sentAfter, people.vowed, people.trusting];
  const desk = [people.still, people.left, people.said, ...after, order.leftBehind];
  const lists = [failed, standing, called, ...desk].map((list) => [...list].sort().join(' '));
  const runs = Object.keys(children)
    .sort()
    .map((id) => `${id} ${runText(children[id] as ServiceOrderRun)}`);
  const parts = [objects, sent, odd, ledger, taken, refused, records.rows, records.prints, items, told].map(
    textOf,
  );
  const events = pending.map(eventText).sort();
  return [
    faults,
    acts,
    state,
    ...wanted,
    textOf(people.tasks),
    doomed.join(' '),
    ...lists,
    ...runs,
    ...parts,
    ...events,
  ].join('\n');
}

const runText = ({ state, stage, steps, changed, retreat, pauses, toldHeld }: ServiceOrderRun): string =>
  `${state} ${stage} ${pauses.join(' ')} ${toldHeld} ${textOf(steps)} ${changed.join(' ')} ${retreat?.outcome} ${retreat?.code}`;
