import { and, asc, eq, getTableColumns, inArray } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import type { OverrideRow } from '../overrideStore.ts';
import { audit, override } from '../schema.ts';
import { clausesOf, instant, type ListQuery, type Page, text } from './list.ts';

/** An override with who set it last, and why. */
export interface OverrideRead extends OverrideRow {
  readonly subject: string | null;
  readonly reason: string | null;
}

export const overrideColumns = {
  service: text(override.serviceId),
  step: text(override.step),
  setAt: instant(override.setAt),
};

const keys = { tenantId: override.tenantId, time: override.setAt, id: override.serviceId };
const read = { ...getTableColumns(override), subject: audit.subject, reason: audit.reason };
const ofCommand = and(eq(audit.tenantId, override.tenantId), eq(audit.id, override.setBy));

export async function listOverrides(tx: Tx, tenant: string, query: ListQuery): Promise<Page<OverrideRead>> {
  const { where, orderBy } = clausesOf(overrideColumns, keys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(override, where),
    tx
      .select(read)
      .from(override)
      .leftJoin(audit, ofCommand)
      .where(where)
      .orderBy(...orderBy, asc(override.step))
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total, rows };
}

export async function readOverride(
  tx: Tx,
  tenant: string,
  service: string,
  step: string,
): Promise<OverrideRead | undefined> {
  const [row] = await tx
    .select(read)
    .from(override)
    .leftJoin(audit, ofCommand)
    .where(and(eq(override.tenantId, tenant), eq(override.serviceId, service), eq(override.step, step)));
  return row;
}

export const overridesOf = (tx: Tx, tenant: string, services: readonly string[]): Promise<OverrideRow[]> =>
  tx
    .select()
    .from(override)
    .where(and(eq(override.tenantId, tenant), inArray(override.serviceId, [...new Set(services)])))
    .orderBy(asc(override.serviceId), asc(override.step));
