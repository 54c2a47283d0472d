import { and, eq, isNull, sql } from 'drizzle-orm';
import { bookkeepingFails } from '../src/serviceOrder/fallout.ts';
import { type Database, type Tx, withTenant } from './client.ts';
import { falloutId } from './falloutStore.ts';
import { fallout, serviceOrder } from './schema.ts';

/** Whose record cannot be written. */
export type Recorded =
  | { readonly tenant: string; readonly orderId: string }
  | { readonly tenant: string; readonly serviceOrder: string };

/** Opens it once; whoever fails again only tells how often. */
export const openBookkeepingFallout = (
  db: Database,
  recorded: Recorded,
  { tries, reason }: { readonly tries: number; readonly reason: string },
): Promise<void> =>
  withTenant(db, recorded.tenant, async (tx) => {
    const { tenant } = recorded;
    const open = await tx
      .update(fallout)
      .set({ tries, reason })
      .where(openOf(recorded))
      .returning({ id: fallout.id });
    if (open.length > 0) return;
    const earlier = await tx.$count(fallout, of(recorded));
    const about = await subjectOf(tx, recorded);
    const id = falloutId({ bookkeeping: nameOf(recorded), opening: earlier + 1 });
    await tx
      .insert(fallout)
      .values({ ...about, tenantId: tenant, id, class: 'unknown', code: bookkeepingFails, tries, reason })
      .onConflictDoNothing();
  });

/** The record was written at last. */
export const closeBookkeepingFallout = (db: Database, recorded: Recorded): Promise<void> =>
  withTenant(db, recorded.tenant, async (tx) => {
    await tx.update(fallout).set({ closedAt: sql`now()`, resolution: 'recorded' }).where(openOf(recorded));
  });

const nameOf = (recorded: Recorded): string =>
  'orderId' in recorded ? recorded.orderId : recorded.serviceOrder;

const of = (recorded: Recorded) =>
  and(
    eq(fallout.tenantId, recorded.tenant),
    eq(fallout.code, bookkeepingFails),
    'orderId' in recorded
      ? and(eq(fallout.orderId, recorded.orderId), isNull(fallout.serviceOrderId))
      : eq(fallout.serviceOrderId, recorded.serviceOrder),
  );

const openOf = (recorded: Recorded) => and(of(recorded), isNull(fallout.closedAt));

async function subjectOf(tx: Tx, recorded: Recorded) {
  if ('orderId' in recorded) return { orderId: recorded.orderId, serviceOrderId: null };
  const where = and(eq(serviceOrder.tenantId, recorded.tenant), eq(serviceOrder.id, recorded.serviceOrder));
  const [row] = await tx.select({ orderId: serviceOrder.orderId }).from(serviceOrder).where(where);
  return { orderId: row?.orderId ?? null, serviceOrderId: recorded.serviceOrder };
}
