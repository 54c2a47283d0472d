import { type Accepted, accept } from '../src/order/accept.ts';
import type { Decided } from '../src/order/refusal.ts';
import { sameJson } from '../src/kernel/json.ts';
import { type Order, productsNamedBy, type RequestedOrder } from '../src/order/order.ts';
import type { OrderRefusal } from '../src/order/refusal.ts';
import { emptyCatalog } from '../src/catalog/snapshot.ts';
import { currentCatalog } from './catalogStore.ts';
import { exclusiveClaims, takeClaims } from './claimStore.ts';
import { type Database, isCollision, type Tx, withTenant } from './client.ts';
import { enqueueStart } from './dispatchStore.ts';
import { type IdempotencyKey, type Reply, reserveKey, storeReply } from './idempotencyStore.ts';
import { inventoryAround } from './inventoryStore.ts';
import { insertOrder, openOrderWithExternalId } from './orderStore.ts';

export interface AcceptanceRequest {
  readonly tenant: string;
  readonly client: string;
  readonly orderId: string;
  readonly now: string;
  readonly request: RequestedOrder;
  /** Hash of the request as it was sent. */
  readonly fingerprint: string;
  readonly idempotency?: IdempotencyKey;
  readonly render: (order: Order) => Reply;
  /** Tests end the process here, just before the commit. */
  readonly failpoint?: (name: string) => void;
  readonly limits: { readonly serviceItemsMax: number; readonly dispatchDelayMs: number };
}

export type Acceptance =
  | { readonly type: 'accepted'; readonly order: Order; readonly reply: Reply; readonly isNew: boolean }
  | { readonly type: 'replayed'; readonly reply: Reply }
  | { readonly type: 'refused'; readonly refusal: OrderRefusal }
  | { readonly type: 'keyReused' }
  | { readonly type: 'externalIdReused'; readonly order: string };

/** Ends the transaction without a trace, with this answer. */
class Unaccepted extends Error {
  constructor(readonly answer: Acceptance | 'tryAgain') {
    super('the order was not accepted');
  }
}

const triesMax = 5;

/**
 * Order, claims, event, start command and reply in one transaction: either all of it is there after a crash or
 * nothing is. A refusal stores nothing. Works while Temporal is down.
 */
export async function acceptOrder(db: Database, request: AcceptanceRequest): Promise<Acceptance> {
  for (let tries = 1; ; tries++) {
    try {
      return await withTenant(db, request.tenant, (tx) => acceptIn(tx, request));
    } catch (thrown) {
      if (thrown instanceof Unaccepted && thrown.answer !== 'tryAgain') return thrown.answer;
      const again = thrown instanceof Unaccepted || isCollision(thrown);
      if (!again || tries === triesMax) throw thrown;
    }
  }
}

async function acceptIn(tx: Tx, request: AcceptanceRequest): Promise<Acceptance> {
  const { tenant, client, idempotency } = request;
  if (idempotency) {
    const reserved = await reserveKey(tx, tenant, client, idempotency);
    if (reserved.type !== 'reserved') return reserved;
  }
  const answer = (await repeated(tx, request)) ?? (await acceptNew(tx, request));
  if (answer.type !== 'accepted') throw new Unaccepted(answer);
  if (idempotency) await storeReply(tx, tenant, client, idempotency, answer.reply);
  request.failpoint?.('order.accepting');
  return answer;
}

/** The same external id again: the order as it stands if it is the same order, else a refusal. */
async function repeated(tx: Tx, request: AcceptanceRequest): Promise<Acceptance | undefined> {
  const { externalId } = request.request;
  if (externalId === undefined) return undefined;
  const known = await openOrderWithExternalId(tx, request.tenant, request.client, externalId);
  if (known === undefined) return undefined;
  if (known.fingerprint !== request.fingerprint) return { type: 'externalIdReused', order: known.order.id };
  return { type: 'accepted', order: known.order, reply: request.render(known.order), isNew: false };
}

async function acceptNew(tx: Tx, request: AcceptanceRequest): Promise<Acceptance> {
  const { tenant, orderId, limits } = request;
  const decided = await decide(tx, request);
  if (!decided.ok) return { type: 'refused', refusal: decided.refusal };
  const { order, claims } = decided.value;
  const inserted = await insertOrder(tx, tenant, order, request.fingerprint);
  if (inserted === 'externalIdTaken') throw new Unaccepted('tryAgain');
  const taken = await takeClaims(tx, tenant, orderId, claims);
  if (taken?.order !== undefined) {
    return { type: 'refused', refusal: inUse(taken.product, taken.order, request.request) };
  }
  if (taken || !(await stillSo(tx, request, claims))) throw new Unaccepted('tryAgain');
  await enqueueStart(tx, tenant, orderId, limits.dispatchDelayMs);
  return { type: 'accepted', order, reply: request.render(order), isNew: true };
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
