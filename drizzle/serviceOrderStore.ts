import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import { evaluateText } from '../src/catalog/expressions.ts';
import type { ServiceAction } from '../src/decomposition/plan.ts';
import {
  type ServiceArrow,
  type ServiceState,
  serviceMachine,
  serviceWhenCompleted,
} from '../src/inventory/service.ts';
import { assert, must } from '../src/kernel/assert.ts';
import { type Json, type JsonObject, sameJson } from '../src/kernel/json.ts';
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
import { service, serviceItem, serviceOrder, step } from './schema.ts';

export type ServiceOrderRow = typeof serviceOrder.$inferSelect;
export type ServiceItemRow = typeof serviceItem.$inferSelect;
export type ServiceRow = typeof service.$inferSelect;

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
  await tx
    .update(serviceItem)
    .set({ state })
    .where(and(eq(serviceItem.tenantId, tenant), eq(serviceItem.serviceOrderId, row.id)));
  await insertEvents(tx, tenant, events);
  return { row, items };
}

/** The first noted attempt starts the service order. */
export async function startServiceOrder(tx: Tx, tenant: string, id: string): Promise<void> {
  const locked = await lockServiceOrder(tx, tenant, id);
  if (locked.row.state !== 'acknowledged') return;
  await moveServiceOrder(tx, tenant, locked, ['Started'], new Date().toISOString());
}

const along = (from: ServiceOrderState, arrow: ServiceOrderArrow): ServiceOrderState =>
  follow<ServiceOrderState, ServiceOrderArrow>(serviceOrderMachine, from, arrow);

export const toCompleted = (state: ServiceOrderState): ServiceOrderArrow[] =>
  state === 'acknowledged' ? ['Started', 'Completed'] : ['Completed'];

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

/** What the service's result expressions answer now, from its footprint and from what it relies on. */
export async function forecastResults(tx: Tx, tenant: string, item: ServiceItemRow): Promise<JsonObject> {
  const [row] = await tx.execute<{
    steps: Record<string, JsonObject> | null;
    reliesOn: Record<string, JsonObject> | null;
  }>(sql`
    select
      (select jsonb_object_agg(f.step, f.results) from footprint f
        where f.tenant_id = ${tenant} and f.service_id = ${item.serviceId} and f.presence = 'present') as steps,
      (select jsonb_object_agg(b.alias, s.results) from service_binding b
        join service s on s.tenant_id = b.tenant_id and s.id = b.relies_on_id
        where b.tenant_id = ${tenant} and b.service_id = ${item.serviceId}) as "reliesOn"`);
  const bindings = {
    service: { id: item.serviceId },
    characteristics: item.characteristics,
    steps: row?.steps ?? {},
    reliesOn: row?.reliesOn ?? {},
  };
  const results: Record<string, Json> = {};
  for (const [name, text] of Object.entries(item.results)) {
    const value = evaluateText(text, bindings, item.types);
    assert(
      value.ok,
      `the result ${name} of ${item.serviceId} has a value${value.ok ? '' : `: ${value.message}`}`,
    );
    results[name] = value.value;
  }
  return results;
}

/** Gives a service the results it now has; answers with the names of those that changed. */
export async function saveResults(tx: Tx, tenant: string, item: ServiceItemRow): Promise<string[]> {
  if (item.action === 'delete' || Object.keys(item.results).length === 0) return [...item.changed];
  const current = await lockService(tx, tenant, item.serviceId);
  const results = await forecastResults(tx, tenant, item);
  const names = Object.keys(results).filter((name) => !sameJson(results[name], current.results[name]));
  const changed = [...new Set([...item.changed, ...names])];
  if (names.length > 0) {
    await tx
      .update(service)
      .set({ results })
      .where(and(eq(service.tenantId, tenant), eq(service.id, item.serviceId)));
    await tx
      .update(serviceItem)
      .set({ changed })
      .where(
        and(
          eq(serviceItem.tenantId, tenant),
          eq(serviceItem.serviceOrderId, item.serviceOrderId),
          eq(serviceItem.ordinal, item.ordinal),
        ),
      );
  }
  return changed;
}

/** What a completed item does to its service: it stands, takes over its new values, or is gone. */
export async function completeService(
  tx: Tx,
  tenant: string,
  item: ServiceItemRow,
  now: string,
): Promise<void> {
  const row = await lockService(tx, tenant, item.serviceId);
  const arrow = serviceWhenCompleted[item.action as ServiceAction];
  const state =
    arrow === null ? row.state : follow<ServiceState, ServiceArrow>(serviceMachine, row.state, arrow);
  const ref = { serviceOrder: item.serviceOrderId, item: String(item.ordinal), action: item.action };
  const known = row.orderItems.some(({ serviceOrder: id }) => id === item.serviceOrderId);
  const next: ServiceRow = {
    ...row,
    state,
    version: row.version + 1,
    characteristics: item.action === 'delete' ? row.characteristics : item.characteristics,
    orderItems: known ? row.orderItems : [...row.orderItems, ref],
    startedAt: arrow === 'Activated' ? now : row.startedAt,
    endedAt: arrow === 'Terminated' ? now : row.endedAt,
  };
  const { version, characteristics, orderItems, startedAt, endedAt } = next;
  await tx
    .update(service)
    .set({ state, version, characteristics, orderItems, startedAt, endedAt })
    .where(and(eq(service.tenantId, tenant), eq(service.id, item.serviceId)));
  await insertEvents(tx, tenant, [serviceEvent(next, state === row.state ? 'changed' : 'stateChanged')]);
}

async function lockService(tx: Tx, tenant: string, id: string): Promise<ServiceRow> {
  const [row] = await tx
    .select()
    .from(service)
    .where(and(eq(service.tenantId, tenant), eq(service.id, id)))
    .for('update');
  return must(row, `service ${id}`);
}

type OfTenant<Row> = Row & { readonly tenantId: string };

export const serviceOrderEvent = (
  { tenantId: _, ...row }: OfTenant<ServiceOrderRow>,
  items: readonly OfTenant<ServiceItemRow>[],
  type: NewEvent['type'],
): NewEvent => ({
  entity: 'serviceOrder',
  id: row.id,
  version: row.version,
  type,
  snapshot: { ...row, items: items.map(({ tenantId: __, ...item }) => item) },
});

export const serviceEvent = (
  { tenantId: _, ...snapshot }: OfTenant<ServiceRow>,
  type: NewEvent['type'],
): NewEvent => ({
  entity: 'service',
  id: snapshot.id,
  version: snapshot.version,
  type,
  snapshot,
});
