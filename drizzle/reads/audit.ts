import type { AuditRow } from '../auditStore.ts';
import type { Tx } from '../client.ts';
import { audit } from '../schema.ts';
import { choice, clausesOf, instant, type ListQuery, type Page, text } from './list.ts';

export const auditColumns = {
  id: text(audit.id),
  command: choice(audit.command, audit.command.enumValues),
  entity: choice(audit.entity, audit.entity.enumValues),
  entityId: text(audit.entityId),
  order: text(audit.orderId),
  serviceOrder: text(audit.serviceOrderId),
  subject: text(audit.subject),
  client: text(audit.client),
  outcome: choice(audit.outcome, audit.outcome.enumValues),
  at: instant(audit.at),
};

const keys = { tenantId: audit.tenantId, time: audit.at, id: audit.id, newestFirst: true } as const;

export async function listAudit(tx: Tx, tenant: string, query: ListQuery): Promise<Page<AuditRow>> {
  const { where, orderBy } = clausesOf(auditColumns, keys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(audit, where),
    tx
      .select()
      .from(audit)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total, rows };
}
