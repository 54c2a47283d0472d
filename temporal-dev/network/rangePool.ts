import type { Json } from '../../src/kernel/json.ts';
import type { Pool } from './pool.ts';
import type { Range } from './systems.ts';

/** Whole numbers, given in turn, so that a released one is not given again at once. */
export function rangePool({ from, to }: Range): Pool {
  const size = to - from + 1;
  const taken = new Set<Json>();
  let cursor = 0;
  const isInside = (value: Json): value is number =>
    typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
  return {
    next() {
      if (taken.size === size) return { code: 'exhausted' };
      while (taken.has(from + cursor)) cursor = (cursor + 1) % size;
      const value = from + cursor;
      cursor = (cursor + 1) % size;
      return { value };
    },
    isFree: (value) => isInside(value) && !taken.has(value),
    hold(value) {
      if (isInside(value)) taken.add(value);
    },
    release(value) {
      taken.delete(value);
    },
  };
}
