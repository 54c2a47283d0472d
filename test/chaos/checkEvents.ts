import type { Machine } from '../../src/kernel/machine.ts';
import { itemMachine, orderMachine } from '../../src/order/machine.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import { grouped } from '../../src/order/ties.ts';
import { type Books, type Row, rowsOf } from './books.ts';
import { orderNamedIn } from './orderNamedIn.ts';
import type { Violation } from './reckoning.ts';

const eventTables: Readonly<Record<string, (books: Books) => readonly Row[]>> = {
  productOrder: (books) => rowsOf(books, 'product_order'),
  serviceOrder: (books) => rowsOf(books, 'service_order'),
  product: (books) => rowsOf(books, 'product'),
  service: (books) => rowsOf(books, 'service'),
  cancelProductOrder: (books) => rowsOf(books, 'cancel_task').filter(({ kind }) => kind === 'productOrder'),
  cancelServiceOrder: (books) => rowsOf(books, 'cancel_task').filter(({ kind }) => kind === 'serviceOrder'),
};

/** An event for each version, and in the events of an order no arrow that its machine does not have. */
export function checkEvents(books: Books): readonly Violation[] {
  const events = grouped(rowsOf(books, 'event'), ({ entity, entity_id }) => `${entity} ${entity_id}`);
  return Object.entries(eventTables).flatMap(([entity, rowsIn]) =>
    rowsIn(books).flatMap((row) => {
      const own = [...(events.get(`${entity} ${row.id}`) ?? [])].sort(
        (left, right) => left.version - right.version,
      );
      const complain = (law: string, what: string): Violation => ({
        law,
        what: `${entity} ${row.id} ${what}`,
        orders: row.order_id ? [row.order_id] : orderNamedIn(row.id),
      });
      const gap = gapIn(row, own);
      return [
        ...(gap === undefined ? [] : [complain('there is one event for each version', gap)]),
        ...strayArrows(entity, row, own).map((what) =>
          complain('orders go where their machines let them', what),
        ),
      ];
    }),
  );
}

function gapIn({ version: now }: Row, events: readonly Row[]): string | undefined {
  const isWhole = events.length === now && events.every(({ version }, index) => version === index + 1);
  if (isWhole) return undefined;
  return `is at version ${now}, its events are ${events.map(({ version }) => version).join(', ')}`;
}

type AnyMachine = Machine<string, string>;
const machines: Readonly<Record<string, { readonly whole: AnyMachine; readonly item: AnyMachine }>> = {
  productOrder: { whole: orderMachine, item: itemMachine },
  serviceOrder: { whole: serviceOrderMachine, item: serviceOrderMachine },
};

/** Every arrow of an order is an event of its own; its items may have gone several between two of them. */
function strayArrows(entity: string, row: Row, events: readonly Row[]): string[] {
  const machine = machines[entity];
  if (machine === undefined) return [];
  const [first] = events;
  const begins =
    first === undefined || first.snapshot.state === 'acknowledged'
      ? []
      : [`began as ${first.snapshot.state}`];
  const last = events.at(-1)?.snapshot.state;
  const ends =
    last === undefined || last === row.state ? [] : [`is ${row.state}, its last event says ${last}`];
  const between = events.slice(1).flatMap((event, index) => {
    const [from, to] = [events[index]?.snapshot, event.snapshot];
    const isArrow = from.state === to.state || targets(machine.whole, from.state).includes(to.state);
    return [
      ...(isArrow ? [] : [`went from ${from.state} to ${to.state}, its version ${event.version}`]),
      ...strayItems(machine.item, from, to),
    ];
  });
  return [...begins, ...between, ...ends];
}

const targets = (machine: AnyMachine, from: string): string[] =>
  Object.values(machine[from] ?? {}).filter((to) => to !== undefined);

function strayItems(machine: AnyMachine, from: Row, to: Row): string[] {
  const name = ({ id, ordinal }: Row): string => id ?? ordinal;
  const before = new Map<string, string>((from.items ?? []).map((item: Row) => [name(item), item.state]));
  return ((to.items ?? []) as Row[]).flatMap((item) => {
    const state = before.get(name(item)) ?? 'acknowledged';
    return isReachable(machine, state, item.state)
      ? []
      : [`item ${name(item)} went from ${state} to ${item.state}`];
  });
}

function isReachable(machine: AnyMachine, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const state of seen) for (const next of targets(machine, state)) seen.add(next);
  return seen.has(to);
}
