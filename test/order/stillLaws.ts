import { assert } from '../../src/kernel/assert.ts';
import type { World } from './pending.ts';
import { rowKey } from './records.ts';

/** On hold nothing is sent, and no timer runs; while its order asks, nothing goes forward. */
export function checkStill({ people }: World, id: string, way: 'do' | 'undo', what: string): void {
  assert(!people.still.includes(`hold ${id}`), `${id}: ${what} though it is on hold`);
  assert(way === 'undo' || !people.still.includes(`ask ${id}`), `${id}: ${what} though its order asks`);
}

/** Every step that waits for a person is on somebody's desk, and nothing else is. */
export function checkFallout({ children, people }: World, id: string): void {
  const run = children[id];
  if (run === undefined) return;
  for (const [step, { state, way }] of Object.entries(run.steps)) {
    const needsPerson = state === 'held' && (run.retreat === undefined || way === 'undo');
    const isThere = people.fallout.includes(rowKey(id, step));
    assert(isThere === needsPerson, `${id}: ${step} ${needsPerson ? 'needs' : 'does not need'} a person`);
  }
}
