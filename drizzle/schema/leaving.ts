import {
  bigint,
  json as jsonText,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { tenant, at } from './columns.ts';

const eventEntities = [
  'productOrder',
  'serviceOrder',
  'product',
  'service',
  'cancelProductOrder',
  'cancelServiceOrder',
] as const;

/** One row per committed state of an entity; they leave in the order of its versions. */
export const event = pgTable(
  'event',
  {
    tenantId: tenant(),
    entity: text({ enum: eventEntities }).notNull(),
    entityId: text('entity_id').notNull(),
    version: integer().notNull(),
    id: text().notNull(),
    type: text({ enum: ['created', 'stateChanged', 'changed'] }).notNull(),
    at: at('at').notNull().defaultNow(),
    snapshot: jsonb().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.entity, t.entityId, t.version] }),
    uniqueIndex('event_id').on(t.tenantId, t.id),
  ],
);

/** A command for Temporal that was committed with the order; the relay sends what the API could not. */
export const dispatch = pgTable(
  'dispatch',
  {
    tenantId: tenant(),
    /** A product order, or a service order that belongs to none. */
    orderId: text('order_id').notNull(),
    sequence: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
    command: text({ enum: ['start', 'startServiceOrder', 'cancel'] }).notNull(),
    dueAt: at('due_at').notNull(),
    tries: integer().notNull().default(0),
    lastError: text('last_error'),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.orderId, t.sequence] }), index('dispatch_due').on(t.dueAt)],
);

export const idempotency = pgTable(
  'idempotency',
  {
    tenantId: tenant(),
    client: text().notNull(),
    operation: text().notNull(),
    key: text().notNull(),
    fingerprint: text().notNull(),
    status: integer(),
    /** As text, so that a replay is the same to the letter. */
    body: jsonText('body'),
    location: text(),
    createdAt: at('created_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.client, t.operation, t.key] })],
);
