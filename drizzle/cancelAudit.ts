import { and, eq } from 'drizzle-orm';
import type { CancelTask } from './cancelStore.ts';
import type { Tx } from './client.ts';
import { audit } from './schema.ts';

/** The one place where a cancel enters the audit: its row has the id of its task. */

export async function askCancel(
  tx: Tx,
  tenant: string,
  task: CancelTask,
  asked: { readonly subject: string; readonly orderVersion: number },
): Promise<void> {
  const { id, kind, target, client, reason, requestedAt } = task;
  await tx.insert(audit).values({
    ...{ tenantId: tenant, id, client, subject: asked.subject, command: 'cancel', outcome: 'asked' },
    ...{ entity: kind, entityId: target, reason, at: task.createdAt, before: asked.orderVersion },
    ...(kind === 'productOrder' ? { orderId: target } : { serviceOrderId: target }),
    ...(requestedAt !== null && { given: { requestedAt } }),
  });
}

export async function concludeCancel(
  tx: Tx,
  tenant: string,
  { id, code, message }: CancelTask,
  how: { readonly outcome: 'done' | 'refused'; readonly now: string; readonly orderVersion?: number },
): Promise<void> {
  const { outcome, now, orderVersion } = how;
  await tx
    .update(audit)
    .set({ outcome, code, message, decidedAt: now, after: orderVersion ?? null })
    .where(and(eq(audit.tenantId, tenant), eq(audit.id, id)));
}
