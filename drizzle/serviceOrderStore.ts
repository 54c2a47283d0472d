import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { must } from '../src/kernel/assert.ts';
import { follow } from '../src/kernel/machine.ts';
import {
  type ServiceOrderArrow,
  type ServiceOrderState,
  serviceOrderMachine,
  type StepArrow,
  type StepState,
  stepMachine,
} from '../src/serviceOrder/machine.ts';
import type { Tx } from './client.ts';
import { insertEvents, type NewEvent } from './events.ts';
import { serviceItem, serviceOrder, step } from './schema.ts';
import { completeService, saveResults } from './serviceStore.ts';

export type ServiceOrderRow = typeof serviceOrder.$inferSelect;
export type ServiceItemRow = typeof serviceItem.$inferSelect;

export interface LockedServiceOrder {
  readonly row: ServiceOrderRow;
  readonly items: readonly ServiceItemRow[];
}

/** The service order with its row locked, so that whoever changes it is alone. */
export async function lockServiceOrder(tx: Tx, tenant: string, id: string): Promise<LockedServiceOrder> {
  const [row] = await tx
    .select()
    .from(serviceOrder)
    .where(and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id)))
    .for('update');
  const items = await tx
    .select()
    .from(serviceItem)
    .where(and(eq(serviceItem.tenantId, tenant), eq(serviceItem.serviceOrderId, id)))
    .orderBy(asc(serviceItem.ordinal));
  return { row: must(row, `service order ${id}`), items };
}

/** Moves the service order and its open items along these arrows: a version and an event for each. */
export async function moveServiceOrder(
  tx: Tx,
  tenant: string,
  locked: LockedServiceOrder,
  arrows: readonly ServiceOrderArrow[],
  now: string,
): Promise<LockedServiceOrder> {
  let { row, items } = locked;
  const events: NewEvent[] = [];
  for (const arrow of arrows) {
    row = {
      ...row,
      state: along(row.state, arrow),
      version: row.version + 1,
      ...(arrow === 'Started' && { startedAt: now }),
      ...(arrow === 'Completed' && { completedAt: now }),
    };
    items = items.map((item) => ({ ...item, state: along(item.state, arrow) }));
    events.push(serviceOrderEvent(row, items, 'stateChanged'));
  }
  const { state, version, startedAt, completedAt } = row;
  await tx
    .update(serviceOrder)
    .set({ state, version, startedAt, completedAt })
    .where(and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, row.id)));
  for (const { ordinal, changed } of items) {
    await tx
      .update(serviceItem)
      .set({ state, changed })
      .where(whereItem(tenant, row.id, ordinal));
  }
  await insertEvents(tx, tenant, events);
  return { row, items };
}

const whereItem = (tenant: string, serviceOrderId: string, ordinal: number) =>
  and(
    eq(serviceItem.tenantId, tenant),
    eq(serviceItem.serviceOrderId, serviceOrderId),
    eq(serviceItem.ordinal, ordinal),
  );

/** Closes a service order with all it did to its services; answers with the results that changed. */
export async function completeServiceOrder(
  tx: Tx,
  tenant: string,
  { row, items }: LockedServiceOrder,
  now: string,
): Promise<string[]> {
  const completed: ServiceItemRow[] = [];
  for (const item of items)
    completed.push({ ...item, changed: await completeService(tx, tenant, item, now) });
  const arrows: ServiceOrderArrow[] = row.state === 'acknowledged' ? ['Started', 'Completed'] : ['Completed'];
  await moveServiceOrder(tx, tenant, { row, items: completed }, arrows, now);
  return completed.flatMap(({ changed }) => changed);
}

/** Everything new is built: others may read the results, though nothing old is taken away yet. */
export async function recordReadyResults(
  tx: Tx,
  tenant: string,
  { row, items }: LockedServiceOrder,
): Promise<string[]> {
  const all: string[] = [];
  for (const item of items) {
    const changed = await saveResults(tx, tenant, item);
    await tx
      .update(serviceItem)
      .set({ changed })
      .where(whereItem(tenant, row.id, item.ordinal));
    all.push(...changed);
  }
  return all;
}

/** The first noted attempt starts the service order. */
export async function startServiceOrder(tx: Tx, tenant: string, id: string): Promise<void> {
  const locked = await lockServiceOrder(tx, tenant, id);
  if (locked.row.state !== 'acknowledged') return;
  await moveServiceOrder(tx, tenant, locked, ['Started'], new Date().toISOString());
}

const along = (from: ServiceOrderState, arrow: ServiceOrderArrow): ServiceOrderState =>
  follow<ServiceOrderState, ServiceOrderArrow>(serviceOrderMachine, from, arrow);

/** A step's arrow that no attempt causes: skipped, held. */
export async function moveStep(
  tx: Tx,
  tenant: string,
  serviceOrderId: string,
  id: string,
  arrow: StepArrow,
  now: string,
): Promise<void> {
  const [item, name] = id.split('/') as [string, string];
  const where = and(
    eq(step.tenantId, tenant),
    eq(step.serviceOrderId, serviceOrderId),
    eq(step.item, Number(item)),
    eq(step.name, name),
  );
  const [row] = await tx.select({ state: step.state }).from(step).where(where).for('update');
  const from = must(row, `step ${serviceOrderId}/${id}`).state;
  const state = follow<StepState, StepArrow>(stepMachine, from, arrow);
  if (from !== state) await tx.update(step).set({ state, endedAt: now }).where(where);
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
