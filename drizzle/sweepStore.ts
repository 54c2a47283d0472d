import { and, eq, sql } from 'drizzle-orm';
import { isFinal } from '../src/kernel/machine.ts';
import { orderMachine, orderStates } from '../src/order/machine.ts';
import { serviceOrderMachine, serviceOrderStates } from '../src/serviceOrder/machine.ts';
import { openCancelOf } from './cancelStore.ts';
import { type Database, type Tx, withRelay, withTenant } from './client.ts';
import {
  closeOrderFallout,
  closeOrphan,
  closeOrphanedOrder,
  openOrphan,
  type Orphan,
} from './falloutStore.ts';
import { enqueueNow } from './dispatchStore.ts';
import { dispatch, productOrder, serviceOrder } from './schema.ts';

/** An order, or a service order of its own, that is open: a run must be there for it. */
export interface OpenOrder extends Record<string, unknown> {
  readonly kind: 'productOrder' | 'serviceOrder';
  readonly tenant: string;
  readonly id: string;
  /** The chain of runs that was its saga when it was looked at. */
  readonly runChain: string | null;
}

const list = (states: readonly string[]) =>
  sql.join(
    states.map((state) => sql`${state}`),
    sql`, `,
  );
const finalOrders = list(orderStates.filter((state) => isFinal(orderMachine, state)));
const finalServiceOrders = list(serviceOrderStates.filter((state) => isFinal(serviceOrderMachine, state)));

/** The next open orders in the order of their ids whose start was sent, accepted longer ago than that. */
export const openOrdersAfter = (
  db: Database,
  after: OpenOrder | undefined,
  afterMs: number,
  limit: number,
): Promise<readonly OpenOrder[]> =>
  withRelay(db, (tx) =>
    tx.execute<OpenOrder>(sql`
      with open as (
        select 'productOrder' as kind, tenant_id as tenant, id, ordered_at, run_chain from product_order
        where state not in (${finalOrders})
        union all
        select 'serviceOrder', tenant_id, id, ordered_at, run_chain from service_order
        where order_id is null and state not in (${finalServiceOrders})
      )
      select kind, tenant, id, run_chain as "runChain" from open
      where ordered_at < now() - ${afterMs} * interval '1 millisecond'
        and (kind, tenant, id) > (${after?.kind ?? ''}, ${after?.tenant ?? ''}, ${after?.id ?? ''})
        and not exists (select from dispatch d where d.tenant_id = open.tenant and d.order_id = open.id)
      order by kind, tenant, id limit ${limit}`),
  );

/** Looks again under lock: what was settled, sent on or given to another run meanwhile has lost nothing. */
export const openOrphaned = (
  db: Database,
  { kind, tenant, id, runChain }: OpenOrder,
  why: Pick<Orphan, 'code' | 'reason'>,
): Promise<void> =>
  withTenant(db, tenant, async (tx) => {
    const isOpen =
      kind === 'productOrder' ? await isOpenOrder(tx, tenant, id) : await isOpenServiceOrder(tx, tenant, id);
    if (!isOpen || (await isOnItsWay(tx, tenant, id))) return;
    if ((await runChainOf(tx, kind, tenant, id)) !== runChain) return;
    const about =
      kind === 'productOrder' ? { orderId: id, serviceOrderId: null } : { orderId: null, serviceOrderId: id };
    const task = await openCancelOf(tx, tenant, kind, id);
    const waits = task ? `; the cancel task ${task.id} waits for its restart` : '';
    await openOrphan(tx, tenant, { ...about, code: why.code, reason: `${why.reason}${waits}` });
  });

async function isOpenOrder(tx: Tx, tenant: string, id: string): Promise<boolean> {
  const where = and(eq(productOrder.tenantId, tenant), eq(productOrder.id, id));
  const [row] = await tx.select({ state: productOrder.state }).from(productOrder).where(where).for('update');
  return row !== undefined && !isFinal(orderMachine, row.state);
}

async function isOpenServiceOrder(tx: Tx, tenant: string, id: string): Promise<boolean> {
  const where = and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id));
  const [row] = await tx.select({ state: serviceOrder.state }).from(serviceOrder).where(where).for('update');
  return row !== undefined && !isFinal(serviceOrderMachine, row.state);
}

async function runChainOf(
  tx: Tx,
  kind: OpenOrder['kind'],
  tenant: string,
  id: string,
): Promise<string | null | undefined> {
  const table = kind === 'productOrder' ? productOrder : serviceOrder;
  const where = and(eq(table.tenantId, tenant), eq(table.id, id));
  const [row] = await tx.select({ runChain: table.runChain }).from(table).where(where);
  return row?.runChain;
}

const isOnItsWay = async (tx: Tx, tenant: string, id: string): Promise<boolean> =>
  (await tx.$count(dispatch, and(eq(dispatch.tenantId, tenant), eq(dispatch.orderId, id)))) > 0;

/** How an orphan is taken up: by whom, where everything of it is to be taken back. */
export type TakeUp =
  | { readonly resolution: 'restart' }
  | { readonly resolution: 'abort'; readonly abortedBy: string };

const marksOf = (how: TakeUp) => ({
  runChain: null,
  ...(how.resolution === 'abort' && { abortedBy: how.abortedBy, heldBy: null }),
});

/**
 * Gives an orphaned order to a new run: which goes on where the lost one was, and takes everything back if it is
 * to be aborted. False if the order is not orphaned.
 */
export async function restartOrphan(tx: Tx, tenant: string, orderId: string, how: TakeUp): Promise<boolean> {
  if (!(await isOpenOrder(tx, tenant, orderId))) return false;
  if (!(await closeOrphanedOrder(tx, tenant, orderId, how.resolution))) return false;
  await closeOrderFallout(tx, tenant, orderId, how.resolution);
  const where = and(eq(productOrder.tenantId, tenant), eq(productOrder.id, orderId));
  await tx.update(productOrder).set(marksOf(how)).where(where);
  await enqueueNow(tx, tenant, orderId, 'start');
  return true;
}

/** The same for a service order of its own. */
export async function restartOrphanedServiceOrder(
  tx: Tx,
  tenant: string,
  id: string,
  how: TakeUp,
): Promise<boolean> {
  if (!(await isOpenServiceOrder(tx, tenant, id))) return false;
  if (!(await closeOrphan(tx, tenant, id, how.resolution))) return false;
  const where = and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id));
  await tx.update(serviceOrder).set(marksOf(how)).where(where);
  await enqueueNow(tx, tenant, id, 'startServiceOrder');
  return true;
}
