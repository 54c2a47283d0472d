import { and, asc, eq, getTableColumns, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import { isFinal } from '../../src/kernel/machine.ts';
import type { Around, HeldStep } from '../../src/serviceOrder/fallout.ts';
import { serviceOrderMachine, serviceOrderStates } from '../../src/serviceOrder/machine.ts';
import type { Tx } from '../client.ts';
import { isDoubted } from '../doubt.ts';
import type { FalloutRow } from '../falloutStore.ts';
import { mayGoBack, somethingMayGo } from '../pastReturn.ts';
import { attempt, fallout, serviceOrder, step } from '../schema.ts';
import {
  cases,
  choice,
  clausesOf,
  type Condition,
  instant,
  type ListQuery,
  type Page,
  text,
} from './list.ts';

export const falloutColumns = {
  id: text(fallout.id),
  class: choice(fallout.class, fallout.class.enumValues),
  code: text(fallout.code),
  system: text(fallout.system),
  step: text(fallout.step),
  order: text(fallout.orderId),
  serviceOrder: text(fallout.serviceOrderId),
  owner: text(fallout.owner),
  openedAt: instant(fallout.openedAt),
  closedAt: instant(fallout.closedAt),
  state: cases({
    open: sql`${fallout.closedAt} is null`,
    closed: sql`${fallout.closedAt} is not null`,
  }),
};

const keys = { tenantId: fallout.tenantId, time: fallout.openedAt, id: fallout.id };

/** A fallout with what the record says of its step now; null where no step is in trouble. */
export interface FalloutRead extends FalloutRow {
  readonly held: HeldStep | null;
  readonly object: string | null;
  /** Its service order is over. */
  readonly isOver: boolean;
  readonly around: Around;
}

const finalStates = serviceOrderStates.filter((state) => isFinal(serviceOrderMachine, state));

const isOrphaned = (
  which: SQL,
) => sql`exists (select from fallout lost where lost.tenant_id = fallout.tenant_id
  and lost.class = 'orphaned' and lost.closed_at is null and ${which})`;
const lostServiceOrder = isOrphaned(sql`lost.service_order_id = fallout.service_order_id`);
const lostOrder = isOrphaned(
  sql`lost.service_order_id is null and fallout.service_order_id is not null and lost.order_id = fallout.order_id`,
);
/** What has lost its own run is taken up by another one, whatever was wanted of it before. */
const takenUpAnew = isOrphaned(sql`case when fallout.order_id is null
  then lost.service_order_id = fallout.service_order_id
  else lost.service_order_id is null and lost.order_id = fallout.order_id end`);

const around = sql<Around>`jsonb_build_object(
  'onHold', case when fallout.order_id is null then ${serviceOrder.heldBy} is not null
    else exists (select from product_order po where po.tenant_id = fallout.tenant_id
      and po.id = fallout.order_id and po.held_by is not null) end,
  'goesBack', ${serviceOrder.retreat} is not null,
  'runLost', ${lostServiceOrder}, 'orderRunLost', ${lostOrder},
  'mayGoBack', case when ${takenUpAnew} then ${somethingMayGo} else ${mayGoBack} end)`;

const withStep = {
  ...getTableColumns(fallout),
  object: step.object,
  around,
  isOver: sql<boolean>`coalesce(${inArray(serviceOrder.state, finalStates)}, false)`,
  held: sql<HeldStep | null>`case when ${step.name} is null then null else jsonb_build_object(
    'way', ${step.way}, 'verb', ${step.verb}, 'optional', ${step.optional},
    'doubted', ${isDoubted},
    'compensating', ${serviceOrder.compensates} is not null, 'editable', ${step.fixed} is null) end`,
};

const select = (tx: Tx, where: SQL | undefined) =>
  tx
    .select(withStep)
    .from(fallout)
    .leftJoin(
      step,
      and(
        eq(step.tenantId, fallout.tenantId),
        eq(step.serviceOrderId, fallout.serviceOrderId),
        eq(step.item, fallout.item),
        eq(step.name, fallout.step),
      ),
    )
    .leftJoin(
      serviceOrder,
      and(eq(serviceOrder.tenantId, fallout.tenantId), eq(serviceOrder.id, fallout.serviceOrderId)),
    )
    .where(where);

/** Oldest first. Who asks for no state means what is open; who asks for one by its id means that one. */
export async function listFallout(tx: Tx, tenant: string, query: ListQuery): Promise<Page<FalloutRead>> {
  const isAsked = query.conditions.some(({ column }) => column === 'state' || column === 'id');
  const open: Condition = { column: 'state', comparison: 'eq', values: ['open'] };
  const conditions = isAsked ? query.conditions : [...query.conditions, open];
  const { where, orderBy } = clausesOf(falloutColumns, keys, tenant, { ...query, conditions });
  const [total, rows] = await Promise.all([
    tx.$count(fallout, where),
    select(tx, where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total, rows };
}

export async function readFallout(tx: Tx, tenant: string, id: string): Promise<FalloutRead | undefined> {
  const [row] = await select(tx, and(eq(fallout.tenantId, tenant), eq(fallout.id, id)));
  return row;
}

/** What was tried, oldest first; nothing where no step is in trouble. */
export const attemptsBehind = async (tx: Tx, tenant: string, row: FalloutRow) =>
  row.serviceOrderId === null || row.item === null || row.step === null
    ? []
    : tx
        .select()
        .from(attempt)
        .where(
          and(
            eq(attempt.tenantId, tenant),
            eq(attempt.serviceOrderId, row.serviceOrderId),
            eq(attempt.item, row.item),
            eq(attempt.step, row.step),
          ),
        )
        .orderBy(asc(attempt.number));

export const openFalloutOf = (tx: Tx, tenant: string, orderId: string): Promise<FalloutRow[]> =>
  tx
    .select()
    .from(fallout)
    .where(and(eq(fallout.tenantId, tenant), eq(fallout.orderId, orderId), isNull(fallout.closedAt)))
    .orderBy(asc(fallout.openedAt), asc(fallout.id));
