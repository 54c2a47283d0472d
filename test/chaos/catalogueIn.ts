import type { Catalog } from '../../src/catalog/model.ts';
import { type Books, rowsOf } from './books.ts';

/** The catalogue as it stands: it is saved before the first order, and not changed after. */
export function catalogueIn(books: Pick<Books, 'tables'>): Catalog | undefined {
  const [head] = rowsOf(books, 'catalog_head');
  return rowsOf(books, 'catalog_snapshot').find(({ hash }) => hash === head?.hash)?.content;
}

export const typesOf = (
  characteristics: Readonly<Record<string, { readonly type: string }>>,
): Record<string, string> =>
  Object.fromEntries(Object.entries(characteristics).map(([name, { type }]) => [name, type]));
