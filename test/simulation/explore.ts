import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
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

const inOrder = (named: Readonly<Record<string, unknown>>) =>
  Object.keys(named)
    .sort()
    .map((name) => [name, named[name]]);

/** Two worlds are one if they differ only in the order in which things came under way. */
function nameOf({ world: { order, children, network, records, pending, called }, faults }: Way): string {
  const events = pending
    .map(({ what, id, step, outcome, unheard, number, takes, noted, said }) =>
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
      ].join(' '),
    )
    .sort();
  const runs = Object.keys(children)
    .sort()
    .map((id) => {
      const { state, stage, steps, changed, retreat } = children[id] ?? {};
      return [id, state, stage, inOrder(steps ?? {}), changed, retreat];
    });
  const { objects, sent, odd, ledger, taken, refused } = network;
  const { state, items, children: told, failed, doomed, standing } = order;
  return JSON.stringify([
    ...[faults, state, items, inOrder(told), [...failed].sort(), doomed, [...standing].sort(), runs, events],
    ...[inOrder(objects), inOrder(sent), inOrder(odd), Object.keys(ledger).sort()],
    ...[inOrder(taken), inOrder(refused), [...called].sort()],
    ...[inOrder(records.rows), inOrder(records.prints)],
  ]);
}
