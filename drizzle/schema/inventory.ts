import { sql } from 'drizzle-orm';
import { index, integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import { presences } from '../../src/inventory/inventory.ts';
import { productStatuses } from '../../src/inventory/product.ts';
import { serviceStates } from '../../src/inventory/service.ts';
import { tenant, at, json, oneOf } from './columns.ts';

export const product = pgTable(
  'product',
  {
    tenantId: tenant(),
    id: text().notNull(),
    status: text({ enum: productStatuses }).notNull(),
    version: integer().notNull(),
    offering: text().notNull(),
    specification: text().notNull(),
    name: text().notNull(),
    characteristics: json('characteristics').notNull(),
    carried: json('carried').notNull(),
    /** The order items that made, changed or ended it, oldest first. */
    orderItems: jsonb('order_items').$type<readonly ProductOrderItemRef[]>().notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('product_created').on(t.tenantId, t.createdAt, t.id),
    oneOf('product_status_known', 'status', productStatuses),
  ],
);

export interface ProductOrderItemRef {
  readonly order: string;
  readonly item: string;
  readonly action: string;
}

export const productRelationship = pgTable(
  'product_relationship',
  {
    tenantId: tenant(),
    productId: text('product_id').notNull(),
    type: text({ enum: ['reliesOn', 'bundles'] }).notNull(),
    relatedId: text('related_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.productId, t.type, t.relatedId] }),
    index('product_relationship_related').on(t.tenantId, t.relatedId),
  ],
);

export const service = pgTable(
  'service',
  {
    tenantId: tenant(),
    id: text().notNull(),
    /** Null where the service was ordered by itself. */
    productId: text('product_id'),
    specification: text().notNull(),
    domain: text().notNull(),
    state: text({ enum: serviceStates }).notNull(),
    version: integer().notNull(),
    characteristics: json('characteristics').notNull(),
    results: json('results').notNull(),
    orderItems: jsonb('order_items').$type<readonly ServiceOrderItemRef[]>().notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('service_product').on(t.tenantId, t.productId),
    index('service_created').on(t.tenantId, t.createdAt, t.id),
    oneOf('service_state_known', 'state', serviceStates),
  ],
);

export interface ServiceOrderItemRef {
  readonly serviceOrder: string;
  readonly item: string;
  readonly action: string;
}

/** Which service an alias of another service stands for. Bindings are made once and stay. */
export const serviceBinding = pgTable(
  'service_binding',
  {
    tenantId: tenant(),
    serviceId: text('service_id').notNull(),
    alias: text().notNull(),
    reliesOnId: text('relies_on_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.serviceId, t.alias] }),
    index('service_binding_relies_on').on(t.tenantId, t.reliesOnId),
  ],
);

/** What a service holds in the network. A live object belongs to exactly one service. */
export const footprint = pgTable(
  'footprint',
  {
    tenantId: tenant(),
    serviceId: text('service_id').notNull(),
    step: text().notNull(),
    system: text().notNull(),
    object: text().notNull(),
    values: json('values').notNull(),
    results: json('results').notNull(),
    version: text().notNull(),
    builtAfter: text('built_after').array().notNull(),
    snapshot: text(),
    presence: text({ enum: presences }).notNull(),
    key: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.serviceId, t.system, t.object] }),
    uniqueIndex('footprint_live_object').on(t.tenantId, t.system, t.object).where(sql`presence <> 'absent'`),
    oneOf('footprint_presence_known', 'presence', presences),
  ],
);
