import type { Json, JsonObject } from '../../src/kernel/json.ts';
import type { Drawn, Pool } from './pool.ts';
import { prefixPool } from './prefixPool.ts';
import { rangePool } from './rangePool.ts';
import type { SystemSettings } from './systems.ts';

export type Choice =
  | { readonly ok: true; readonly results: JsonObject }
  | { readonly ok: false; readonly code: 'resultTaken' | 'exhausted' | 'unsuitable'; readonly name: string };

export interface Allocation {
  /** What an object would get; nothing is taken yet. Its own results count as free. */
  choose(values: JsonObject, held: JsonObject, wanted: JsonObject): Choice;
  hold(results: JsonObject): void;
  release(results: JsonObject): void;
}

export function createAllocation(allocates: SystemSettings['allocates']): Allocation {
  const pools = Object.entries(allocates).map(
    ([name, settings]) =>
      [name, settings.kind === 'range' ? rangePool(settings) : prefixPool(settings)] as const,
  );
  const eachOf = (results: JsonObject, act: (pool: Pool, value: Json) => void) => {
    for (const [name, pool] of pools) {
      const value = results[name];
      if (value !== undefined) act(pool, value);
    }
  };
  const hold = (results: JsonObject) => eachOf(results, (pool, value) => pool.hold(value));
  const release = (results: JsonObject) => eachOf(results, (pool, value) => pool.release(value));

  function choose(values: JsonObject, held: JsonObject, wanted: JsonObject): Choice {
    const results: Record<string, Json> = {};
    for (const [name, pool] of pools) {
      const pick = pickFrom(pool, values, held[name], wanted[name]);
      if ('code' in pick) return { ok: false, code: pick.code, name };
      results[name] = pick.value;
    }
    return { ok: true, results };
  }

  return {
    choose(values, held, wanted) {
      release(held);
      try {
        return choose(values, held, wanted);
      } finally {
        hold(held);
      }
    },
    hold,
    release,
  };
}

function pickFrom(pool: Pool, values: JsonObject, held: Json | undefined, wanted: Json | undefined): Drawn {
  if (wanted !== undefined) return pool.isFree(wanted, values) ? { value: wanted } : { code: 'resultTaken' };
  if (held !== undefined && pool.isFree(held, values)) return { value: held };
  return pool.next(values);
}
