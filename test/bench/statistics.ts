import { must } from '../../src/kernel/assert.ts';

/** The smallest sample that at least this share of all samples does not exceed. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return must(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)], 'a sample');
}

/** Yes or no by the seed: the same answers for the same seed everywhere. */
export function coin(seed: number): () => boolean {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >= 2 ** 31;
  };
}
