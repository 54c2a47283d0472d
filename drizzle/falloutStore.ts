import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { shortHash } from '../src/kernel/json.ts';
import { runLost } from '../src/order/run.ts';
import type { Relief } from '../src/serviceOrder/run.ts';
import type { ErrorClass } from '../src/serviceOrder/recovery.ts';
import type { Tx } from './client.ts';
import { fallout } from './schema.ts';

export type FalloutRow = typeof fallout.$inferSelect;

/** By which command a fallout was closed, or that it ended without one. */
export type Resolution = Relief | 'restart' | 'settled' | 'recorded';

const now = sql`now()`;

/**
 * A held step needs a person. One row per opening: whoever opens it again while it is open changes nothing, and
 * the id tells the openings of one step apart.
 */
export async function openStepFallout(
  tx: Tx,
  tenant: string,
  serviceOrder: string,
  id: string,
  why: { readonly class: ErrorClass; readonly code: string },
): Promise<void> {
  const [item, step] = id.split('/') as [string, string];
  const earlier = await tx
    .select({ closedAt: fallout.closedAt })
    .from(fallout)
    .where(ofStep(tenant, serviceOrder, id));
  if (earlier.some(({ closedAt }) => closedAt === null)) return;
  const opening = { serviceOrder, step: id, opening: earlier.length + 1 };
  await tx.execute(sql`
    insert into fallout (tenant_id, id, order_id, service_order_id, item, step, system, class, code, reason, tries, seen)
    select st.tenant_id, ${falloutId(opening)}, so.order_id, so.id, st.item, st.name, st.system, ${why.class}, ${why.code},
      coalesce(st.error_message, 'the attempt broke off, and nobody recorded its end'), st.attempt,
      (select seen from attempt a where a.tenant_id = st.tenant_id and a.service_order_id = st.service_order_id
        and a.item = st.item and a.step = st.name and seen is not null order by number desc limit 1)
    from step st
    join service_order so on so.tenant_id = st.tenant_id and so.id = st.service_order_id
    where st.tenant_id = ${tenant} and st.service_order_id = ${serviceOrder} and st.item = ${Number(item)}
      and st.name = ${step}`);
}

export const falloutId = (opening: Readonly<Record<string, string | number>>): string =>
  `fallout-${shortHash(opening)}`;

export async function closeStepFallout(
  tx: Tx,
  tenant: string,
  serviceOrder: string,
  id: string,
  resolution: Resolution,
): Promise<void> {
  const open = and(ofStep(tenant, serviceOrder, id), isNull(fallout.closedAt));
  await tx.update(fallout).set({ closedAt: now, resolution }).where(open);
}

function ofStep(tenant: string, serviceOrder: string, id: string) {
  const [item, step] = id.split('/') as [string, string];
  return and(
    eq(fallout.tenantId, tenant),
    eq(fallout.serviceOrderId, serviceOrder),
    eq(fallout.item, Number(item)),
    eq(fallout.step, step),
  );
}

export interface Orphan {
  readonly orderId: string | null;
  readonly serviceOrderId: string | null;
  readonly code: 'runMissing' | 'runClosed' | 'runLost';
  readonly reason: string;
}

/** An order, or a service order, without its run: once while that is open. The caller holds its row's lock. */
export async function openOrphan(tx: Tx, tenant: string, orphan: Orphan): Promise<void> {
  const { orderId, serviceOrderId } = orphan;
  const earlier = await tx
    .select({ id: fallout.id, closedAt: fallout.closedAt, reason: fallout.reason })
    .from(fallout)
    .where(
      and(
        eq(fallout.tenantId, tenant),
        eq(fallout.class, 'orphaned'),
        serviceOrderId === null
          ? and(eq(fallout.orderId, orderId ?? ''), isNull(fallout.serviceOrderId))
          : eq(fallout.serviceOrderId, serviceOrderId),
      ),
    );
  const open = earlier.find(({ closedAt }) => closedAt === null);
  if (open !== undefined) {
    if (open.reason !== orphan.reason) await tellReason(tx, tenant, open.id, orphan.reason);
    return;
  }
  const id = falloutId({ orphan: serviceOrderId ?? orderId ?? '', opening: earlier.length + 1 });
  await tx.insert(fallout).values({ ...orphan, tenantId: tenant, id, class: 'orphaned', tries: 0 });
}

/** What a client wants of an orphan may come later than its verdict. */
const tellReason = (tx: Tx, tenant: string, id: string, reason: string): Promise<unknown> =>
  tx
    .update(fallout)
    .set({ reason })
    .where(and(eq(fallout.tenantId, tenant), eq(fallout.id, id)));

/** What concerns the order as a whole. Answers whether there was any. */
export const closeOrderFallout = (tx: Tx, tenant: string, orderId: string, resolution: Resolution) =>
  close(tx, tenant, resolution, and(eq(fallout.orderId, orderId), isNull(fallout.serviceOrderId)));

/** A service order of its own that had lost its run. Answers whether there was any. */
export const closeOrphan = (tx: Tx, tenant: string, serviceOrderId: string, resolution: Resolution) =>
  close(
    tx,
    tenant,
    resolution,
    and(eq(fallout.serviceOrderId, serviceOrderId), eq(fallout.class, 'orphaned')),
  );

/** An order that had lost its run. Answers whether there was any. */
export const closeOrphanedOrder = (tx: Tx, tenant: string, orderId: string, resolution: Resolution) =>
  close(
    tx,
    tenant,
    resolution,
    and(eq(fallout.orderId, orderId), isNull(fallout.serviceOrderId), eq(fallout.class, 'orphaned')),
  );

/** One that a person has answered. Answers whether it was still open. */
export const closeFallout = (tx: Tx, tenant: string, id: string, resolution: Resolution) =>
  close(tx, tenant, resolution, eq(fallout.id, id));

async function close(
  tx: Tx,
  tenant: string,
  resolution: Resolution,
  which: SQL | undefined,
): Promise<boolean> {
  const closed = await tx
    .update(fallout)
    .set({ closedAt: now, resolution })
    .where(and(eq(fallout.tenantId, tenant), isNull(fallout.closedAt), which))
    .returning({ id: fallout.id });
  return closed.length > 0;
}

/** The product order that waits for a service order without a run. */
export async function orderWaitingFor(
  tx: Tx,
  tenant: string,
  serviceOrderId: string,
): Promise<string | undefined> {
  const [row] = await tx
    .select({ orderId: fallout.orderId })
    .from(fallout)
    .where(
      and(
        eq(fallout.tenantId, tenant),
        eq(fallout.serviceOrderId, serviceOrderId),
        eq(fallout.code, runLost),
        isNull(fallout.closedAt),
      ),
    );
  return row?.orderId ?? undefined;
}
