import { and, eq, sql } from 'drizzle-orm';
import { evaluateText } from '../src/catalog/expressions.ts';
import type { ServiceAction } from '../src/decomposition/plan.ts';
import {
  type ServiceArrow,
  type ServiceState,
  serviceMachine,
  serviceWhenCompleted,
  serviceWhenGivenUp,
} from '../src/inventory/service.ts';
import { must } from '../src/kernel/assert.ts';
import { type Json, type JsonObject, sameJson } from '../src/kernel/json.ts';
import { follow } from '../src/kernel/machine.ts';
import type { Tx } from './client.ts';
import type { NewEvent } from './events.ts';
import { resultsByStep } from './footprintStore.ts';
import { removeOverridesOf } from './overrideStore.ts';
import { service, type ServiceBefore, type serviceItem } from './schema.ts';

export type ServiceRow = typeof service.$inferSelect;
type ServiceItemRow = typeof serviceItem.$inferSelect;

interface Results {
  readonly results: JsonObject;
  /** Names of those that are not what they were, with those already known from before. */
  readonly changed: string[];
}

/**
 * What the service's result expressions answer now, from its footprint and from what it relies on. A result
 * that has no value here is left out: a step that reads it is held, and says which one is missing.
 */
async function resultsOf(
  tx: Tx,
  tenant: string,
  item: ServiceItemRow,
  current: ServiceRow,
): Promise<Results> {
  const texts = Object.entries(item.results);
  if (item.action === 'delete' || texts.length === 0)
    return { results: current.results, changed: item.changed };
  const [row] = await tx.execute<{
    steps: Record<string, JsonObject> | null;
    reliesOn: Record<string, JsonObject> | null;
  }>(sql`
    select
      ${resultsByStep(sql`${tenant}`, sql`${item.serviceId}`, sql`${item.serviceOrderId}`)} as steps,
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
  for (const [name, text] of texts) {
    const value = evaluateText(text, bindings, item.types);
    if (value.ok) results[name] = value.value;
  }
  const names = Object.keys({ ...current.results, ...results }).filter(
    (name) => !sameJson(results[name], current.results[name]),
  );
  return { results, changed: [...new Set([...item.changed, ...names])] };
}

/** What an item left of its service, and what the service was before. */
interface Settled {
  readonly changed: string[];
  readonly before: ServiceBefore;
  readonly event?: NewEvent;
}

const beforeOf = (item: ServiceItemRow, { characteristics, results }: ServiceRow): ServiceBefore =>
  item.before ?? { characteristics, results };

/** Gives a service the results it now has, while its order still goes on; answers with the names of those changed. */
export async function saveResults(tx: Tx, tenant: string, item: ServiceItemRow): Promise<Settled> {
  const current = await lockService(tx, tenant, item.serviceId);
  const { results, changed } = await resultsOf(tx, tenant, item, current);
  await tx.update(service).set({ results }).where(whereService(tenant, item.serviceId));
  return { changed, before: beforeOf(item, current) };
}

/** An item that was taken back or never began: an added service is gone, any other is as it was before. */
export async function giveUpService(
  tx: Tx,
  tenant: string,
  item: ServiceItemRow,
  now: string,
): Promise<Settled> {
  const row = await lockService(tx, tenant, item.serviceId);
  const before = beforeOf(item, row);
  const arrow = serviceWhenGivenUp[item.action as ServiceAction];
  if (arrow === null) {
    await tx.update(service).set({ results: before.results }).where(whereService(tenant, item.serviceId));
    return { changed: [], before };
  }
  const state = follow<ServiceState, ServiceArrow>(serviceMachine, row.state, arrow);
  const next: ServiceRow = { ...row, state, version: row.version + 1, endedAt: now };
  await tx
    .update(service)
    .set({ state, version: next.version, endedAt: now })
    .where(whereService(tenant, item.serviceId));
  if (state === 'terminated') await removeOverridesOf(tx, tenant, item.serviceId);
  return { changed: [], before, event: serviceEvent(next, 'stateChanged') };
}

/**
 * What a completed item does to its service: it stands, takes over its new values, or is gone. Answers with the
 * names of the results that changed, and with the event to be written.
 */
export async function completeService(
  tx: Tx,
  tenant: string,
  item: ServiceItemRow,
  now: string,
): Promise<Settled> {
  const row = await lockService(tx, tenant, item.serviceId);
  const { results, changed } = await resultsOf(tx, tenant, item, row);
  const arrow = serviceWhenCompleted[item.action as ServiceAction];
  const ref = {
    serviceOrder: item.serviceOrderId,
    item: item.itemId ?? String(item.ordinal),
    action: item.action,
  };
  const known = row.orderItems.some(({ serviceOrder }) => serviceOrder === item.serviceOrderId);
  const next: ServiceRow = {
    ...row,
    state: arrow === null ? row.state : follow<ServiceState, ServiceArrow>(serviceMachine, row.state, arrow),
    version: row.version + 1,
    characteristics: item.action === 'delete' ? row.characteristics : item.characteristics,
    results,
    orderItems: known ? row.orderItems : [...row.orderItems, ref],
    startedAt: arrow === 'Activated' ? now : row.startedAt,
    endedAt: arrow === 'Terminated' ? now : row.endedAt,
  };
  const { state, version, characteristics, orderItems, startedAt, endedAt } = next;
  await tx
    .update(service)
    .set({ state, version, characteristics, results, orderItems, startedAt, endedAt })
    .where(whereService(tenant, item.serviceId));
  if (state === 'terminated') await removeOverridesOf(tx, tenant, item.serviceId);
  const type = state === row.state ? 'changed' : 'stateChanged';
  return { changed, before: beforeOf(item, row), event: serviceEvent(next, type) };
}

const whereService = (tenant: string, id: string) => and(eq(service.tenantId, tenant), eq(service.id, id));

async function lockService(tx: Tx, tenant: string, id: string): Promise<ServiceRow> {
  const [row] = await tx.select().from(service).where(whereService(tenant, id)).for('update');
  return must(row, `service ${id}`);
}

export const serviceEvent = ({ tenantId: _, ...snapshot }: ServiceRow, type: NewEvent['type']): NewEvent => ({
  entity: 'service',
  id: snapshot.id,
  version: snapshot.version,
  type,
  snapshot,
});
