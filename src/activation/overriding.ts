import type { Json, JsonObject } from '../kernel/json.ts';

export interface Overriding {
  readonly overridden: Readonly<Record<string, Json>>;
  /** What is left of the mapping: name and expression. */
  readonly mapped: readonly (readonly [string, string])[];
}

/** What a person set wins over the mapping; of values that the mapping no longer has nothing is sent. */
export function overriding(mapping: Readonly<Record<string, string>>, overrides: JsonObject): Overriding {
  const isSet = (name: string) => Object.hasOwn(overrides, name);
  return {
    overridden: Object.fromEntries(
      Object.entries(overrides).filter(([name]) => Object.hasOwn(mapping, name)),
    ),
    mapped: Object.entries(mapping).filter(([name]) => !isSet(name)),
  };
}
