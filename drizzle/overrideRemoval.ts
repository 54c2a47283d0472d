import { type AuditRow, findAudit, recordDone } from './auditStore.ts';
import type { Tx } from './client.ts';
import { lockOverride, removeOverride } from './overrideStore.ts';

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
  const { tenant, id, client, subject, serviceId, step, reason } = removal;
  const found = await lockOverride(tx, tenant, serviceId, step);
  const known = await findAudit(tx, tenant, id);
  if (known) return isOf(known, removal) ? 'removed' : 'keyReused';
  if (found === undefined) return 'unknown';
  const recorded = await recordDone(tx, tenant, {
    ...{ id, client, subject, command: 'removeOverride', entity: 'service', entityId: serviceId, step },
    ...{ reason: reason ?? undefined, given: { values: found.values, setBy: found.setBy } },
  });
  // Another command may have taken the id this very moment.
  if (!isOf(recorded, removal)) return 'keyReused';
  await removeOverride(tx, tenant, serviceId, step);
  return 'removed';
}

const isOf = ({ command, entityId, step }: AuditRow, removal: Removal): boolean =>
  command === 'removeOverride' && entityId === removal.serviceId && step === removal.step;
