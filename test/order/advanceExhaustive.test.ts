import { expect, test } from 'vitest';
import type { CompactServiceOrder } from '../../src/decomposition/plan.ts';
import { assert } from '../../src/kernel/assert.ts';
import { apply, revoke } from '../serviceOrder/driver.ts';
import { begin, sketch } from './driver.ts';
import { type Fault, noFault } from './hands.ts';
import { beginWorld, happen, nextIn, type World } from './world.ts';

const build = [apply('1/x'), apply('1/y', ['1/x'])];
const both = [apply('1/x'), apply('1/y')];
const replace = [apply('1/x'), revoke('1/x.gone')];
const remove = [revoke('1/y'), revoke('1/x', ['1/y'])];
const modify = 'modify' as const;
const maybe = (id: string) => [
  apply('1/x', [], [`reliesOn.up.r${id}`]),
  apply('1/y', ['1/x'], ['steps.x.r']),
];

/** Scopes of up to three service orders of two steps. */
const scopes: Readonly<Record<string, readonly CompactServiceOrder[]>> = {
  'a chain': [
    sketch('a', { steps: build }),
    sketch('b', { steps: build, after: ['a'] }),
    sketch('c', { steps: build, after: ['b'] }),
  ],
  'side by side': [sketch('a', { steps: build }), sketch('b', { steps: build })],
  'steps side by side': [sketch('a', { steps: both }), sketch('b', { steps: both })],
  'three side by side': ['a', 'b', 'c'].map((id) => sketch(id, { steps: build })),
  'two below one': [
    sketch('a', { steps: build }),
    sketch('b', { steps: build }),
    sketch('c', { steps: build, after: ['a', 'b'] }),
  ],
  'one below two': [
    sketch('a', { steps: build }),
    sketch('b', { steps: build, after: ['a'] }),
    sketch('c', { steps: build, after: ['a'] }),
  ],
  'replacing below replacing': [
    sketch('a', { action: modify, steps: replace }),
    sketch('b', { action: modify, steps: replace, after: ['a'] }),
  ],
  'replacing beside replacing': ['a', 'b'].map((id) => sketch(id, { action: modify, steps: replace })),
  'a change that may reach further': [
    sketch('a', { action: modify, steps: build }),
    sketch('b', { action: modify, skippable: true, steps: maybe('a'), after: ['a'], reliesOn: { up: 'a' } }),
    sketch('c', { action: modify, skippable: true, steps: maybe('b'), after: ['b'], reliesOn: { up: 'b' } }),
  ],
  'an exchange': [
    sketch('a', { action: modify, steps: replace }),
    sketch('b', { steps: build, after: ['a'] }),
    sketch('c', { action: 'delete', steps: remove }),
  ],
  'an end': [
    sketch('a', { action: 'delete', steps: remove, after: ['b', 'c'] }),
    sketch('b', { action: 'delete', steps: remove, after: ['c'] }),
    sketch('c', { action: 'delete', steps: remove }),
  ],
};

const faultsOf: readonly Fault[] = [
  { type: 'cannotNow', class: 'transient' },
  { type: 'noAnswer', effect: 'now' },
  { type: 'refuses', class: 'refused' },
  { type: 'workerLost', class: 'ours', when: 'afterCall', goesOn: false },
];

interface Way {
  readonly world: World;
  readonly faults: number;
}
const faultsMax = 1;

/** Every next world: each pending thing may be the next to happen, and one attempt of all may fail. */
function* nextWays({ world, faults }: Way): Iterable<Way> {
  for (const index of nextIn(world)) {
    const { what } = world.pending[index] ?? {};
    yield { world: happen(world, index, noFault), faults };
    if ((what !== 'do' && what !== 'undo') || faults === faultsMax) continue;
    for (const fault of faultsOf) yield { world: happen(world, index, fault), faults: faults + 1 };
  }
}

/** Two worlds are one if they differ only in the order in which things came under way. */
function nameOf({ world: { order, children, pending }, faults }: Way): string {
  const events = pending.map(({ what, id, step }) => `${what} ${id} ${step}`).sort();
  const runs = Object.keys(children)
    .sort()
    .map((id) => [id, children[id]?.state, children[id]?.stage, children[id]?.steps, children[id]?.changed]);
  return JSON.stringify([faults, order.state, order.items, order.children, runs, events]);
}

function explore(plan: readonly CompactServiceOrder[], window: number) {
  const seen = new Set<string>();
  const ends: Record<string, number> = {};
  const ahead: Way[] = [{ world: beginWorld(begin(plan, { window })), faults: 0 }];
  for (let way = ahead.pop(); way !== undefined; way = ahead.pop()) {
    const name = nameOf(way);
    if (seen.has(name)) continue;
    seen.add(name);
    const { world } = way;
    if (world.pending.length === 0) ends[world.order.state] = (ends[world.order.state] ?? 0) + 1;
    ahead.push(...nextWays(way));
  }
  return { worlds: seen.size, ends };
}

test.each(Object.keys(scopes).flatMap((scope) => [1, 3].map((window) => ({ scope, window }))))(
  '$scope, with room for $window: every way there is leads to completed, failed, partial or held',
  ({ scope, window }) => {
    const { worlds, ends } = explore(scopes[scope] ?? [], window);
    assert(worlds > 20, 'there is something to explore');
    const known = ['completed', 'failed', 'held', 'partial'];
    expect(Object.keys(ends)).toContain('completed');
    expect(Object.keys(ends).filter((end) => !known.includes(end))).toEqual([]);
  },
  30_000,
);
