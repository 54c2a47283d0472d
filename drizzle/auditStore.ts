import { and, eq, ne, sql } from 'drizzle-orm';
import type { JsonObject } from '../src/kernel/json.ts';
import { must } from '../src/kernel/assert.ts';
import type { AuditedCommand, AuditedEntity } from '../src/operator/audit.ts';
import type { Tx } from './client.ts';
import { audit } from './schema.ts';

export type AuditRow = typeof audit.$inferSelect;

/** Who commands. */
export interface Person {
  readonly client: string;
  readonly subject: string;
}

export interface NewAudit extends Person {
  readonly id: string;
  readonly command: AuditedCommand;
  readonly entity: AuditedEntity;
  readonly entityId: string;
  readonly orderId?: string | null;
  readonly serviceOrderId?: string | null;
  readonly item?: number | null;
  readonly step?: string | null;
  readonly reason?: string | undefined;
  readonly given?: JsonObject | undefined;
  /** The version that the command found, where that is known when it is asked. */
  readonly before?: number;
  /** Without it, now. */
  readonly at?: string;
}

export async function findAudit(tx: Tx, tenant: string, id: string): Promise<AuditRow | undefined> {
  const [row] = await tx.select().from(audit).where(isRow(tenant, id));
  return row;
}

/** A command on its way. Asked again it is the row that is there, whatever has become of it. */
export const askCommand = (tx: Tx, tenant: string, asked: NewAudit): Promise<AuditRow> =>
  insert(tx, tenant, asked, 'asked');

/** A command that is carried out by this very transaction. */
export const recordDone = (tx: Tx, tenant: string, done: NewAudit): Promise<AuditRow> =>
  insert(tx, tenant, done, 'done');

async function insert(tx: Tx, tenant: string, row: NewAudit, outcome: 'asked' | 'done'): Promise<AuditRow> {
  const decidedAt = outcome === 'done' ? sql`now()` : null;
  const [inserted] = await tx
    .insert(audit)
    .values({ ...row, tenantId: tenant, outcome, decidedAt })
    .onConflictDoNothing()
    .returning();
  return inserted ?? must(await findAudit(tx, tenant, row.id), `the audit row ${row.id}`);
}

/**
 * With the versions between which the effect lies; only for the transaction that writes it. False if it was carried
 * out before.
 */
export async function markDone(
  tx: Tx,
  tenant: string,
  id: string,
  { before, after }: { readonly before?: number; readonly after?: number },
): Promise<boolean> {
  const marked = await tx
    .update(audit)
    .set({ outcome: 'done', code: null, message: null, decidedAt: sql`now()`, before, after })
    .where(and(isRow(tenant, id), sql`${audit.outcome} <> 'done'`))
    .returning({ id: audit.id });
  return marked.length > 0;
}

interface Refused {
  readonly code: string | null;
  readonly message: string | null;
  readonly after?: number;
}

/** A run, or the want of one, said no. What was carried out meanwhile stays so. */
export async function markRefused(
  tx: Tx,
  tenant: string,
  id: string,
  { code, message, after }: Refused,
): Promise<AuditRow> {
  await tx
    .update(audit)
    .set({ outcome: 'refused', code, message, decidedAt: sql`now()`, after })
    .where(and(isRow(tenant, id), eq(audit.outcome, 'asked')));
  return must(await findAudit(tx, tenant, id), `the audit row ${id}`);
}

/** The order that a command was about, or its service order of its own. */
export interface CommandedOrder {
  readonly kind: 'productOrder' | 'serviceOrder';
  readonly id: string;
}

/** Nobody will carry out any more what was asked of an order that is over. A cancel is told by its task. */
export async function refuseAsked(tx: Tx, tenant: string, { kind, id }: CommandedOrder): Promise<void> {
  const [column, code] =
    kind === 'productOrder'
      ? ([audit.orderId, 'OrderOver'] as const)
      : ([audit.serviceOrderId, 'ServiceOrderOver'] as const);
  await tx
    .update(audit)
    .set({
      outcome: 'refused',
      code,
      message: 'it was over before the command reached it',
      decidedAt: sql`now()`,
    })
    .where(
      and(
        eq(audit.tenantId, tenant),
        eq(column, id),
        eq(audit.outcome, 'asked'),
        ne(audit.command, 'cancel'),
      ),
    );
}

const isRow = (tenant: string, id: string) => and(eq(audit.tenantId, tenant), eq(audit.id, id));
