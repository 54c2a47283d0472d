import { expect, test } from 'vitest';
import { runSeed } from '../simulation/schedule.ts';
import seeds from './seeds.json' with { type: 'json' };

const runs = 2_000;

test('whatever happens in whatever order: nothing is half-done, and by commands everything ends', () => {
  const ends = new Set<string>();
  for (let seed = 0; seed < runs; seed++) {
    const verdict = runSeed(seed);
    if (verdict.type === 'violated') throw new Error(`seed ${seed}: ${verdict.law}\n${verdict.at}`);
    ends.add(verdict.end);
  }
  expect([...ends].sort()).toEqual(['cancelled', 'completed', 'failed', 'partial']);
}, 180_000);

test.each(seeds.map(({ seed, was }) => ({ seed, was })))('seed $seed holds again: $was', ({ seed }) => {
  expect(runSeed(seed)).toMatchObject({ type: 'held' });
});

test('a seed always leads to the same run', () => {
  expect(runSeed(7)).toEqual(runSeed(7));
});
