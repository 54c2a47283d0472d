import { and, eq } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { type OverrideRow, lockOverride, removeOverride } from './overrideStore.ts';
import { audit } from './schema.ts';

/** A person's wish that the mapping holds again. */
export interface Removal {
  /** The command's own id: repeated with it, nothing happens twice. */
  readonly id: string;
  readonly tenant: string;
  readonly client: string;
  readonly subject: string;
  readonly serviceId: string;
  readonly step: string;
  readonly reason: string | null;
}

export type Removed = 'removed' | 'unknown' | 'keyReused';

/** Effect and audit in one transaction. A repeated removal leaves alone what was set again since. */
export async function removeOnce(tx: Tx, removal: Removal): Promise<Removed> {
  const { tenant, serviceId, step } = removal;
  const found = await lockOverride(tx, tenant, serviceId, step);
  if (found && (await recordRemoval(tx, removal, found))) {
    await removeOverride(tx, tenant, serviceId, step);
    return 'removed';
  }
  const [known] = await tx
    .select()
    .from(audit)
    .where(and(eq(audit.tenantId, tenant), eq(audit.id, removal.id)));
  if (known === undefined) return 'unknown';
  const isSame = known.command === 'removeOverride' && known.entityId === serviceId && known.step === step;
  return isSame ? 'removed' : 'keyReused';
}

/** The one row that this leaves in the audit; false if the command is there already. */
async function recordRemoval(tx: Tx, removal: Removal, { values, setBy }: OverrideRow): Promise<boolean> {
  const { tenant, id, client, subject, serviceId, step, reason } = removal;
  const inserted = await tx
    .insert(audit)
    .values({
      ...{ tenantId: tenant, id, client, subject, command: 'removeOverride', entity: 'service' },
      ...{ entityId: serviceId, step, reason, given: { values, setBy }, outcome: 'done' },
      decidedAt: new Date().toISOString(),
    })
    .onConflictDoNothing()
    .returning({ id: audit.id });
  return inserted.length > 0;
}
