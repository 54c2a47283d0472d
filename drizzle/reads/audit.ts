import { getTableColumns, sql } from 'drizzle-orm';
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

/** A command with the tries of its step around it: the last one before it was carried out, the first one after. */
export interface AuditRead extends AuditRow {
  readonly tryBefore: number | null;
  readonly tryAfter: number | null;
}

const triesOfStep = sql`from attempt a where a.tenant_id = audit.tenant_id and audit.outcome = 'done'
  and a.service_order_id = audit.service_order_id and a.item = audit.item and a.step = audit.step`;

const withTries = {
  ...getTableColumns(audit),
  tryBefore: sql<number | null>`(select max(a.number) ${triesOfStep} and a.noted_at <= audit.decided_at)`,
  tryAfter: sql<number | null>`(select min(a.number) ${triesOfStep} and a.noted_at > audit.decided_at)`,
};

export async function listAudit(tx: Tx, tenant: string, query: ListQuery): Promise<Page<AuditRead>> {
  const { where, orderBy } = clausesOf(auditColumns, keys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(audit, where),
    tx
      .select(withTries)
      .from(audit)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total, rows };
}
