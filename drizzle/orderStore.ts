import { and, asc, eq, sql } from 'drizzle-orm';
import type { CompactPlan, Plan } from '../src/decomposition/plan.ts';
import { assert } from '../src/kernel/assert.ts';
import { evolve, type OrderChange } from '../src/order/changes.ts';
import { isFinal } from '../src/kernel/machine.ts';
import type { Turn } from '../src/kernel/turn.ts';
import { type ItemState, orderMachine, type OrderState } from '../src/order/machine.ts';
import { type Order, type OrderItem, statesOf } from '../src/order/order.ts';
import { inChunks } from './chunks.ts';
import type { Tx } from './client.ts';
import { insertEvents, type NewEvent } from './events.ts';
import { orderItem, productOrder } from './schema.ts';

export async function insertOrder(
  tx: Tx,
  tenant: string,
  order: Order,
  fingerprint: string,
): Promise<'inserted' | 'externalIdTaken'> {
  const inserted = await tx
    .insert(productOrder)
    .values({
      tenantId: tenant,
      id: order.id,
      client: order.client,
      externalId: order.externalId ?? null,
      fingerprint,
      state: order.state,
      version: order.version,
      snapshot: order.snapshot,
      description: order.description ?? null,
      category: order.category ?? null,
      priority: order.priority ?? null,
      carried: order.carried,
      requestedStart: order.requestedStart ?? null,
      requestedCompletion: order.requestedCompletion ?? null,
      orderedAt: order.orderedAt,
    })
    .onConflictDoNothing()
    .returning({ id: productOrder.id });
  if (inserted.length === 0) return 'externalIdTaken';
  const items = order.items.map((item, ordinal) => itemRow(tenant, order.id, item, ordinal));
  await inChunks(items, (chunk) => tx.insert(orderItem).values(chunk));
  await insertEvents(tx, tenant, [orderEvent(order, 'created')]);
  return 'inserted';
}

const itemRow = (tenant: string, orderId: string, item: OrderItem, ordinal: number) => ({
  tenantId: tenant,
  orderId,
  id: item.id,
  ordinal,
  parent: item.parent ?? null,
  action: item.action,
  quantity: item.quantity,
  offering: item.offering ?? null,
  specification: item.specification ?? null,
  productId: item.productId ?? null,
  characteristics: item.characteristics,
  relationships: item.relationships,
  productRelationships: item.productRelationships,
  carried: item.carried,
  products: [...item.products],
  state: item.state,
  code: item.code ?? null,
});

export interface StoredOrder {
  readonly order: Order;
  readonly fingerprint: string;
  readonly runChain: string | null;
  /** The commands that hold it now, or took it back. */
  readonly heldBy: string | null;
  readonly abortedBy: string | null;
  readonly recordedTurn: Turn | null;
  readonly plan: Plan | null;
  readonly compactPlan: CompactPlan | null;
}

type OrderRow = typeof productOrder.$inferSelect;
type ItemRow = typeof orderItem.$inferSelect;

/** The order with its row locked, so that whoever changes it is alone. */
export async function lockOrder(tx: Tx, tenant: string, id: string): Promise<StoredOrder | undefined> {
  const where = and(eq(productOrder.tenantId, tenant), eq(productOrder.id, id));
  const [row] = await tx.select().from(productOrder).where(where).for('update');
  return row && stored(row, await itemsOf(tx, tenant, id));
}

export async function stateOfOrder(tx: Tx, tenant: string, id: string): Promise<OrderState | undefined> {
  const where = and(eq(productOrder.tenantId, tenant), eq(productOrder.id, id));
  const [row] = await tx.select({ state: productOrder.state }).from(productOrder).where(where);
  return row?.state;
}

export async function openOrderWithExternalId(
  tx: Tx,
  tenant: string,
  client: string,
  externalId: string,
): Promise<StoredOrder | undefined> {
  const [row] = await tx
    .select()
    .from(productOrder)
    .where(
      and(
        eq(productOrder.tenantId, tenant),
        eq(productOrder.client, client),
        eq(productOrder.externalId, externalId),
        sql`state not in ('rejected', 'failed', 'cancelled')`,
      ),
    );
  return row && stored(row, await itemsOf(tx, tenant, row.id));
}

const itemsOf = (tx: Tx, tenant: string, id: string): Promise<ItemRow[]> =>
  tx
    .select()
    .from(orderItem)
    .where(and(eq(orderItem.tenantId, tenant), eq(orderItem.orderId, id)))
    .orderBy(asc(orderItem.ordinal));

const stored = (row: OrderRow, items: readonly ItemRow[]): StoredOrder => ({
  order: orderOfRows(row, items),
  fingerprint: row.fingerprint,
  runChain: row.runChain,
  heldBy: row.heldBy,
  abortedBy: row.abortedBy,
  recordedTurn: row.recordedTurn,
  plan: row.plan,
  compactPlan: row.compactPlan,
});

export const orderOfRows = (row: OrderRow, items: readonly ItemRow[]): Order => ({
  id: row.id,
  client: row.client,
  state: row.state,
  version: row.version,
  snapshot: row.snapshot,
  orderedAt: row.orderedAt,
  carried: row.carried,
  ...present({
    externalId: row.externalId,
    description: row.description,
    category: row.category,
    priority: row.priority,
    requestedStart: row.requestedStart,
    requestedCompletion: row.requestedCompletion,
    decomposedAt: row.decomposedAt,
    completedAt: row.completedAt,
  }),
  items: items.map((item) => ({
    id: item.id,
    action: item.action,
    quantity: item.quantity,
    characteristics: item.characteristics,
    relationships: item.relationships,
    productRelationships: item.productRelationships,
    carried: item.carried,
    products: item.products,
    state: item.state as ItemState,
    ...present({
      parent: item.parent,
      offering: item.offering,
      specification: item.specification,
      productId: item.productId,
      code: item.code,
    }),
  })),
});

type Present<T> = { [name in keyof T]?: NonNullable<T[name]> };

/** A column without a value is a property that is not there. */
const present = <T extends object>(columns: T): Present<T> =>
  Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null)) as Present<T>;

/** Folds the changes one arrow at a time: each arrow of the order is a version and an event of its own. */
export function foldChanges(
  before: Order,
  changes: readonly OrderChange[],
  now: string,
): { order: Order; events: NewEvent[] } {
  let order = before;
  const events: NewEvent[] = [];
  let itemsMoved = false;
  for (const change of changes) {
    order = withChange(order, change, now);
    itemsMoved ||= change.type === 'item';
    if (change.type !== 'order') continue;
    order = { ...order, version: order.version + 1 };
    events.push(orderEvent(order, 'stateChanged'));
    itemsMoved = false;
  }
  if (itemsMoved) {
    order = { ...order, version: order.version + 1 };
    events.push(orderEvent(order, 'changed'));
  }
  return { order, events };
}

function withChange(order: Order, change: OrderChange, now: string): Order {
  const moved = evolve(statesOf(order), change);
  return {
    ...order,
    state: moved.state,
    ...(change.type === 'order' && isFinal(orderMachine, moved.state) && { completedAt: now }),
    items: order.items.map((item) =>
      change.type === 'item' && change.item === item.id ? moveItem(item, change, moved.items[item.id]) : item,
    ),
  };
}

function moveItem(
  item: OrderItem,
  change: Extract<OrderChange, { type: 'item' }>,
  state: ItemState | undefined,
): OrderItem {
  assert(state !== undefined, `the state of item ${item.id}`);
  const { code: _, ...rest } = item;
  return { ...rest, state, ...(change.code !== undefined && { code: change.code }) };
}

/** Saves what `foldChanges` made of the order, if it is still the one that was read. */
export async function saveProgress(
  tx: Tx,
  tenant: string,
  before: Order,
  { order, events }: { readonly order: Order; readonly events: readonly NewEvent[] },
): Promise<void> {
  const updated = await tx
    .update(productOrder)
    .set({ state: order.state, version: order.version, completedAt: order.completedAt ?? null })
    .where(
      and(
        eq(productOrder.tenantId, tenant),
        eq(productOrder.id, order.id),
        eq(productOrder.version, before.version),
      ),
    )
    .returning({ id: productOrder.id });
  assert(updated.length === 1, `order ${order.id} is still at version ${before.version}`);
  const moved = order.items.filter((item, index) => item !== before.items[index]);
  if (moved.length > 0) {
    const rows = JSON.stringify(moved.map(({ id, state, code }) => ({ id, state, code: code ?? null })));
    await tx.execute(sql`
      update order_item set state = moved.state, code = moved.code
      from jsonb_to_recordset(${rows}::jsonb) as moved(id text, state text, code text)
      where tenant_id = ${tenant} and order_id = ${order.id} and order_item.id = moved.id`);
  }
  await insertEvents(tx, tenant, events);
}

export const orderEvent = (order: Order, type: NewEvent['type']): NewEvent => ({
  entity: 'productOrder',
  id: order.id,
  version: order.version,
  type,
  snapshot: order,
});
