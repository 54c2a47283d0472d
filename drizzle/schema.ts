import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  json as jsonText,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { callbackStates } from '../src/activation/callback.ts';
import type { CompactPlan, Plan, PlannedStep } from '../src/decomposition/plan.ts';
import { type Footprint, presences } from '../src/inventory/inventory.ts';
import { productStatuses } from '../src/inventory/product.ts';
import { serviceStates } from '../src/inventory/service.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import type { Turn } from '../src/kernel/turn.ts';
import { actions, itemStates, orderStates } from '../src/order/machine.ts';
import type { ItemRelationship, ProductRelationship } from '../src/order/order.ts';
import { auditedCommands, auditedEntities, auditOutcomes, bulkEntryStates } from '../src/operator/audit.ts';
import { cancelTaskStates } from '../src/order/cancelTask.ts';
import { serviceOrderStates, stepStates } from '../src/serviceOrder/machine.ts';
import { errorClasses, type ReportTimes } from '../src/serviceOrder/recovery.ts';

const tenant = () => text('tenant_id').notNull();
const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });
const json = (name: string) => jsonb(name).$type<JsonObject>();
const oneOf = (name: string, column: string, values: readonly string[]) =>
  check(name, sql.raw(`"${column}" in (${values.map((value) => `'${value}'`).join(', ')})`));

const eventEntities = [
  'productOrder',
  'serviceOrder',
  'product',
  'service',
  'cancelProductOrder',
  'cancelServiceOrder',
] as const;
const falloutClasses = [...errorClasses, 'orphaned'] as const;

// ---- the operator's: no tenant ----

export const system = pgTable('system', {
  name: text().primaryKey(),
  adapter: text().notNull(),
  address: text().notNull(),
  limits: jsonb().$type<SystemLimits>(),
  /** An operator's word: no call leaves for a paused system. */
  paused: boolean().notNull().default(false),
  pausedWhy: text('paused_why'),
  /** What the system signs its callbacks with; the application's role may not read it. */
  callbackSecret: text('callback_secret'),
  /** An operator added it, or changed where or how it is reached: the file has no say in it any more. */
  edited: boolean().notNull().default(false),
});

/** How much a system stands: calls a second over all workers, calls at once in each. */
export interface SystemLimits {
  readonly callsPerSecond?: number;
  readonly concurrency?: number;
}

/** What workers found out about a system: the breaker. Written by all, read before every call. */
export const systemHealth = pgTable('system_health', {
  system: text().primaryKey(),
  /** Calls in a row that the system did not answer. */
  failures: integer().notNull(),
  /** While it lies ahead no call leaves; once past, one call at a time probes. */
  openUntil: at('open_until'),
  lastError: text('last_error'),
  changedAt: at('changed_at').notNull().defaultNow(),
});

/** Service families that some saved catalogue names: what workers poll for. */
export const domain = pgTable('domain', { name: text().primaryKey() });

export const tenants = pgTable('tenant', { id: text().primaryKey() });

// ---- catalogue ----

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

// ---- product orders ----

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

// ---- inventory ----

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

// ---- service orders ----

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

// ---- what leaves ----

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
