import { type Draw, shuffled } from '../kernel/random.ts';

/** The same value with the keys of every object in another order. */
export function mixed<T>(value: T, draw: Draw): T {
  if (Array.isArray(value)) return value.map((entry) => mixed(entry, draw)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const made: Record<string, unknown> = {};
  for (const name of shuffled(Object.keys(value), draw)) made[name] = mixed(value[name as keyof T], draw);
  return made as T;
}
