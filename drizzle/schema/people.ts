import { sql } from 'drizzle-orm';
import { boolean, index, integer, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core';
import {
  auditedCommands,
  auditedEntities,
  auditOutcomes,
  bulkEntryStates,
} from '../../src/operator/audit.ts';
import { cancelTaskStates } from '../../src/order/cancelTask.ts';
import { errorClasses } from '../../src/serviceOrder/recovery.ts';
import { tenant, at, json, oneOf } from './columns.ts';

const falloutClasses = [...errorClasses, 'orphaned'] as const;

/** Something that needs a person: a step that cannot go on, or an order without its run. */
export const fallout = pgTable(
  'fallout',
  {
    tenantId: tenant(),
    id: text().notNull(),
    /** Null where a service order belongs to no product order. */
    orderId: text('order_id'),
    serviceOrderId: text('service_order_id'),
    item: integer(),
    step: text(),
    system: text(),
    class: text({ enum: falloutClasses }).notNull(),
    code: text().notNull(),
    reason: text().notNull(),
    tries: integer().notNull(),
    /** What the network showed at the last look, where it showed anything. */
    seen: json('seen'),
    /** Who takes care of it. */
    owner: text(),
    ownedAt: at('owned_at'),
    openedAt: at('opened_at').notNull().defaultNow(),
    closedAt: at('closed_at'),
    /** How it was closed: by which command, or `settled`. */
    resolution: text(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('fallout_open').on(t.tenantId, t.openedAt, t.id).where(sql`closed_at is null`),
    index('fallout_order').on(t.tenantId, t.orderId),
    index('fallout_service_order').on(t.tenantId, t.serviceOrderId),
    oneOf('fallout_class_known', 'class', falloutClasses),
  ],
);

/**
 * Who did what, when and why: one row for every command of a person. Written before the command is sent, so that what
 * travels is its id alone; what comes of it is written in the transaction of its effect.
 */
export const audit = pgTable(
  'audit',
  {
    tenantId: tenant(),
    id: text().notNull(),
    at: at('at').notNull().defaultNow(),
    client: text().notNull(),
    subject: text().notNull(),
    command: text({ enum: auditedCommands }).notNull(),
    /** What was commanded, and the order behind it where there is one. */
    entity: text({ enum: auditedEntities }).notNull(),
    entityId: text('entity_id').notNull(),
    orderId: text('order_id'),
    serviceOrderId: text('service_order_id'),
    item: integer(),
    step: text(),
    reason: text(),
    /** What a person added: values, evidence, limits. */
    given: json('given'),
    outcome: text({ enum: auditOutcomes }).notNull(),
    code: text(),
    message: text(),
    decidedAt: at('decided_at'),
    /** Versions of the order, or of the service order, that stand for before and after: their events hold them. */
    before: integer(),
    after: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('audit_at').on(t.tenantId, t.at, t.id),
    index('audit_order').on(t.tenantId, t.orderId),
    oneOf('audit_outcome_known', 'outcome', auditOutcomes),
  ],
);

/** What a person set in place of a step's mapping: it wins in every later change of the service. */
export const override = pgTable(
  'override',
  {
    tenantId: tenant(),
    serviceId: text('service_id').notNull(),
    step: text().notNull(),
    values: json('values').notNull(),
    /** The command that set it. */
    setBy: text('set_by').notNull(),
    setAt: at('set_at').notNull().defaultNow(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.serviceId, t.step] })],
);

/** A wish to cancel an order: taken at any time, decided by its run. */
export const cancelTask = pgTable(
  'cancel_task',
  {
    tenantId: tenant(),
    id: text().notNull(),
    kind: text({ enum: ['productOrder', 'serviceOrder'] }).notNull(),
    /** The order that is to be cancelled. */
    target: text().notNull(),
    client: text().notNull(),
    state: text({ enum: cancelTaskStates }).notNull(),
    version: integer().notNull(),
    /** The order goes back: decided, and not yet through. */
    accepted: boolean().notNull().default(false),
    reason: text(),
    requestedAt: at('requested_at'),
    /** Why it ended as it did. */
    code: text(),
    message: text(),
    carried: json('carried').notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    effectiveAt: at('effective_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('cancel_task_open')
      .on(t.tenantId, t.kind, t.target)
      .where(sql`state in ('acknowledged', 'inProgress')`),
    index('cancel_task_created').on(t.tenantId, t.createdAt, t.id),
    oneOf('cancel_task_state_known', 'state', cancelTaskStates),
  ],
);

/** One command for many fallouts, worked off by the relay. */
export const bulkTask = pgTable(
  'bulk_task',
  {
    tenantId: tenant(),
    id: text().notNull(),
    command: text({ enum: auditedCommands }).notNull(),
    class: text(),
    system: text(),
    reason: text(),
    client: text().notNull(),
    subject: text().notNull(),
    createdAt: at('created_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index('bulk_task_created').on(t.tenantId, t.createdAt, t.id),
  ],
);

export const bulkEntry = pgTable(
  'bulk_entry',
  {
    tenantId: tenant(),
    taskId: text('task_id').notNull(),
    falloutId: text('fallout_id').notNull(),
    state: text({ enum: bulkEntryStates }).notNull(),
    code: text(),
    message: text(),
    tries: integer().notNull().default(0),
    dueAt: at('due_at').notNull().defaultNow(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.taskId, t.falloutId] }),
    index('bulk_entry_due').on(t.dueAt).where(sql`state = 'waiting'`),
    oneOf('bulk_entry_state_known', 'state', bulkEntryStates),
  ],
);
