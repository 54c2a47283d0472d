import { type Books, rowsOf, slowestFirst } from './books.ts';
import type { Violation } from './reckoning.ts';

/** What happened, apart from whether it was well. */
export interface Happened {
  readonly seed: number;
  readonly minutes: number;
  readonly traffic: Readonly<Record<string, number>>;
  /** What people did, and how they were answered. */
  readonly people: Readonly<Record<string, number>>;
  readonly kills: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  /** Until everything was at rest; absent when it never was. */
  readonly settledAfterMs?: number;
}

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const listed = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** The median and the slowest of all that ended; outages included. */
function durationsOf(books: Books): string {
  const seconds = slowestFirst(books).map(({ seconds }) => seconds);
  const at = (share: number): string => (seconds[Math.floor(seconds.length * (1 - share))] ?? 0).toFixed(1);
  return `median ${at(0.5)} s, 9 of 10 within ${at(0.9)} s, slowest ${at(1)} s`;
}

const line = (label: string, text: string): string => `  ${label.padEnd(16)}${text}`;

export function reportOf(happened: Happened, books: Books, violations: readonly Violation[]): string {
  const { seed, minutes, traffic, people, kills, faults, settledAfterMs } = happened;
  const orders = rowsOf(books, 'product_order').map(({ state }): string => state);
  const serviceOrders = rowsOf(books, 'service_order').map(({ state }): string => state);
  const [first] = violations;
  return [
    `chaos: seed ${seed}, ${minutes} min`,
    line('acknowledged', `${books.acknowledged.length} orders`),
    line('asked for', listed(traffic)),
    line('people', listed(people)),
    line('orders', listed(countBy(orders))),
    line('took', durationsOf(books)),
    line('service orders', listed(countBy(serviceOrders))),
    line('ended', `${sum(kills)}: ${listed(kills)}`),
    line('faults', `${sum(faults)}: ${listed(faults)}`),
    line('ledger', `${books.ledger.length} effects, ${books.objects.length} objects stand`),
    line(
      'settled',
      settledAfterMs === undefined ? 'not in time' : `after ${(settledAfterMs / 1_000).toFixed(1)} s`,
    ),
    line('violations', listed(countBy(violations.map(({ law }) => `[${law}]`))) || 'none'),
    ...(first === undefined ? [] : ['', `First violation: ${first.law}: ${first.what}`]),
  ].join('\n');
}
