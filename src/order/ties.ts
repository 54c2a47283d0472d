import { must } from '../kernel/assert.ts';
import type { OrderRun } from './run.ts';

export type Tie = (id: string) => readonly string[];

/**
 * How the service orders of a plan hang together. A delete comes after those that rely on what it takes away: it
 * does not build upon them, but as long as they are there it cannot go.
 */
export interface Ties {
  readonly foundations: Tie;
  readonly dependants: Tie;
  /** Of a change, the changes upon it: they sit on its new values, and what they had before needs its old ones. */
  readonly followers: Tie;
  /** Those of the same item, itself included. */
  readonly siblings: Tie;
  /** Those of the bundle items around its item, and those of the parts of its item. */
  readonly bundles: Tie;
  readonly parts: Tie;
  /** Those that make no sense without it, though the rest of the order does: of the optional part it is needed in. */
  readonly whole: Tie;
}

/** A plan and its items never change: their ties are found once. */
const found = new WeakMap<OrderRun['plan'], Ties>();

export function tiesOf({ plan, parents }: Pick<OrderRun, 'plan' | 'parents'>): Ties {
  const known = found.get(plan);
  if (known) return known;
  const ties = findTies({ plan, parents });
  found.set(plan, ties);
  return ties;
}

function findTies({ plan, parents }: Pick<OrderRun, 'plan' | 'parents'>): Ties {
  const { serviceOrders, onFailure } = plan;
  const itemOf = new Map(serviceOrders.map(({ id, item }) => [id, item]));
  const building = serviceOrders.filter(({ action }) => action !== 'delete');
  const foundations = new Map(building.map(({ id, after }) => [id, after]));
  const edges = serviceOrders.flatMap(({ id, after }) => after.map((foundation) => ({ foundation, id })));
  const dependants = grouped(edges, ({ foundation }) => foundation);
  const changed = new Set(serviceOrders.filter(({ action }) => action === 'modify').map(({ id }) => id));
  const changes = edges.filter(({ foundation, id }) => changed.has(foundation) && changed.has(id));
  const followers = grouped(changes, ({ foundation }) => foundation);
  const siblings = grouped(serviceOrders, ({ item }) => item);
  const members = (item: string) => (siblings.get(item) ?? []).map(({ id }) => id);
  const item = (id: string) => must(itemOf.get(id), `service order ${id}`);
  const parts = partsIn(parents);
  const bundles = (id: string) => bundlesAround(parents, item(id)).flatMap(members);
  const optional = new Set(serviceOrders.filter((one) => one.optional === true).map(({ id }) => id));
  const partOf = new Map(serviceOrders.map(({ id, optionalWith }) => [id, optionalWith]));
  const whole = (id: string): readonly string[] => {
    const part = partOf.get(id);
    if (part === undefined) return [];
    const family = familyOf(parts, part)
      .flatMap(members)
      .filter((member) => optional.has(member));
    if (onFailure !== 'bestEffort') return family;
    const near = new Set([...members(item(id)), ...bundles(id)]);
    return family.filter((member) => near.has(member));
  };
  return {
    foundations: (id) => foundations.get(id) ?? [],
    dependants: (id) => (dependants.get(id) ?? []).map((edge) => edge.id),
    followers: (id) => (followers.get(id) ?? []).map((edge) => edge.id),
    siblings: (id) => members(item(id)),
    bundles,
    parts: (id) => familyOf(parts, item(id)).flatMap(members),
    whole,
  };
}

/** All that hangs on the first ones, themselves included. */
export function closure(first: Iterable<string>, ...ties: readonly Tie[]): ReadonlySet<string> {
  const reached = new Set(first);
  for (const id of reached) for (const tie of ties) for (const other of tie(id)) reached.add(other);
  return reached;
}

type Parts = ReadonlyMap<string, readonly string[]>;

/** Bundle item → the items that are its parts. */
export const partsIn = (parents: OrderRun['parents']): Parts =>
  grouped(Object.keys(parents), (part) => parents[part] ?? '');

/** The item and all its parts, at any depth. */
export const familyOf = (parts: Parts, item: string): string[] => [
  ...closure([item], (member) => parts.get(member) ?? []),
];

function bundlesAround(parents: OrderRun['parents'], item: string): string[] {
  const bundle = parents[item];
  return bundle === undefined ? [] : [bundle, ...bundlesAround(parents, bundle)];
}

export function grouped<T>(values: Iterable<T>, keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}
