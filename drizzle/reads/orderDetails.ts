import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import {
  attempt,
  claim,
  dispatch,
  footprint,
  orderItem,
  productOrder,
  serviceItem,
  serviceOrder,
  step,
} from '../schema.ts';
import { openFalloutOf } from './fallout.ts';
import { overridesOf } from './overrides.ts';

/** All rows behind one order: what an operator asks for when it does not move. */
export async function readOrderDetails(tx: Tx, tenant: string, id: string) {
  const [order] = await tx
    .select()
    .from(productOrder)
    .where(and(eq(productOrder.tenantId, tenant), eq(productOrder.id, id)));
  if (order === undefined) return undefined;
  const [items, claims, commands, fallout, serviceOrders] = await Promise.all([
    tx
      .select()
      .from(orderItem)
      .where(and(eq(orderItem.tenantId, tenant), eq(orderItem.orderId, id)))
      .orderBy(asc(orderItem.ordinal)),
    tx
      .select()
      .from(claim)
      .where(and(eq(claim.tenantId, tenant), sql`${id} = any(${claim.holders})`))
      .orderBy(asc(claim.productId)),
    tx
      .select()
      .from(dispatch)
      .where(and(eq(dispatch.tenantId, tenant), eq(dispatch.orderId, id)))
      .orderBy(asc(dispatch.sequence)),
    openFalloutOf(tx, tenant, id),
    readServiceOrderDetails(tx, tenant, id),
  ]);
  return { order, items, claims, commands, fallout, serviceOrders };
}

export type OrderDetails = NonNullable<Awaited<ReturnType<typeof readOrderDetails>>>;

async function readServiceOrderDetails(tx: Tx, tenant: string, orderId: string) {
  const orders = await tx
    .select()
    .from(serviceOrder)
    .where(and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.orderId, orderId)))
    .orderBy(asc(serviceOrder.orderedAt), asc(serviceOrder.ordinal));
  const ids = orders.map(({ id }) => id);
  const [items, steps, attempts] = await Promise.all([
    tx
      .select()
      .from(serviceItem)
      .where(and(eq(serviceItem.tenantId, tenant), inArray(serviceItem.serviceOrderId, ids)))
      .orderBy(asc(serviceItem.ordinal)),
    tx
      .select()
      .from(step)
      .where(and(eq(step.tenantId, tenant), inArray(step.serviceOrderId, ids)))
      .orderBy(asc(step.item), asc(step.ordinal)),
    tx
      .select()
      .from(attempt)
      .where(and(eq(attempt.tenantId, tenant), inArray(attempt.serviceOrderId, ids)))
      .orderBy(asc(attempt.number)),
  ]);
  const services = items.map(({ serviceId }) => serviceId);
  const [footprints, overrides] = await Promise.all([
    footprintsOf(tx, tenant, services),
    overridesOf(tx, tenant, services),
  ]);
  return { orders, items, steps, attempts, footprints, overrides };
}

const footprintsOf = (tx: Tx, tenant: string, services: readonly string[]) =>
  tx
    .select()
    .from(footprint)
    .where(and(eq(footprint.tenantId, tenant), inArray(footprint.serviceId, [...new Set(services)])))
    .orderBy(asc(footprint.serviceId), asc(footprint.step), asc(footprint.object));
