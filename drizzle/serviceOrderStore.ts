import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { must } from '../src/kernel/assert.ts';
import { follow, isFinal } from '../src/kernel/machine.ts';
import {
  arrowsToEnd,
  type ServiceOrderArrow,
  type ServiceOrderState,
  serviceOrderMachine,
  type StepArrow,
} from '../src/serviceOrder/machine.ts';
import type { ErrorClass } from '../src/serviceOrder/recovery.ts';
import { rowAfter } from '../src/serviceOrder/rowMove.ts';
import type { Outcome } from '../src/serviceOrder/run.ts';
import type { Tx } from './client.ts';
import { insertEvents, type NewEvent } from './events.ts';
import { serviceItem, serviceOrder, step } from './schema.ts';
import { completeService, giveUpService, saveResults } from './serviceStore.ts';

export type ServiceOrderRow = typeof serviceOrder.$inferSelect;
export type ServiceItemRow = typeof serviceItem.$inferSelect;

export interface LockedServiceOrder {
  readonly row: ServiceOrderRow;
  readonly items: readonly ServiceItemRow[];
}

/** Where a service order is, and whose it is. */
export async function standOf(
  tx: Tx,
  tenant: string,
  id: string,
): Promise<Pick<ServiceOrderRow, 'state' | 'orderId'> | undefined> {
  const [row] = await tx
    .select({ state: serviceOrder.state, orderId: serviceOrder.orderId })
    .from(serviceOrder)
    .where(and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id)));
  return row;
}

/** The service order and its items, locked together: whoever waited here sees what the other one wrote. */
export async function lockServiceOrder(tx: Tx, tenant: string, id: string): Promise<LockedServiceOrder> {
  const rows = await tx
    .select({ row: serviceOrder, item: serviceItem })
    .from(serviceOrder)
    .innerJoin(
      serviceItem,
      and(eq(serviceItem.tenantId, serviceOrder.tenantId), eq(serviceItem.serviceOrderId, serviceOrder.id)),
    )
    .where(and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id)))
    .orderBy(asc(serviceItem.ordinal))
    .for('update');
  const { row } = must(rows[0], `service order ${id}`);
  return { row, items: rows.map(({ item }) => item) };
}

/**
 * Moves the service order and its open items along these arrows: a version and an event for each, after the
 * events of what led to it.
 */
export async function moveServiceOrder(
  tx: Tx,
  tenant: string,
  locked: LockedServiceOrder,
  arrows: readonly ServiceOrderArrow[],
  now: string,
  before: readonly NewEvent[] = [],
): Promise<void> {
  let { row, items } = locked;
  const events = [...before];
  for (const arrow of arrows) {
    row = {
      ...row,
      state: along(row.state, arrow),
      version: row.version + 1,
      ...(arrow === 'Started' && { startedAt: now }),
      ...(isFinal(serviceOrderMachine, along(row.state, arrow)) && { completedAt: now }),
    };
    items = items.map((item) => ({ ...item, state: along(item.state, arrow) }));
    events.push(serviceOrderEvent(row, items, 'stateChanged'));
  }
  const moved = JSON.stringify(
    items.map(({ ordinal, changed, code, before: kept }) => ({ ordinal, changed, code, before: kept })),
  );
  await tx.execute(sql`
    with ${isFinal(serviceOrderMachine, row.state) ? settledFallout(tenant, row.id) : sql``} parent as (
      update service_order set state = ${row.state}, version = ${row.version}, started_at = ${row.startedAt},
        completed_at = ${row.completedAt}
      where tenant_id = ${tenant} and id = ${row.id}
    )
    update service_item set state = ${row.state}, code = moved.code, before = moved.before,
      changed = array(select jsonb_array_elements_text(moved.changed))
    from jsonb_to_recordset(${moved}::jsonb) as moved(ordinal int, changed jsonb, code text, before jsonb)
    where tenant_id = ${tenant} and service_order_id = ${row.id} and service_item.ordinal = moved.ordinal`);
  await insertEvents(tx, tenant, events);
}

const settledFallout = (tenant: string, id: string) => sql`
    fallen as (
      update fallout set closed_at = now(), resolution = 'settled'
      where tenant_id = ${tenant} and service_order_id = ${id} and closed_at is null
    ),`;

const whereItem = (tenant: string, serviceOrderId: string, ordinal: number) =>
  and(
    eq(serviceItem.tenantId, tenant),
    eq(serviceItem.serviceOrderId, serviceOrderId),
    eq(serviceItem.ordinal, ordinal),
  );

/** It goes back from now on: a run that takes over goes on with that. */
export const saveRetreat = async (
  tx: Tx,
  tenant: string,
  id: string,
  retreat: NonNullable<ServiceOrderRow['retreat']>,
): Promise<void> => {
  const where = and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id));
  await tx.update(serviceOrder).set({ retreat }).where(where);
};

/** How a service order ends, and why, where that was not well. */
export interface Ending {
  readonly outcome: Outcome;
  readonly code: string | null;
}

/** Closes a service order with all it did to its services, or did not; answers with the results that changed. */
export async function settleServiceOrder(
  tx: Tx,
  tenant: string,
  { row, items }: LockedServiceOrder,
  { outcome, code }: Ending,
  now: string,
): Promise<string[]> {
  const ended: ServiceItemRow[] = [];
  const events: NewEvent[] = [];
  for (const item of items) {
    const settled =
      outcome === 'completed'
        ? await completeService(tx, tenant, item, now)
        : await giveUpService(tx, tenant, item, now);
    ended.push({ ...item, code, changed: settled.changed, before: settled.before });
    if (settled.event) events.push(settled.event);
  }
  const arrows = arrowsToEnd(row.state, outcome);
  await moveServiceOrder(tx, tenant, { row, items: ended }, arrows, now, events);
  return ended.flatMap(({ changed }) => changed);
}

/** Everything new is built: others may read the results, though nothing old is taken away yet. */
export async function recordReadyResults(
  tx: Tx,
  tenant: string,
  { items }: LockedServiceOrder,
): Promise<string[]> {
  const all: string[] = [];
  for (const item of items) all.push(...(await saveItemResults(tx, tenant, item)));
  return all;
}

/** The service has the results that its item gave it so far; answers with the names of those that changed. */
export async function saveItemResults(tx: Tx, tenant: string, item: ServiceItemRow): Promise<string[]> {
  const { changed, before } = await saveResults(tx, tenant, item);
  await tx
    .update(serviceItem)
    .set({ changed, before })
    .where(whereItem(tenant, item.serviceOrderId, item.ordinal));
  return changed;
}

/** It turned out not to be possible any more before anything was done: no service was touched. */
export const rejectServiceOrder = (
  tx: Tx,
  tenant: string,
  { row, items }: LockedServiceOrder,
  code: string,
  now: string,
): Promise<void> =>
  moveServiceOrder(tx, tenant, { row, items: items.map((item) => ({ ...item, code })) }, ['Rejected'], now);

/** The first noted attempt starts the service order. False if that ended meanwhile: nothing may be sent for it. */
export async function startServiceOrder(tx: Tx, tenant: string, id: string): Promise<boolean> {
  const locked = await lockServiceOrder(tx, tenant, id);
  if (locked.row.state === 'acknowledged')
    await moveServiceOrder(tx, tenant, locked, ['Started'], new Date().toISOString());
  return !isFinal(serviceOrderMachine, locked.row.state);
}

const along = (from: ServiceOrderState, arrow: ServiceOrderArrow): ServiceOrderState =>
  follow<ServiceOrderState, ServiceOrderArrow>(serviceOrderMachine, from, arrow);

/**
 * A step's arrow that no attempt causes: skipped, held. What no attempt told either, such as a deadline, is noted.
 * False if it is there already.
 */
export async function moveStep(
  tx: Tx,
  tenant: string,
  serviceOrderId: string,
  id: string,
  arrow: StepArrow,
  now: string,
  why?: { readonly class: ErrorClass; readonly code: string; readonly way?: 'undo' },
): Promise<boolean> {
  const [item, name] = id.split('/') as [string, string];
  const where = and(
    eq(step.tenantId, tenant),
    eq(step.serviceOrderId, serviceOrderId),
    eq(step.item, Number(item)),
    eq(step.name, name),
  );
  const [row] = await tx
    .select({ state: step.state, way: step.way, errorCode: step.errorCode })
    .from(step)
    .where(where)
    .for('update');
  const { state: from, way, errorCode } = must(row, `step ${serviceOrderId}/${id}`);
  const state = rowAfter(from, arrow, why?.way);
  if (state === from && (why?.way ?? way) === way) return false;
  const isNews = why !== undefined && why.code !== errorCode;
  const error = isNews ? { errorClass: why.class, errorCode: why.code, errorMessage: null } : {};
  await tx
    .update(step)
    .set({ state, endedAt: now, ...error, ...(why?.way && { way: why.way }) })
    .where(where);
  return true;
}

export async function skipSteps(
  tx: Tx,
  tenant: string,
  serviceOrderId: string,
  now: string,
  ids?: readonly string[],
): Promise<void> {
  const ofOrder = and(
    eq(step.tenantId, tenant),
    eq(step.serviceOrderId, serviceOrderId),
    eq(step.state, 'waiting'),
  );
  const where = ids ? and(ofOrder, inArray(sql`item || '/' || name`, [...ids])) : ofOrder;
  if (ids?.length !== 0) await tx.update(step).set({ state: 'skipped', endedAt: now }).where(where);
}

export const serviceOrderEvent = (
  { tenantId: _, ...row }: ServiceOrderRow,
  items: readonly ServiceItemRow[],
  type: NewEvent['type'],
): NewEvent => ({
  entity: 'serviceOrder',
  id: row.id,
  version: row.version,
  type,
  snapshot: { ...row, items: items.map(({ tenantId: __, ...item }) => item) },
});
