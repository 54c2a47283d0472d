import { and, asc, eq } from 'drizzle-orm';
import { restoring } from '../src/decomposition/compensation.ts';
import type { CompactServiceOrder, PlannedStep } from '../src/decomposition/plan.ts';
import { must } from '../src/kernel/assert.ts';
import type { Tx } from './client.ts';
import { insertEvents } from './events.ts';
import { newServiceItem, newServiceOrder } from './newServiceOrder.ts';
import { footprint, serviceItem, serviceOrder, step } from './schema.ts';
import {
  lockServiceOrder,
  type ServiceItemRow,
  serviceOrderEvent,
  type ServiceOrderRow,
} from './serviceOrderStore.ts';
import { stepRows } from './planStore.ts';
import { compactStepsOf } from './stepStore.ts';

const compensationId = (id: string): string => `${id}.c`;

/**
 * Writes the service order that takes back a completed one, with its steps from what stands now and what stood
 * before. Asked again it answers the one that is there.
 */
export async function compensate(
  tx: Tx,
  tenant: string,
  id: string,
  now: string,
): Promise<CompactServiceOrder> {
  const { row, items } = await lockServiceOrder(tx, tenant, id);
  const item = must(items[0], `the item of service order ${id}`);
  const action = item.action === 'add' ? 'delete' : 'modify';
  const compensation = compensationId(id);
  const isThere = await tx.$count(
    serviceOrder,
    and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, compensation)),
  );
  if (isThere === 0) await open(tx, tenant, row, item, action, now);
  const steps = await compactStepsOf(tx, tenant, compensation);
  return {
    id: compensation,
    item: must(row.orderItemId, `the item of ${id}`),
    action,
    specification: item.specification,
    domain: row.domain,
    after: [],
    reliesOn: {},
    skippable: false,
    steps,
    compensates: id,
  };
}

async function open(
  tx: Tx,
  tenant: string,
  completed: ServiceOrderRow,
  item: ServiceItemRow,
  action: 'delete' | 'modify',
  now: string,
): Promise<void> {
  const id = compensationId(completed.id);
  const steps = await restoringSteps(tx, tenant, item);
  const { orderId, orderItemId, ordinal, domain } = completed;
  const row = newServiceOrder(tenant, {
    ...{ id, orderId, orderItemId, ordinal, domain, compensates: completed.id, orderedAt: now },
  });
  const { serviceId, specification, types, results, snapshot } = item;
  const wanted = newServiceItem(tenant, {
    ...{ serviceOrderId: id, action, serviceId, specification, types, results, snapshot },
    characteristics: item.before?.characteristics ?? item.characteristics,
  });
  await tx.insert(serviceOrder).values(row);
  await tx.insert(serviceItem).values(wanted);
  if (steps.length > 0) await tx.insert(step).values(stepRows(tenant, { id, steps }));
  await insertEvents(tx, tenant, [serviceOrderEvent(row, [wanted], 'created')]);
}

async function restoringSteps(tx: Tx, tenant: string, item: ServiceItemRow): Promise<readonly PlannedStep[]> {
  const standing = await tx
    .select()
    .from(footprint)
    .where(and(eq(footprint.tenantId, tenant), eq(footprint.serviceId, item.serviceId)))
    .orderBy(asc(footprint.step), asc(footprint.system), asc(footprint.object));
  const done = await tx
    .select()
    .from(step)
    .where(
      and(eq(step.tenantId, tenant), eq(step.serviceOrderId, item.serviceOrderId), eq(step.state, 'done')),
    )
    .orderBy(asc(step.ordinal));
  return restoring(item.action, standing, done);
}
