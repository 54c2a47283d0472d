import { and, asc, eq, inArray, isNull, type SQL, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import {
  attempt,
  claim,
  dispatch,
  fallout,
  footprint,
  orderItem,
  productOrder,
  serviceItem,
  serviceOrder,
  step,
} from '../schema.ts';
import { openFalloutOf } from './fallout.ts';
import { holdOn } from './holds.ts';
import { overridesOf } from './overrides.ts';

/** All rows behind one order: what an operator asks for when it does not move. */
export async function readOrderDetails(tx: Tx, tenant: string, id: string) {
  const [order] = await tx
    .select()
    .from(productOrder)
    .where(and(eq(productOrder.tenantId, tenant), eq(productOrder.id, id)));
  if (order === undefined) return undefined;
  const [items, hold, fallen, serviceOrders, onHold] = await Promise.all([
    tx
      .select()
      .from(orderItem)
      .where(and(eq(orderItem.tenantId, tenant), eq(orderItem.orderId, id)))
      .orderBy(asc(orderItem.ordinal)),
    readHold(tx, tenant, id),
    openFalloutOf(tx, tenant, id),
    readServiceOrderDetails(tx, tenant, eq(serviceOrder.orderId, id)),
    holdOn(tx, tenant, { kind: 'productOrder', id }),
  ]);
  return { order, items, ...hold, onHold, fallout: fallen, serviceOrders };
}

export type OrderDetails = NonNullable<Awaited<ReturnType<typeof readOrderDetails>>>;

/** The same behind one service order, whoever ordered it. */
export async function readOneServiceOrder(tx: Tx, tenant: string, id: string) {
  const [hold, fallen, serviceOrders, onHold] = await Promise.all([
    readHold(tx, tenant, id),
    tx
      .select()
      .from(fallout)
      .where(and(eq(fallout.tenantId, tenant), eq(fallout.serviceOrderId, id), isNull(fallout.closedAt)))
      .orderBy(asc(fallout.openedAt), asc(fallout.id)),
    readServiceOrderDetails(tx, tenant, eq(serviceOrder.id, id)),
    holdOn(tx, tenant, { kind: 'serviceOrder', id }),
  ]);
  const [order] = serviceOrders.orders;
  return order && { order, ...hold, onHold, fallout: fallen, serviceOrders };
}

export type OneServiceOrder = NonNullable<Awaited<ReturnType<typeof readOneServiceOrder>>>;

/** What an order holds on to, and what is still to be sent to its run. */
async function readHold(tx: Tx, tenant: string, id: string) {
  const [claims, commands] = await Promise.all([
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
  ]);
  return { claims, commands };
}

async function readServiceOrderDetails(tx: Tx, tenant: string, which: SQL) {
  const orders = await tx
    .select()
    .from(serviceOrder)
    .where(and(eq(serviceOrder.tenantId, tenant), which))
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
