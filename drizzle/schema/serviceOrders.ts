import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { callbackStates } from '../../src/activation/callback.ts';
import type { PlannedStep } from '../../src/decomposition/plan.ts';
import type { Footprint } from '../../src/inventory/inventory.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Turn } from '../../src/kernel/turn.ts';
import { serviceOrderStates, stepStates } from '../../src/serviceOrder/machine.ts';
import { errorClasses, type ReportTimes } from '../../src/serviceOrder/recovery.ts';
import { tenant, at, json, oneOf } from './columns.ts';

export const serviceOrder = pgTable(
  'service_order',
  {
    tenantId: tenant(),
    id: text().notNull(),
    orderId: text('order_id'),
    orderItemId: text('order_item_id'),
    ordinal: integer().notNull(),
    domain: text().notNull(),
    state: text({ enum: serviceOrderStates }).notNull(),
    version: integer().notNull(),
    after: text().array().notNull(),
    /** The completed service order that this one takes back. */
    compensates: text(),
    /** Who ordered it, where no product order did. */
    client: text(),
    externalId: text('external_id'),
    fingerprint: text(),
    carried: json('carried'),
    requestedStart: at('requested_start'),
    runChain: text('run_chain'),
    heldBy: text('held_by'),
    abortedBy: text('aborted_by'),
    recordedTurn: jsonb('recorded_turn').$type<Turn>(),
    /** Where it ends and why, once it goes back. */
    retreat: jsonb().$type<Retreat>(),
    orderedAt: at('ordered_at').notNull().defaultNow(),
    startedAt: at('started_at'),
    completedAt: at('completed_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    uniqueIndex('service_order_external_id')
      .on(t.tenantId, t.client, t.externalId)
      .where(sql`state not in ('rejected', 'failed', 'cancelled')`),
    index('service_order_order').on(t.tenantId, t.orderId),
    index('service_order_ordered').on(t.tenantId, t.orderedAt, t.id),
    oneOf('service_order_state_known', 'state', serviceOrderStates),
  ],
);

export interface Retreat {
  readonly outcome: 'failed' | 'cancelled';
  readonly code: string;
}

export const serviceItem = pgTable(
  'service_item',
  {
    tenantId: tenant(),
    serviceOrderId: text('service_order_id').notNull(),
    ordinal: integer().notNull(),
    /** What its client calls the item; null in the service orders that Dialtone makes. */
    itemId: text('item_id'),
    action: text({ enum: ['add', 'modify', 'delete'] }).notNull(),
    serviceId: text('service_id').notNull(),
    specification: text().notNull(),
    state: text({ enum: serviceOrderStates }).notNull(),
    /** The wanted characteristics and their declared types; the service takes them over when the item is done. */
    characteristics: json('characteristics').notNull(),
    types: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    results: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    /** Names of the service's results that changed. */
    changed: text().array().notNull(),
    snapshot: text(),
    /** Why it ended as it did, where that was not well. */
    code: text(),
    /** The service as it was before this item changed it: what a compensation gives back. */
    before: jsonb().$type<ServiceBefore>(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.serviceOrderId, t.ordinal] }),
    index('service_item_service').on(t.tenantId, t.serviceId),
    oneOf('service_item_state_known', 'state', serviceOrderStates),
  ],
);

export interface ServiceBefore {
  readonly characteristics: JsonObject;
  readonly results: JsonObject;
}

export const step = pgTable(
  'step',
  {
    tenantId: tenant(),
    serviceOrderId: text('service_order_id').notNull(),
    item: integer().notNull(),
    name: text().notNull(),
    ordinal: integer().notNull(),
    system: text().notNull(),
    verb: text({ enum: ['apply', 'revoke'] }).notNull(),
    object: text().notNull(),
    values: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    results: jsonb().$type<Readonly<Record<string, string>>>().notNull(),
    verify: text({ enum: ['always', 'never'] }).notNull(),
    after: text().array().notNull(),
    /** Steps whose objects this one builds upon: its footprint keeps them for the way back. */
    builtAfter: text('built_after').array().notNull(),
    ifChanged: text('if_changed').array(),
    /** Instead of expressions: the state to go back to. */
    fixed: jsonb().$type<NonNullable<PlannedStep['fixed']>>(),
    optional: boolean().notNull().default(false),
    pointOfNoReturn: boolean('point_of_no_return').notNull().default(false),
    /** How long the system may take to report, and how often it is asked meanwhile. */
    reports: jsonb().$type<ReportTimes>(),
    state: text({ enum: stepStates }).notNull(),
    /** Which way the newest attempt goes: to the wanted state, or back to the one before. */
    way: text({ enum: ['do', 'undo'] })
      .notNull()
      .default('do'),
    /** Number of the newest attempt: a record by any other is late and ignored. */
    attempt: integer().notNull(),
    generation: integer().notNull(),
    /** A definite outcome stands under this generation; wanting the effect again takes the next. */
    decided: boolean().notNull(),
    /** The values of this generation, and the footprint as it was before the first attempt. */
    wanted: json('wanted'),
    before: jsonb().$type<Footprint>(),
    changed: text().array().notNull(),
    errorClass: text('error_class', { enum: errorClasses }),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    startedAt: at('started_at'),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.serviceOrderId, t.item, t.name] }),
    foreignKey({
      columns: [t.tenantId, t.serviceOrderId],
      foreignColumns: [serviceOrder.tenantId, serviceOrder.id],
    }),
    oneOf('step_state_known', 'state', stepStates),
  ],
);

export const attempt = pgTable(
  'attempt',
  {
    tenantId: tenant(),
    serviceOrderId: text('service_order_id').notNull(),
    item: integer().notNull(),
    step: text().notNull(),
    number: integer().notNull(),
    key: text().notNull(),
    correlationId: text('correlation_id').notNull(),
    notedAt: at('noted_at').notNull().defaultNow(),
    endedAt: at('ended_at'),
    /** `done`, or the class of the trouble; null while nobody knows. */
    outcome: text(),
    code: text(),
    message: text(),
    /** What the system showed when it was last looked at. */
    seen: json('seen'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.serviceOrderId, t.item, t.step, t.number] }),
    uniqueIndex('attempt_correlation').on(t.tenantId, t.correlationId),
  ],
);

/** An effect that may still come: looked for until its latest possible time is past. */
export const watch = pgTable(
  'watch',
  {
    tenantId: tenant(),
    serviceOrderId: text('service_order_id').notNull(),
    item: integer().notNull(),
    step: text().notNull(),
    serviceId: text('service_id').notNull(),
    system: text().notNull(),
    object: text().notNull(),
    dueAt: at('due_at').notNull(),
    until: at('until').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.serviceOrderId, t.item, t.step] }),
    index('watch_due').on(t.dueAt),
  ],
);

/** What a system reported on its own. Never trusted: only a reason to look. */
export const callback = pgTable(
  'callback',
  {
    tenantId: tenant(),
    system: text().notNull(),
    /** The sender's own id of the message: another of the same id is the same. */
    messageId: text('message_id').notNull(),
    correlationId: text('correlation_id').notNull(),
    body: jsonb().notNull(),
    receivedAt: at('received_at').notNull().defaultNow(),
    serviceOrderId: text('service_order_id'),
    item: integer(),
    step: text(),
    state: text({ enum: callbackStates }).notNull(),
    /** Why nobody was told. */
    reason: text(),
    tries: integer().notNull().default(0),
    dueAt: at('due_at').notNull().defaultNow(),
    settledAt: at('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.system, t.messageId] }),
    index('callback_due').on(t.dueAt).where(sql`state = 'waiting'`),
    index('callback_dead').on(t.tenantId, t.receivedAt).where(sql`state = 'dead'`),
    oneOf('callback_state_known', 'state', callbackStates),
  ],
);
