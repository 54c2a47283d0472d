import { and, eq, isNotNull, notInArray, or, sql } from 'drizzle-orm';
import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine, orderStates } from '../../src/order/machine.ts';
import { serviceOrderMachine, serviceOrderStates } from '../../src/serviceOrder/machine.ts';
import { type AuditRow, type CommandedOrder, findAudit } from '../auditStore.ts';
import type { Tx } from '../client.ts';
import { audit, productOrder, serviceOrder } from '../schema.ts';
import { choice, clausesOf, instant, type ListQuery, type Page, text } from './list.ts';

/** By whom an order is held now: the command in the audit that did it. */
export interface HoldRead extends CommandedOrder {
  readonly state: string;
  readonly hold: AuditRow;
}

const state = sql<string>`coalesce(${productOrder.state}, ${serviceOrder.state})`;

export const holdColumns = {
  id: text(audit.entityId),
  kind: choice(audit.entity, ['productOrder', 'serviceOrder']),
  state: choice(state, [...new Set([...orderStates, ...serviceOrderStates])]),
  by: text(audit.subject),
  client: text(audit.client),
  since: instant(sql`coalesce(${audit.decidedAt}, ${audit.at})`),
};

const keys = { tenantId: audit.tenantId, time: audit.at, id: audit.id };

const overOrders = orderStates.filter((one) => isFinal(orderMachine, one));
const overServiceOrders = serviceOrderStates.filter((one) => isFinal(serviceOrderMachine, one));

/** Only the newest hold of an order is its own; one that is over is held by nobody any more. */
const holdsOrder = and(
  eq(productOrder.tenantId, audit.tenantId),
  eq(productOrder.heldBy, audit.id),
  notInArray(productOrder.state, overOrders),
);
const holdsServiceOrder = and(
  eq(serviceOrder.tenantId, audit.tenantId),
  eq(serviceOrder.heldBy, audit.id),
  notInArray(serviceOrder.state, overServiceOrders),
);

const holds = (tx: Tx) =>
  tx
    .select({ hold: audit, state })
    .from(audit)
    .leftJoin(productOrder, holdsOrder)
    .leftJoin(serviceOrder, holdsServiceOrder)
    .$dynamic();

/** What people hold now, the longest first. */
export async function listHolds(tx: Tx, tenant: string, query: ListQuery): Promise<Page<HoldRead>> {
  const { where, orderBy } = clausesOf(holdColumns, keys, tenant, query);
  const isHeld = and(where, or(isNotNull(productOrder.id), isNotNull(serviceOrder.id)));
  const [[count], rows] = await Promise.all([
    tx
      .select({ total: sql<number>`count(*)::int` })
      .from(audit)
      .leftJoin(productOrder, holdsOrder)
      .leftJoin(serviceOrder, holdsServiceOrder)
      .where(isHeld),
    holds(tx)
      .where(isHeld)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total: count?.total ?? 0, rows: rows.map(holdOf) };
}

const holdOf = ({ hold, state: now }: { readonly hold: AuditRow; readonly state: string }): HoldRead => ({
  kind: hold.entity === 'serviceOrder' ? 'serviceOrder' : 'productOrder',
  id: hold.entityId,
  state: now,
  hold,
});

/** The command that holds the order, if one does. A service order is held with its product order. */
export async function holdOn(
  tx: Tx,
  tenant: string,
  { kind, id }: CommandedOrder,
): Promise<AuditRow | undefined> {
  const heldBy = kind === 'productOrder' ? await heldByOf(tx, tenant, id) : await heldAround(tx, tenant, id);
  return heldBy === null ? undefined : findAudit(tx, tenant, heldBy);
}

async function heldByOf(tx: Tx, tenant: string, id: string): Promise<string | null> {
  const where = and(
    eq(productOrder.tenantId, tenant),
    eq(productOrder.id, id),
    notInArray(productOrder.state, overOrders),
  );
  const [row] = await tx.select({ heldBy: productOrder.heldBy }).from(productOrder).where(where);
  return row?.heldBy ?? null;
}

async function heldAround(tx: Tx, tenant: string, id: string): Promise<string | null> {
  const where = and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id));
  const [row] = await tx.select().from(serviceOrder).where(where);
  if (row === undefined || isFinal(serviceOrderMachine, row.state)) return null;
  return row.orderId === null ? row.heldBy : heldByOf(tx, tenant, row.orderId);
}
