import { and, eq, inArray, sql } from 'drizzle-orm';
import type { PlannedServiceItem } from '../src/decomposition/servicePlan.ts';
import { must } from '../src/kernel/assert.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import type { RequestedServiceOrder } from '../src/serviceOrder/request.ts';
import { inChunks } from './chunks.ts';
import type { Tx } from './client.ts';
import { insertEvents } from './events.ts';
import { newServiceItem, newServiceOrder } from './newServiceOrder.ts';
import { type ServiceOrderRead, serviceOrderById } from './reads/serviceOrders.ts';
import { service, serviceBinding, serviceItem, serviceOrder, step } from './schema.ts';
import { saveServices, stepRows } from './planStore.ts';
import {
  type LockedServiceOrder,
  type ServiceItemRow,
  serviceOrderEvent,
  type ServiceOrderRow,
} from './serviceOrderStore.ts';

/** Service orders that were posted by themselves, and belong to no product order. */
export interface OutsideOrder {
  readonly id: string;
  readonly client: string;
  readonly fingerprint: string;
  readonly request: RequestedServiceOrder;
  readonly snapshot: string;
  readonly items: readonly PlannedServiceItem[];
  readonly now: string;
}

export async function insertOutsideOrder(
  tx: Tx,
  tenant: string,
  order: OutsideOrder,
): Promise<ServiceOrderRead | 'externalIdTaken'> {
  const row = rowOf(tenant, order);
  const inserted = await tx
    .insert(serviceOrder)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: serviceOrder.id });
  if (inserted.length === 0) return 'externalIdTaken';
  const items = order.items.map((item) => itemRow(tenant, order.id, item, order.snapshot));
  await inChunks(items, (chunk) => tx.insert(serviceItem).values(chunk));
  await insertEvents(tx, tenant, [serviceOrderEvent(row, items, 'created')]);
  return { ...row, items, troubles: [] };
}

const rowOf = (tenant: string, { id, client, fingerprint, request, items, now }: OutsideOrder) =>
  newServiceOrder(tenant, {
    ...{ id, client, fingerprint, orderedAt: now },
    domain: must(items[0], `an item of service order ${id}`).domain,
    externalId: request.externalId ?? null,
    carried: request as unknown as JsonObject,
    requestedStart: request.requestedStart ?? null,
  });

const itemRow = (
  tenant: string,
  serviceOrderId: string,
  item: PlannedServiceItem,
  snapshot: string,
): ServiceItemRow =>
  newServiceItem(tenant, {
    ...{ serviceOrderId, ordinal: item.ordinal, itemId: item.id, action: item.action },
    ...{ serviceId: item.service, specification: item.specification, types: item.types, snapshot },
    ...{ characteristics: item.characteristics, results: item.results },
  });

/** What was asked; undefined for a service order that nobody posted. */
export const requestOf = ({
  carried,
}: Pick<ServiceOrderRow, 'carried'>): RequestedServiceOrder | undefined =>
  carried === null ? undefined : (carried as unknown as RequestedServiceOrder);

/** An open service order of this client under its external id. */
export async function outsideOrderWithExternalId(
  tx: Tx,
  tenant: string,
  client: string,
  externalId: string,
): Promise<ServiceOrderRead | undefined> {
  const [row] = await tx
    .select({ id: serviceOrder.id })
    .from(serviceOrder)
    .where(
      and(
        eq(serviceOrder.tenantId, tenant),
        eq(serviceOrder.client, client),
        eq(serviceOrder.externalId, externalId),
        sql`state not in ('rejected', 'failed', 'cancelled')`,
      ),
    );
  return row && serviceOrderById(tx, tenant, row.id);
}

/** The chain of runs whose saga the service order is, set by the first that opens it. */
export async function claimServiceOrder(tx: Tx, tenant: string, id: string, runChain: string): Promise<void> {
  await tx
    .update(serviceOrder)
    .set({ runChain })
    .where(and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id), sql`run_chain is null`));
}

/** The plan of an order that opens: its new services, what they are bound to, and the steps of all items. */
export async function saveServicePlan(
  tx: Tx,
  tenant: string,
  { row, items: known }: LockedServiceOrder,
  planned: readonly PlannedServiceItem[],
  now: string,
): Promise<void> {
  const snapshot = must(known[0], `an item of service order ${row.id}`).snapshot ?? '';
  const rows = planned.map((item) => itemRow(tenant, row.id, item, snapshot));
  await inChunks(rows, (chunk) => tx.insert(serviceItem).values(chunk).onConflictDoNothing());
  const services = planned.map((item) => ({ ...item, id: row.id, product: null, orderedBy: item.id }));
  const there = await servicesAmong(
    tx,
    tenant,
    services.map((made) => made.service),
  );
  await saveServices(
    tx,
    tenant,
    services.filter((made) => !there.has(made.service)),
    now,
  );
  await inChunks(
    planned.flatMap(({ ordinal, steps }) => stepRows(tenant, { id: row.id, steps }, ordinal)),
    (chunk) => tx.insert(step).values(chunk),
  );
}

/** An order whose items have no steps may be opened twice. */
async function servicesAmong(tx: Tx, tenant: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await tx
    .select({ id: service.id })
    .from(service)
    .where(and(eq(service.tenantId, tenant), inArray(service.id, [...ids])));
  return new Set(rows.map(({ id }) => id));
}

/** Which services of a service order rely on which others of it, and as what. */
export const bindingsWithin = (tx: Tx, tenant: string, services: readonly string[]) =>
  tx
    .select({
      service: serviceBinding.serviceId,
      alias: serviceBinding.alias,
      reliesOn: serviceBinding.reliesOnId,
    })
    .from(serviceBinding)
    .where(
      and(
        eq(serviceBinding.tenantId, tenant),
        inArray(serviceBinding.serviceId, [...services]),
        inArray(serviceBinding.reliesOnId, [...services]),
      ),
    );
