import { and, asc, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { serviceItem, serviceOrder, step } from '../schema.ts';
import type { ServiceItemRow, ServiceOrderRow } from '../serviceOrderStore.ts';
import { type Cancellation, cancellationsOf } from './cancelTasks.ts';
import { byId, clausesOf, contains, instant, type ListQuery, matching, type Page, text } from './list.ts';
import { together } from './together.ts';

/** Why a step does not go on. */
export interface StepTrouble {
  readonly item: number;
  readonly step: string;
  readonly system: string;
  readonly class: string;
  readonly code: string | null;
  readonly message: string | null;
  readonly at: string | null;
}

export interface ServiceOrderRead extends Omit<ServiceOrderRow, 'tenantId'> {
  readonly items: readonly Omit<ServiceItemRow, 'tenantId'>[];
  readonly troubles: readonly StepTrouble[];
  readonly cancellation?: Cancellation;
}

export const serviceOrderColumns = {
  id: text(serviceOrder.id),
  state: text(serviceOrder.state),
  category: text(sql`coalesce(${serviceOrder.carried} ->> 'category', ${serviceOrder.domain})`),
  party: contains(serviceOrder.carried, (id) => ({ carried: { relatedParty: [{ id }] } })),
  order: text(serviceOrder.orderId),
  externalId: text(serviceOrder.externalId),
  requestedStart: instant(serviceOrder.requestedStart),
  orderedAt: instant(serviceOrder.orderedAt),
  startedAt: instant(serviceOrder.startedAt),
  completedAt: instant(serviceOrder.completedAt),
  service: matching(
    (id) => sql`exists (select from ${serviceItem} where ${serviceItem.tenantId} = ${serviceOrder.tenantId}
      and ${serviceItem.serviceOrderId} = ${serviceOrder.id} and ${serviceItem.serviceId} = ${id})`,
  ),
};

const keys = { tenantId: serviceOrder.tenantId, time: serviceOrder.orderedAt, id: serviceOrder.id };

/** A page of service orders with their items, what troubles and what cancels them. */
export async function listServiceOrders(
  tx: Tx,
  tenant: string,
  query: ListQuery,
): Promise<Page<ServiceOrderRead>> {
  const { where, orderBy } = clausesOf(serviceOrderColumns, keys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(serviceOrder, where),
    tx
      .select()
      .from(serviceOrder)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  const ids = rows.map(({ id }) => id);
  const [itemsOf, troublesOf, cancellationOf] = await Promise.all([
    itemsOfOrders(tx, tenant, ids),
    troublesOfOrders(tx, tenant, ids),
    cancellationsOf(tx, tenant, 'serviceOrder', ids),
  ]);
  return {
    total,
    rows: rows.map((row) => {
      const cancellation = cancellationOf(row.id);
      const read = { ...row, items: itemsOf(row.id), troubles: troublesOf(row.id) };
      return { ...read, ...(cancellation && { cancellation }) };
    }),
  };
}

export const serviceOrderById = async (
  tx: Tx,
  tenant: string,
  id: string,
): Promise<ServiceOrderRead | undefined> => (await listServiceOrders(tx, tenant, byId(id))).rows[0];

async function itemsOfOrders(tx: Tx, tenant: string, ids: readonly string[]) {
  const rows = await tx
    .select()
    .from(serviceItem)
    .where(and(eq(serviceItem.tenantId, tenant), inArray(serviceItem.serviceOrderId, [...ids])))
    .orderBy(asc(serviceItem.ordinal));
  return together(rows, ({ serviceOrderId }) => serviceOrderId);
}

async function troublesOfOrders(tx: Tx, tenant: string, ids: readonly string[]) {
  const rows = await tx
    .select({
      serviceOrder: step.serviceOrderId,
      item: step.item,
      step: step.name,
      system: step.system,
      class: sql<string>`${step.errorClass}`,
      code: step.errorCode,
      message: step.errorMessage,
      at: step.endedAt,
    })
    .from(step)
    .where(
      and(
        eq(step.tenantId, tenant),
        inArray(step.serviceOrderId, [...ids]),
        isNotNull(step.errorClass),
        inArray(step.state, ['held', 'refused', 'leftBehind']),
      ),
    )
    .orderBy(asc(step.item), asc(step.ordinal));
  return together(rows, ({ serviceOrder }) => serviceOrder);
}
