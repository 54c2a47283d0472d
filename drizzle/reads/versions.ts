import { and, asc, eq, type SQL, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { event } from '../schema.ts';

/** Every version of an order is an event, with the order as it stood then. */
export interface VersionedOrder {
  readonly kind: 'productOrder' | 'serviceOrder';
  readonly id: string;
}

const isOf = (tenant: string, { kind, id }: VersionedOrder): SQL | undefined =>
  and(eq(event.tenantId, tenant), eq(event.entity, kind), eq(event.entityId, id));

export const listVersions = (tx: Tx, tenant: string, order: VersionedOrder) =>
  tx
    .select({
      version: event.version,
      type: event.type,
      at: event.at,
      state: sql<string | null>`${event.snapshot} ->> 'state'`,
    })
    .from(event)
    .where(isOf(tenant, order))
    .orderBy(asc(event.version));

export type VersionRead = Awaited<ReturnType<typeof listVersions>>[number];

export async function readVersion(tx: Tx, tenant: string, order: VersionedOrder, version: number) {
  const [row] = await tx
    .select()
    .from(event)
    .where(and(isOf(tenant, order), eq(event.version, version)));
  return row;
}
