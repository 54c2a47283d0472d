import type { Json, JsonObject } from '../../src/kernel/json.ts';

export type Drawn = { readonly value: Json } | { readonly code: 'resultTaken' | 'exhausted' | 'unsuitable' };

/** The values of one kind that a system may give away. `hold` and `release` ignore what is not of the pool. */
export interface Pool {
  /** The next free value that suits these inputs; `unsuitable` when no value of the pool ever could. */
  next(values: JsonObject): Drawn;
  /** Whether the value is of this pool, not taken, and suits these inputs. */
  isFree(value: Json, values: JsonObject): boolean;
  hold(value: Json): void;
  release(value: Json): void;
}
