import type { Json, JsonObject } from '../src/kernel/json.ts';
import { refuse } from './problem.ts';

/** What orders of every kind are read by, on their way from the contract's words to ours. */

/** The instant; the text with its offset is carried beside it. */
export const inUtc = (instant: string | undefined): string | undefined =>
  instant === undefined ? undefined : new Date(instant).toISOString();

export const without = (from: object, names: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.has(name))) as JsonObject;

type Given<T> = { [name in keyof T]?: Exclude<T[name], undefined> };

/** Only what has a value. */
export const given = <T extends object>(attributes: T): Given<T> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Given<T>;

/** The contract's list of characteristics as names and values, each name once. */
export function valuesByName(
  list: readonly { readonly name: string; readonly value?: unknown }[],
  path: string,
): JsonObject {
  const values = new Map<string, Json>();
  for (const [index, { name, value }] of list.entries()) {
    if (values.has(name)) {
      refuse('CharacteristicDuplicate', `${name} is there twice`, { path: `${path}[${index}].name` });
    }
    values.set(name, value as Json);
  }
  return Object.fromEntries(values);
}

export const itemsMax = 1_000;
