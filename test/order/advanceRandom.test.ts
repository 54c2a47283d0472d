import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drive } from './drawn.ts';

test('whatever happens in whatever order: nothing is half-done, and nothing is stuck in silence', () => {
  const ends: Record<string, number> = {};
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff), { maxLength: 300, size: 'max' }), (choices) => {
      const { order } = drive(choices);
      ends[order.state] = (ends[order.state] ?? 0) + 1;
    }),
    { numRuns: Number(process.env.RUNS ?? 8_000) },
  );
  if (process.env.RUNS) console.log(ends);
  expect(Object.keys(ends).sort()).toEqual(['completed', 'failed', 'held', 'partial']);
}, 600_000);
