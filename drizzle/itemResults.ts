import { and, asc, eq } from 'drizzle-orm';
import { nameOfItem } from '../src/decomposition/servicePlan.ts';
import { must } from '../src/kernel/assert.ts';
import type { Tx } from './client.ts';
import { bindingsWithin } from './outsideOrderStore.ts';
import { serviceItem, step } from './schema.ts';
import { saveItemResults, type ServiceItemRow } from './serviceOrderStore.ts';

/**
 * Where items of one service order rely on each other, a service has its new results as soon as a step gave
 * them, and not only when the whole order is done.
 */
interface Together {
  readonly items: readonly ServiceItemRow[];
  readonly stepped: ReadonlySet<number>;
  /** Those that rely on the service, and as what. */
  readonly relying: (service: string) => readonly { readonly item: ServiceItemRow; readonly alias: string }[];
}

/** After a step is done: what it changed, and what that changes for others, as their steps name it. */
export async function changedByStep(
  tx: Tx,
  tenant: string,
  serviceOrder: string,
  ordinal: number,
  own: readonly string[],
): Promise<string[]> {
  const together = await itemsTogether(tx, tenant, serviceOrder);
  const item = must(
    together.items.find((candidate) => candidate.ordinal === ordinal),
    `item ${ordinal} of ${serviceOrder}`,
  );
  const names = own.map((name) => nameOfItem(ordinal, name));
  return [...names, ...(await passOn(tx, tenant, item, together))];
}

/** Items that need no step of their own give their results when the order opens. */
export async function saveUnsteppedResults(tx: Tx, tenant: string, serviceOrder: string): Promise<void> {
  const together = await itemsTogether(tx, tenant, serviceOrder);
  for (const item of together.items) {
    if (item.action === 'modify' && !together.stepped.has(item.ordinal)) {
      await passOn(tx, tenant, item, together);
    }
  }
}

/** Saves the item's results and, through items that have no step to wait for, those of its dependants. */
async function passOn(tx: Tx, tenant: string, item: ServiceItemRow, together: Together): Promise<string[]> {
  if (item.action === 'delete') return [];
  const changed = await saveItemResults(tx, tenant, item);
  const names: string[] = [];
  for (const { item: dependant, alias } of together.relying(item.serviceId)) {
    names.push(...changed.map((name) => nameOfItem(dependant.ordinal, `reliesOn.${alias}.${name}`)));
    if (!together.stepped.has(dependant.ordinal)) {
      names.push(...(await passOn(tx, tenant, dependant, together)));
    }
  }
  return names;
}

async function itemsTogether(tx: Tx, tenant: string, serviceOrder: string): Promise<Together> {
  const ofOrder = and(eq(serviceItem.tenantId, tenant), eq(serviceItem.serviceOrderId, serviceOrder));
  const items = await tx
    .select()
    .from(serviceItem)
    .where(ofOrder)
    .orderBy(asc(serviceItem.ordinal))
    .for('update');
  const stepped = await tx
    .selectDistinct({ item: step.item })
    .from(step)
    .where(and(eq(step.tenantId, tenant), eq(step.serviceOrderId, serviceOrder)));
  const bindings = await bindingsWithin(
    tx,
    tenant,
    items.map(({ serviceId }) => serviceId),
  );
  const byService = new Map(items.map((item) => [item.serviceId, item]));
  return {
    items,
    stepped: new Set(stepped.map(({ item }) => item)),
    relying: (service) =>
      bindings
        .filter(({ reliesOn }) => reliesOn === service)
        .map(({ service: id, alias }) => ({ item: must(byService.get(id), id), alias })),
  };
}
