import type { Turn } from '../../src/kernel/turn.ts';

/** The turns of one run, for tests that write its records themselves. */
export function turnsOf(run: string, since = 0): () => Turn {
  let number = 0;
  return () => {
    number += 1;
    return { run, since, number };
  };
}
