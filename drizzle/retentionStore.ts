import { sql } from 'drizzle-orm';
import { type Database, type Tx, withTenant } from './client.ts';
import { tenants } from './schema.ts';

/** What is kept for days only: each removes the oldest of one tenant, no more than `limit`, and answers how many. */
export type Removal = (db: Database, tenant: string, days: number, limit: number) => Promise<number>;

export async function allTenants(db: Database): Promise<string[]> {
  const rows = await db.select().from(tenants).orderBy(tenants.id);
  return rows.map(({ id }) => id);
}

/** A request repeated under a key later than this is a new one. */
export const removeIdempotencyKeys: Removal = (db, tenant, days, limit) =>
  withTenant(db, tenant, (tx) =>
    removed(
      tx,
      sql`delete from idempotency where ctid = any(array(
        select ctid from idempotency
        where tenant_id = ${tenant} and created_at < now() - ${days} * interval '1 day'
        order by created_at limit ${limit} for update skip locked)) returning 1`,
    ),
  );

/** Whoever was to be told is told, or waits: only what nobody could be told of goes. */
export const removeDeadLetters: Removal = (db, tenant, days, limit) =>
  withTenant(db, tenant, (tx) =>
    removed(
      tx,
      sql`delete from callback where ctid = any(array(
        select ctid from callback
        where tenant_id = ${tenant} and state = 'dead' and received_at < now() - ${days} * interval '1 day'
        order by received_at limit ${limit} for update skip locked)) returning 1`,
    ),
  );

const removed = async (tx: Tx, statement: ReturnType<typeof sql>): Promise<number> =>
  (await tx.execute(statement)).length;
