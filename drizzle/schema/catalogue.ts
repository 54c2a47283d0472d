import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { tenant, at, json, oneOf } from './columns.ts';

export const catalogEntry = pgTable(
  'catalog_entry',
  {
    tenantId: tenant(),
    kind: text().notNull(),
    id: text().notNull(),
    content: json('content').notNull(),
    name: text().notNull(),
    version: text().notNull(),
    lifecycle: text().notNull(),
    updatedAt: at('updated_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.kind, t.id] }),
    oneOf('catalog_entry_kind', 'kind', ['serviceSpecification', 'productSpecification', 'productOffering']),
  ],
);

/** Content-addressed and never changed: an order keeps the one it was accepted with. */
export const catalogSnapshot = pgTable(
  'catalog_snapshot',
  {
    tenantId: tenant(),
    hash: text().notNull(),
    content: jsonb().notNull(),
    savedAt: at('saved_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.hash] })],
);

export const catalogHead = pgTable('catalog_head', {
  tenantId: text('tenant_id').primaryKey(),
  hash: text().notNull(),
});
