import { and, eq, sql } from 'drizzle-orm';
import { type Database, type Tx, withRelay, withTenant } from './client.ts';
import { dispatch } from './schema.ts';

/** The start of an order's workflow, committed with the order. The relay sends it unless the API is faster. */
export async function enqueueStart(tx: Tx, tenant: string, orderId: string, delayMs: number): Promise<void> {
  const dueAt = sql`now() + ${delayMs} * interval '1 millisecond'`;
  await tx.insert(dispatch).values({ tenantId: tenant, orderId, command: 'start', dueAt });
}

/** The command reached Temporal, whoever carried it. */
export async function markStarted(db: Database, tenant: string, orderId: string): Promise<void> {
  const start = and(
    eq(dispatch.tenantId, tenant),
    eq(dispatch.orderId, orderId),
    eq(dispatch.command, 'start'),
  );
  await withTenant(db, tenant, (tx) => tx.delete(dispatch).where(start));
}

/** The commands of one order leave in their order: a lane. */
export interface Lane {
  readonly tenant: string;
  readonly order: string;
}

export const dueLanes = (db: Database, limit: number): Promise<readonly Lane[]> =>
  withRelay(db, (tx) =>
    tx.execute<{ tenant: string; order: string }>(sql`
      select tenant_id as tenant, order_id as order from dispatch
      group by tenant_id, order_id having min(due_at) <= now()
      order by min(due_at) limit ${limit}`),
  );

export interface Leased {
  readonly tries: number;
  readonly start: { readonly externalId?: string; readonly actions: readonly string[] };
}

/**
 * Claims the oldest command of a lane for this relay by moving its due time, so that no lock is held while
 * Temporal is called; a relay that dies gives the lane back when the lease ends.
 */
export const leaseLane = (
  db: Database,
  { tenant, order }: Lane,
  leaseMs: number,
): Promise<Leased | undefined> =>
  withTenant(db, tenant, async (tx) => {
    const rows = await tx.execute<{ tries: number; externalId: string | null; actions: string[] | null }>(sql`
      update dispatch set due_at = now() + ${leaseMs} * interval '1 millisecond', tries = tries + 1
      where tenant_id = ${tenant} and order_id = ${order} and due_at <= now()
        and sequence = (select min(sequence) from dispatch where tenant_id = ${tenant} and order_id = ${order})
      returning tries,
        (select external_id from product_order where tenant_id = ${tenant} and id = ${order}) as "externalId",
        (select array_agg(distinct action) from order_item
          where tenant_id = ${tenant} and order_item.order_id = ${order}) as actions`);
    const [row] = rows;
    if (row === undefined) return undefined;
    const externalId = row.externalId === null ? {} : { externalId: row.externalId };
    return { tries: row.tries, start: { ...externalId, actions: row.actions ?? [] } };
  });

/** Tried without success: due again after a growing pause of at most a minute. */
export const postponeLane = (
  db: Database,
  { tenant, order }: Lane,
  tries: number,
  reason: string,
): Promise<unknown> =>
  withTenant(db, tenant, (tx) =>
    tx
      .update(dispatch)
      .set({
        dueAt: sql`now() + ${Math.min(60, 2 ** Math.min(tries, 6))} * interval '1 second'`,
        lastError: reason.slice(0, 500),
      })
      .where(and(eq(dispatch.tenantId, tenant), eq(dispatch.orderId, order))),
  );
