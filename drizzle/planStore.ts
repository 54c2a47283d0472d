import { and, eq, sql } from 'drizzle-orm';
import type { CompactPlan, Plan, PlannedServiceOrder } from '../src/decomposition/plan.ts';
import { hashOf } from '../src/kernel/json.ts';
import type { Order } from '../src/order/order.ts';
import { inChunks } from './chunks.ts';
import type { Tx } from './client.ts';
import { insertEvents } from './events.ts';
import { newServiceItem, newServiceOrder } from './newServiceOrder.ts';
import { productOrder, service, serviceBinding, serviceItem, serviceOrder, step } from './schema.ts';
import { serviceOrderEvent } from './serviceOrderStore.ts';
import { serviceEvent } from './serviceStore.ts';

/** The frozen plan with everything it creates: service orders, their items and steps, new services. */
export async function savePlan(
  tx: Tx,
  tenant: string,
  order: Order,
  plan: Plan,
  compactPlan: CompactPlan,
  now: string,
): Promise<void> {
  await tx
    .update(productOrder)
    .set({ plan, compactPlan, planHash: hashOf(plan), decomposedAt: now })
    .where(and(eq(productOrder.tenantId, tenant), eq(productOrder.id, order.id)));
  const services = plan.serviceOrders.map((wanted) => ({ ...wanted, orderedBy: '1' }));
  await saveServices(tx, tenant, services, now);
  await saveServiceOrders(tx, tenant, order, plan.serviceOrders, now);
}

/** What a plan says of a service that it makes. */
interface NewService
  extends Pick<
    PlannedServiceOrder,
    'id' | 'service' | 'action' | 'specification' | 'domain' | 'characteristics' | 'bindings'
  > {
  readonly product: string | null;
  /** The item that orders it. */
  readonly orderedBy: string;
}

/** Services as designed, with what they are bound to. */
export async function saveServices(
  tx: Tx,
  tenant: string,
  planned: readonly NewService[],
  now: string,
): Promise<void> {
  const made = planned.filter(({ action }) => action === 'add');
  const rows = made.map((wanted) => ({
    tenantId: tenant,
    id: wanted.service,
    productId: wanted.product,
    specification: wanted.specification,
    domain: wanted.domain,
    state: 'designed' as const,
    version: 1,
    characteristics: wanted.characteristics,
    results: {},
    orderItems: [{ serviceOrder: wanted.id, item: wanted.orderedBy, action: wanted.action }],
    createdAt: now,
    startedAt: null,
    endedAt: null,
  }));
  const bindings = made.flatMap((wanted) =>
    Object.entries(wanted.bindings).map(([alias, reliesOnId]) => ({
      tenantId: tenant,
      serviceId: wanted.service,
      alias,
      reliesOnId,
    })),
  );
  await inChunks(rows, (chunk) => tx.insert(service).values(chunk));
  await inChunks(bindings, (chunk) => tx.insert(serviceBinding).values(chunk));
  await inChunks(rows, (chunk) =>
    insertEvents(
      tx,
      tenant,
      chunk.map((row) => serviceEvent(row, 'created')),
    ),
  );
}

async function saveServiceOrders(
  tx: Tx,
  tenant: string,
  order: Order,
  planned: readonly PlannedServiceOrder[],
  now: string,
): Promise<void> {
  const orders = planned.map((wanted, ordinal) =>
    newServiceOrder(tenant, {
      ...{ id: wanted.id, orderId: order.id, orderItemId: wanted.item, ordinal, domain: wanted.domain },
      ...{ after: [...wanted.after], orderedAt: now },
    }),
  );
  const items = planned.map((wanted) =>
    newServiceItem(tenant, {
      ...{ serviceOrderId: wanted.id, action: wanted.action, serviceId: wanted.service },
      ...{ specification: wanted.specification, characteristics: wanted.characteristics },
      ...{ types: wanted.types, results: wanted.results, snapshot: order.snapshot },
    }),
  );
  await inChunks(orders, (chunk) => tx.insert(serviceOrder).values(chunk));
  await inChunks(items, (chunk) => tx.insert(serviceItem).values(chunk));
  await inChunks(
    planned.flatMap((wanted) => stepRows(tenant, wanted)),
    (chunk) => tx.insert(step).values(chunk),
  );
  const events = orders.map((row, index) => serviceOrderEvent(row, items.slice(index, index + 1), 'created'));
  await inChunks(events, (chunk) => insertEvents(tx, tenant, chunk));
}

export const stepRows = (
  tenant: string,
  { id, steps }: Pick<PlannedServiceOrder, 'id' | 'steps'>,
  item = 1,
) =>
  steps.map((wanted, ordinal) => ({
    tenantId: tenant,
    serviceOrderId: id,
    item,
    name: wanted.name,
    ordinal,
    system: wanted.system,
    verb: wanted.verb,
    object: wanted.object,
    values: wanted.values,
    results: wanted.results,
    verify: wanted.verify,
    after: [...wanted.after],
    builtAfter: [...wanted.builtAfter],
    ifChanged: wanted.ifChanged ? [...wanted.ifChanged] : null,
    fixed: wanted.fixed ?? null,
    optional: wanted.optional ?? false,
    pointOfNoReturn: wanted.pointOfNoReturn ?? false,
    reports: wanted.reports ?? null,
    state: 'waiting' as const,
    attempt: 0,
    generation: 0,
    decided: false,
    changed: [],
  }));

/** The saga's own chain of runs; set by the first that opens the order. */
export async function claimRunChain(
  tx: Tx,
  tenant: string,
  orderId: string,
  runChain: string,
): Promise<void> {
  await tx
    .update(productOrder)
    .set({ runChain })
    .where(and(eq(productOrder.tenantId, tenant), eq(productOrder.id, orderId), sql`run_chain is null`));
}
