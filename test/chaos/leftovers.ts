import { type Books, type Row, rowsOf } from './books.ts';

/** What a person has been told to look after. The one place that knows how Dialtone says so. */
export interface Leftovers {
  /** Services with a step that waits for a person, or that a person ended: what they hold may be anything. */
  readonly services: ReadonlySet<string>;
}

/** Commands after which a person answers for what stands. */
const endings = ['leaveBehind', 'completeWithEvidence'];

export function leftoversOf(books: Books): Leftovers {
  const told = new Set([
    ...rowsOf(books, 'service_order')
      .filter(({ state }: Row) => state === 'held')
      .map(({ id }: Row) => id),
    ...rowsOf(books, 'fallout')
      .filter(({ closed_at, resolution }: Row) => closed_at === null || endings.includes(resolution))
      .map(({ service_order_id }: Row) => service_order_id),
  ]);
  const items = rowsOf(books, 'service_item').filter(({ service_order_id }: Row) =>
    told.has(service_order_id),
  );
  return { services: new Set(items.map(({ service_id }: Row) => service_id)) };
}
