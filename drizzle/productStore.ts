import { and, eq, inArray, sql } from 'drizzle-orm';
import type { PlannedProduct } from '../src/decomposition/plan.ts';
import type { ProductArrow, ProductStatus } from '../src/inventory/product.ts';
import {
  productMachine,
  whenCancelled,
  whenCompleted,
  whenFailed,
  whenOpened,
} from '../src/inventory/product.ts';
import { must } from '../src/kernel/assert.ts';
import { follow } from '../src/kernel/machine.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import type { Order } from '../src/order/order.ts';
import { inChunks } from './chunks.ts';
import type { Tx } from './client.ts';
import { insertEvents, type NewEvent } from './events.ts';
import { product, productRelationship } from './schema.ts';

type ProductRow = typeof product.$inferSelect;

/** What an order that opens does to its products. A modify changes nothing before it is done. */
export async function openProducts(
  tx: Tx,
  tenant: string,
  order: Order,
  planned: readonly PlannedProduct[],
): Promise<void> {
  const made = planned.filter(({ action }) => action === 'add');
  const rows = made.map((wanted) => newProduct(tenant, order, wanted));
  await inChunks(rows, (chunk) => tx.insert(product).values(chunk));
  await saveRelationships(tx, tenant, [...made.flatMap(relianceOf), ...made.flatMap(partsOf)]);
  await inChunks(rows, (chunk) =>
    insertEvents(
      tx,
      tenant,
      chunk.map((row) => productEvent(row, 'created')),
    ),
  );
  await moveProducts(tx, tenant, order, planned, whenOpened, order.orderedAt);
}

/**
 * What items that have just ended do to their products: adds stand, modifies take over their values, deletes are
 * gone; of a failed or cancelled item nothing of it stays.
 */
export async function settleProducts(
  tx: Tx,
  tenant: string,
  { before, order }: { readonly before: Order; readonly order: Order },
  planned: readonly PlannedProduct[],
  now: string,
): Promise<void> {
  const at = order.completedAt ?? now;
  const ended = (state: 'completed' | 'failed' | 'cancelled') => {
    const items = order.items.filter(
      (item, index) => item.state === state && before.items[index]?.state !== state,
    );
    return planned.filter(({ item }) => items.some(({ id }) => id === item));
  };
  const completed = ended('completed');
  const modified = completed.filter(({ action }) => action === 'modify');
  if (modified.length > 0) await replaceReliance(tx, tenant, modified);
  await moveProducts(tx, tenant, order, completed, whenCompleted, at);
  const unchanged = ({ action }: PlannedProduct) => action === 'modify';
  const givenUp = { failed: whenFailed, cancelled: whenCancelled } as const;
  for (const state of ['failed', 'cancelled'] as const) {
    const moving = ended(state).filter((product) => !unchanged(product));
    await moveProducts(tx, tenant, order, moving, givenUp[state], at);
  }
}

/** A modify may have brought services that rely on other products, or dropped some. */
async function replaceReliance(tx: Tx, tenant: string, modified: readonly PlannedProduct[]): Promise<void> {
  const ids = modified.map(({ id }) => id);
  await tx
    .delete(productRelationship)
    .where(
      and(
        eq(productRelationship.tenantId, tenant),
        inArray(productRelationship.productId, ids),
        eq(productRelationship.type, 'reliesOn'),
      ),
    );
  await saveRelationships(tx, tenant, modified.flatMap(relianceOf));
}

type Relationship = Pick<typeof productRelationship.$inferSelect, 'productId' | 'type' | 'relatedId'>;

const relianceOf = ({ id, reliesOn }: PlannedProduct): Relationship[] =>
  reliesOn.map((relatedId) => ({ productId: id, type: 'reliesOn', relatedId }));

const partsOf = ({ id, bundles }: PlannedProduct): Relationship[] =>
  bundles.map((relatedId) => ({ productId: id, type: 'bundles', relatedId }));

const saveRelationships = (tx: Tx, tenant: string, relationships: readonly Relationship[]): Promise<void> =>
  inChunks(relationships, (chunk) =>
    tx.insert(productRelationship).values(chunk.map((row) => ({ tenantId: tenant, ...row }))),
  );

function newProduct(tenant: string, order: Order, wanted: PlannedProduct): ProductRow {
  const item = must(
    order.items.find(({ id }) => id === wanted.item),
    `item ${wanted.item}`,
  );
  return {
    tenantId: tenant,
    id: wanted.id,
    status: follow<ProductStatus, ProductArrow>(productMachine, 'created', 'Activating'),
    version: 1,
    offering: wanted.offering,
    specification: wanted.specification,
    name: wanted.name,
    characteristics: wanted.characteristics,
    carried: inherited(order.carried, item.carried),
    orderItems: [{ order: order.id, item: item.id, action: item.action }],
    createdAt: order.orderedAt,
    startedAt: null,
    endedAt: null,
  };
}

/** A product keeps the parties and account of its order and the places of its item. */
function inherited(order: JsonObject, item: JsonObject): JsonObject {
  const { relatedParty, billingAccount } = order;
  const { place } = item;
  const kept = { relatedParty, billingAccount, place };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as JsonObject;
}

async function moveProducts(
  tx: Tx,
  tenant: string,
  order: Order,
  planned: readonly PlannedProduct[],
  arrows: typeof whenOpened,
  now: string,
): Promise<void> {
  const opening = arrows === whenOpened;
  const moving = planned.filter(({ action }) => (opening ? action === 'delete' : true));
  if (moving.length === 0) return;
  const ids = moving.map(({ id }) => id);
  const rows = await tx
    .select()
    .from(product)
    .where(and(eq(product.tenantId, tenant), inArray(product.id, ids)));
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  const moved = moving.map((wanted) =>
    movedProduct(
      must(rowsById.get(wanted.id), `product ${wanted.id}`),
      wanted,
      order,
      arrows[wanted.action],
      opening,
      now,
    ),
  );
  await inChunks(moved, (chunk) => saveProducts(tx, tenant, chunk));
  await inChunks(moved, (chunk) =>
    insertEvents(
      tx,
      tenant,
      chunk.map((row) =>
        productEvent(row, row.status === rowsById.get(row.id)?.status ? 'changed' : 'stateChanged'),
      ),
    ),
  );
}

function movedProduct(
  row: ProductRow,
  wanted: PlannedProduct,
  order: Order,
  arrow: ProductArrow | null,
  opening: boolean,
  now: string,
): ProductRow {
  const status =
    arrow === null ? row.status : follow<ProductStatus, ProductArrow>(productMachine, row.status, arrow);
  const known = row.orderItems.some((ref) => ref.order === order.id);
  const ref = { order: order.id, item: wanted.item, action: wanted.action };
  return {
    ...row,
    status,
    version: row.version + 1,
    orderItems: known ? row.orderItems : [...row.orderItems, ref],
    ...(!opening &&
      wanted.action === 'modify' && {
        offering: wanted.offering,
        name: wanted.name,
        characteristics: wanted.characteristics,
      }),
    ...(arrow === 'Activated' && { startedAt: now }),
    ...((arrow === 'Terminated' || arrow === 'Aborted' || arrow === 'Cancelled') && { endedAt: now }),
  };
}

async function saveProducts(tx: Tx, tenant: string, rows: readonly ProductRow[]): Promise<void> {
  await tx.execute(sql`
    update product set status = moved.status, version = moved.version, offering = moved.offering, name = moved.name,
      characteristics = moved.characteristics, order_items = moved."orderItems",
      started_at = moved."startedAt", ended_at = moved."endedAt"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as moved(
      id text, status text, version int, offering text, name text, characteristics jsonb, "orderItems" jsonb,
      "startedAt" timestamptz, "endedAt" timestamptz)
    where product.tenant_id = ${tenant} and product.id = moved.id`);
}

const productEvent = ({ tenantId: _, ...snapshot }: ProductRow, type: NewEvent['type']): NewEvent => ({
  entity: 'product',
  id: snapshot.id,
  version: snapshot.version,
  type,
  snapshot,
});
