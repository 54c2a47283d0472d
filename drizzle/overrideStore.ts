import { and, eq, sql } from 'drizzle-orm';
import { stepItem, stepName } from '../src/decomposition/plan.ts';
import { must } from '../src/kernel/assert.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import type { Tx } from './client.ts';
import { audit, override, serviceItem } from './schema.ts';

export type OverrideRow = typeof override.$inferSelect;

export interface NewOverride {
  readonly serviceId: string;
  readonly step: string;
  readonly values: JsonObject;
  /** The command that sets it: the id of its row in the audit. */
  readonly setBy: string;
}

/** What was set before stays, but for values of the same name. Set twice, it is there once. */
export async function setOverride(
  tx: Tx,
  tenant: string,
  { serviceId, step, values, setBy }: NewOverride,
): Promise<void> {
  await tx
    .insert(override)
    .values({ tenantId: tenant, serviceId, step, values, setBy })
    .onConflictDoUpdate({
      target: [override.tenantId, override.serviceId, override.step],
      set: { values: sql`${override.values} || excluded.values`, setBy, setAt: sql`now()` },
    });
}

/** The mapping holds again; answers with what was set, if anything was. */
export async function removeOverride(
  tx: Tx,
  tenant: string,
  serviceId: string,
  step: string,
): Promise<OverrideRow | undefined> {
  const [removed] = await tx
    .delete(override)
    .where(and(ofService(tenant, serviceId), eq(override.step, step)))
    .returning();
  return removed;
}

/** A service that ended takes along what was set for it. */
export const removeOverridesOf = (tx: Tx, tenant: string, serviceId: string): Promise<unknown> =>
  tx.delete(override).where(ofService(tenant, serviceId));

const ofService = (tenant: string, serviceId: string) =>
  and(eq(override.tenantId, tenant), eq(override.serviceId, serviceId));

/** The edit that a person asked for holds from now on, for the service of the step's item. */
export async function activateOverride(
  tx: Tx,
  tenant: string,
  serviceOrder: string,
  stepId: string,
  auditId: string,
): Promise<void> {
  const { values } = await givenIn(tx, tenant, auditId);
  const [item] = await tx
    .select({ serviceId: serviceItem.serviceId })
    .from(serviceItem)
    .where(
      and(
        eq(serviceItem.tenantId, tenant),
        eq(serviceItem.serviceOrderId, serviceOrder),
        eq(serviceItem.ordinal, Number(stepItem(stepId))),
      ),
    );
  const { serviceId } = must(item, `the item of step ${serviceOrder}/${stepId}`);
  await setOverride(tx, tenant, {
    ...{ serviceId, step: stepName(stepId), setBy: auditId },
    values: must(values, `the values of edit ${auditId}`) as JsonObject,
  });
}

/** What a person added to a command. */
export async function givenIn(tx: Tx, tenant: string, auditId: string): Promise<JsonObject> {
  const [row] = await tx
    .select({ given: audit.given })
    .from(audit)
    .where(and(eq(audit.tenantId, tenant), eq(audit.id, auditId)));
  return must(row?.given ?? undefined, `what was given with command ${auditId}`);
}
