import { type Accepted, accept } from '../src/order/accept.ts';
import type { Decided } from '../src/order/refusal.ts';
import { sameJson } from '../src/kernel/json.ts';
import { type Order, productsNamedBy, type RequestedOrder } from '../src/order/order.ts';
import type { OrderRefusal } from '../src/order/refusal.ts';
import { emptyCatalog } from '../src/catalog/snapshot.ts';
import { currentCatalog } from './catalogStore.ts';
import { exclusiveClaims, takeClaims } from './claimStore.ts';
import { type AcceptanceOf, acceptOnce, type OrderRefused, type Posted } from './acceptOnce.ts';
import type { Database, Tx } from './client.ts';
import { enqueueStart } from './dispatchStore.ts';
import { inventoryAround } from './inventoryStore.ts';
import { insertOrder, openOrderWithExternalId } from './orderStore.ts';

export interface AcceptanceRequest extends Posted<Order> {
  readonly orderId: string;
  readonly now: string;
  readonly request: RequestedOrder;
  readonly limits: { readonly serviceItemsMax: number; readonly dispatchDelayMs: number };
}

export type Acceptance = AcceptanceOf<Order>;

/** Order, claims, event, start command and reply in one transaction. Works while Temporal is down. */
export const acceptOrder = (db: Database, request: AcceptanceRequest): Promise<Acceptance> =>
  acceptOnce(db, request, {
    known: async (tx) => {
      const { externalId } = request.request;
      if (externalId === undefined) return undefined;
      return openOrderWithExternalId(tx, request.tenant, request.client, externalId);
    },
    acceptNew: (tx) => acceptNew(tx, request),
  });

async function acceptNew(tx: Tx, request: AcceptanceRequest): Promise<Order | OrderRefused | 'tryAgain'> {
  const { tenant, orderId, limits } = request;
  const decided = await decide(tx, request);
  if (!decided.ok) return decided;
  const { order, claims } = decided.value;
  const inserted = await insertOrder(tx, tenant, order, request.fingerprint);
  if (inserted === 'externalIdTaken') return 'tryAgain';
  const taken = await takeClaims(tx, tenant, orderId, claims);
  if (taken?.order !== undefined) return { refusal: inUse(taken.product, taken.order, request.request) };
  if (taken || !(await stillSo(tx, request, claims))) return 'tryAgain';
  await enqueueStart(tx, tenant, orderId, limits.dispatchDelayMs);
  return order;
}

async function decide(tx: Tx, request: AcceptanceRequest): Promise<Decided<Accepted>> {
  const { tenant, orderId, client, now, limits, request: wanted } = request;
  const products = productsNamedBy(wanted);
  const current = await currentCatalog(tx, tenant);
  const [inventory, taken] = await Promise.all([
    inventoryAround(tx, tenant, products),
    exclusiveClaims(tx, tenant, products, orderId),
  ]);
  return accept({
    orderId,
    client,
    now,
    request: wanted,
    snapshot: current?.hash ?? '',
    catalog: current?.content ?? emptyCatalog,
    inventory,
    taken,
    serviceItemsMax: limits.serviceItemsMax,
  });
}

/** Another order may have ended between the look at the inventory and the claims: now that they hold, look again. */
async function stillSo(tx: Tx, request: AcceptanceRequest, claims: Accepted['claims']): Promise<boolean> {
  if (productsNamedBy(request.request).length === 0) return true;
  const again = await decide(tx, request);
  return again.ok && sameJson(again.value.claims, claims);
}

function inUse(product: string, order: string, { items }: RequestedOrder): OrderRefusal {
  const item = items.find(({ productId }) => productId === product)?.id;
  return {
    type: 'ProductInUse',
    message: `the product ${product} is in use by order ${order}`,
    ...(item !== undefined && { item, field: 'product' }),
  };
}
