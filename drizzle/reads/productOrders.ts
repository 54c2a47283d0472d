import { and, asc, eq, getTableColumns, inArray } from 'drizzle-orm';
import type { Order } from '../../src/order/order.ts';
import type { Tx } from '../client.ts';
import { orderOfRows } from '../orderStore.ts';
import { orderItem, productOrder } from '../schema.ts';
import { type Cancellation, cancellationsOf } from './cancelTasks.ts';
import { clausesOf, contains, instant, type ListQuery, type Page, text } from './list.ts';
import { together } from './together.ts';

export const productOrderColumns = {
  id: text(productOrder.id),
  externalId: text(productOrder.externalId),
  state: text(productOrder.state),
  category: text(productOrder.category),
  priority: text(productOrder.priority),
  orderedAt: instant(productOrder.orderedAt),
  completedAt: instant(productOrder.completedAt),
  requestedStart: instant(productOrder.requestedStart),
  requestedCompletion: instant(productOrder.requestedCompletion),
  party: contains(productOrder.carried, (id) => ({ relatedParty: [{ id }] })),
};

const keys = { tenantId: productOrder.tenantId, time: productOrder.orderedAt, id: productOrder.id };

/** Everything but the plans, which are large and nobody's business here. */
const { plan: _, compactPlan: __, ...columns } = getTableColumns(productOrder);

export interface ProductOrderRead extends Order {
  readonly cancellation?: Cancellation;
}

/** A page of orders with their items, and what cancels them. */
export async function listProductOrders(
  tx: Tx,
  tenant: string,
  query: ListQuery,
): Promise<Page<ProductOrderRead>> {
  const { where, orderBy } = clausesOf(productOrderColumns, keys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(productOrder, where),
    tx
      .select(columns)
      .from(productOrder)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  const ids = rows.map(({ id }) => id);
  const [itemsOf, cancellationOf] = await Promise.all([
    itemsOfOrders(tx, tenant, ids),
    cancellationsOf(tx, tenant, 'productOrder', ids),
  ]);
  return {
    total,
    rows: rows.map((row) => {
      const order = orderOfRows({ ...row, plan: null, compactPlan: null }, itemsOf(row.id));
      const cancellation = cancellationOf(row.id);
      return { ...order, ...(cancellation && { cancellation }) };
    }),
  };
}

async function itemsOfOrders(tx: Tx, tenant: string, orders: readonly string[]) {
  const rows = await tx
    .select()
    .from(orderItem)
    .where(and(eq(orderItem.tenantId, tenant), inArray(orderItem.orderId, [...orders])))
    .orderBy(asc(orderItem.ordinal));
  return together(rows, ({ orderId }) => orderId);
}
