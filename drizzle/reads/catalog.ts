import { and, eq, sql } from 'drizzle-orm';
import type { CatalogEntry } from '../../src/catalog/model.ts';
import type { Tx } from '../client.ts';
import { catalogEntry } from '../schema.ts';
import { clausesOf, instant, type ListQuery, type Page, text } from './list.ts';

export interface CatalogEntryRead<Entry extends CatalogEntry = CatalogEntry> {
  readonly entry: Entry;
  readonly lifecycle: string;
  readonly updatedAt: string;
}

export const catalogColumns = {
  id: text(catalogEntry.id),
  name: text(catalogEntry.name),
  version: text(catalogEntry.version),
  lifecycle: text(catalogEntry.lifecycle),
  updatedAt: instant(catalogEntry.updatedAt),
  specification: text(sql`${catalogEntry.content} ->> 'specification'`),
  domain: text(sql`${catalogEntry.content} ->> 'domain'`),
};

const keys = { tenantId: catalogEntry.tenantId, time: catalogEntry.name, id: catalogEntry.id };

/** A page of today's catalogue, of one kind, by name. */
export async function listCatalogEntries<Kind extends CatalogEntry['kind']>(
  tx: Tx,
  tenant: string,
  kind: Kind,
  query: ListQuery,
): Promise<Page<CatalogEntryRead<Extract<CatalogEntry, { kind: Kind }>>>> {
  const clauses = clausesOf(catalogColumns, keys, tenant, query);
  const where = and(eq(catalogEntry.kind, kind), clauses.where);
  const [total, rows] = await Promise.all([
    tx.$count(catalogEntry, where),
    tx
      .select()
      .from(catalogEntry)
      .where(where)
      .orderBy(...clauses.orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return {
    total,
    rows: rows.map(({ content, lifecycle, updatedAt }) => ({
      entry: content as unknown as Extract<CatalogEntry, { kind: Kind }>,
      lifecycle,
      updatedAt,
    })),
  };
}
