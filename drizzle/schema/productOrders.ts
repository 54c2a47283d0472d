import { sql } from 'drizzle-orm';
import {
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { CompactPlan, Plan } from '../../src/decomposition/plan.ts';
import type { Turn } from '../../src/kernel/turn.ts';
import { actions, itemStates, orderStates } from '../../src/order/machine.ts';
import type { ItemRelationship, ProductRelationship } from '../../src/order/order.ts';
import { tenant, at, json, oneOf } from './columns.ts';

export const productOrder = pgTable(
  'product_order',
  {
    tenantId: tenant(),
    id: text().notNull(),
    client: text().notNull(),
    externalId: text('external_id'),
    /** Hash of what was asked: tells a repeated order from a different one under the same external id. */
    fingerprint: text().notNull(),
    state: text({ enum: orderStates }).notNull(),
    version: integer().notNull(),
    snapshot: text().notNull(),
    runChain: text('run_chain'),
    plan: jsonb().$type<Plan>(),
    compactPlan: jsonb('compact_plan').$type<CompactPlan>(),
    planHash: text('plan_hash'),
    /** The operator's commands that hold the order now, or took it back: their rows in `audit`. */
    heldBy: text('held_by'),
    abortedBy: text('aborted_by'),
    /** The last record of its run: a late one changes nothing. */
    recordedTurn: jsonb('recorded_turn').$type<Turn>(),
    description: text(),
    category: text(),
    priority: text(),
    carried: json('carried').notNull(),
    requestedStart: at('requested_start'),
    requestedCompletion: at('requested_completion'),
    orderedAt: at('ordered_at').notNull(),
    decomposedAt: at('decomposed_at'),
    completedAt: at('completed_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('product_order_external_id')
      .on(t.tenantId, t.client, t.externalId)
      .where(sql`state not in ('rejected', 'failed', 'cancelled')`),
    index('product_order_ordered').on(t.tenantId, t.orderedAt, t.id),
    index('product_order_state').on(t.tenantId, t.state),
    oneOf('product_order_state_known', 'state', orderStates),
  ],
);

export const orderItem = pgTable(
  'order_item',
  {
    tenantId: tenant(),
    orderId: text('order_id').notNull(),
    id: text().notNull(),
    ordinal: integer().notNull(),
    parent: text(),
    action: text({ enum: actions }).notNull(),
    quantity: integer().notNull(),
    offering: text(),
    specification: text(),
    productId: text('product_id'),
    characteristics: json('characteristics').notNull(),
    relationships: jsonb().$type<readonly ItemRelationship[]>().notNull(),
    productRelationships: jsonb('product_relationships').$type<readonly ProductRelationship[]>().notNull(),
    carried: json('carried').notNull(),
    products: text().array().notNull(),
    state: text({ enum: orderStates }).notNull(),
    code: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.orderId, t.id] }),
    foreignKey({
      columns: [t.tenantId, t.orderId],
      foreignColumns: [productOrder.tenantId, productOrder.id],
    }),
    oneOf('order_item_state_known', 'state', itemStates),
    oneOf('order_item_action_known', 'action', actions),
  ],
);

/** An open order's hold on a product. */
export const claim = pgTable(
  'claim',
  {
    tenantId: tenant(),
    productId: text('product_id').notNull(),
    mode: text({ enum: ['exclusive', 'shared'] }).notNull(),
    holders: text().array().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.productId] })],
);
