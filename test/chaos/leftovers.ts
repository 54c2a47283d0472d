import { type Books, type Row, rowsOf } from './books.ts';

/** What a person has been told to look after. The one place that knows how Dialtone says so. */
export interface Leftovers {
  /** Services with a step that waits for a person: what they hold in the network may be anything. */
  readonly services: ReadonlySet<string>;
}

export function leftoversOf(books: Books): Leftovers {
  const told = new Set([
    ...rowsOf(books, 'service_order')
      .filter(({ state }: Row) => state === 'held')
      .map(({ id }: Row) => id),
    ...rowsOf(books, 'fallout')
      .filter(({ closed_at }: Row) => closed_at === null)
      .map(({ service_order_id }: Row) => service_order_id),
  ]);
  const items = rowsOf(books, 'service_item').filter(({ service_order_id }: Row) =>
    told.has(service_order_id),
  );
  return { services: new Set(items.map(({ service_id }: Row) => service_id)) };
}
