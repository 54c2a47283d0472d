import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import type { ServiceOrderRun } from '../../src/serviceOrder/run.ts';
import { begin } from '../order/driver.ts';
import { type Fault, noFault } from '../order/hands.ts';
import { nextIn, type Pending, type World } from '../order/pending.ts';
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
  readonly plan: readonly CompactServiceOrder[];
  readonly window: number;
  readonly faults: readonly Fault[];
  readonly faultsMax: number;
}

export interface Explored {
  readonly worlds: number;
  readonly ends: Readonly<Record<string, number>>;
}

interface Way {
  readonly world: World;
  readonly faults: number;
}

/** Every way there is: each pending thing may be the next to happen, and some attempts of all may go wrong. */
export function explore({ plan, window, faults, faultsMax }: Scope): Explored {
  const seen = new Set<string>();
  const ends: Record<string, number> = {};
  const ahead: Way[] = [{ world: beginWorld(begin(plan, { window })), faults: 0 }];
  for (let way = ahead.pop(); way !== undefined; way = ahead.pop()) {
    const name = nameOf(way);
    if (seen.has(name)) continue;
    seen.add(name);
    const { world } = way;
    if (world.pending.length === 0) ends[world.order.state] = (ends[world.order.state] ?? 0) + 1;
    for (const index of nextIn(world)) {
      const { what } = world.pending[index] as Pending;
      ahead.push({ world: happen(world, index, noFault), faults: way.faults });
      if ((what !== 'do' && what !== 'undo') || way.faults === faultsMax) continue;
      for (const fault of faults) {
        ahead.push({ world: happen(world, index, fault), faults: way.faults + 1 });
      }
    }
  }
  return { worlds: seen.size, ends };
}

/** Of what one world shares with the next the text is made once. */
const texts = new WeakMap<object, string>();

function textOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value, Array.isArray(value) ? undefined : inOrder);
  texts.set(value, text);
  return text;
}

/** For `JSON.stringify`: whatever the order in which its keys came to be. */
const inOrder = (_: string, value: unknown): unknown =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));

const eventText = ({ what, id, step, outcome, unheard, number, takes, noted, said }: Pending): string =>
  [
    what,
    id,
    step,
    outcome,
    unheard,
    number,
    takes?.later,
    takes?.late,
    noted?.attempt.number,
    said?.type,
  ].join(' ');

/** Two worlds are one if they differ only in the order in which things came under way. */
function nameOf({ world: { order, children, network, records, pending, called }, faults }: Way): string {
  const { objects, sent, odd, ledger, taken, refused } = network;
  const { state, items, children: told, failed, doomed, standing } = order;
  const lists = [failed, standing, called].map((list) => [...list].sort().join(' '));
  const runs = Object.keys(children)
    .sort()
    .map((id) => `${id} ${runText(children[id] as ServiceOrderRun)}`);
  const parts = [objects, sent, odd, ledger, taken, refused, records.rows, records.prints, items, told].map(
    textOf,
  );
  const events = pending.map(eventText).sort();
  return [faults, state, doomed.join(' '), ...lists, ...runs, ...parts, ...events].join('\n');
}

const runText = ({ state, stage, steps, changed, retreat }: ServiceOrderRun): string =>
  `${state} ${stage} ${textOf(steps)} ${changed.join(' ')} ${retreat?.outcome} ${retreat?.code}`;
