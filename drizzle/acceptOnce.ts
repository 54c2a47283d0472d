import type { OrderRefusal } from '../src/order/refusal.ts';
import { type Database, isCollision, type Tx, withTenant } from './client.ts';
import { type IdempotencyKey, type Reply, reserveKey, storeReply } from './idempotencyStore.ts';

/** What every kind of order says of itself when it is posted. */
export interface Posted<Order> {
  readonly tenant: string;
  readonly client: string;
  /** Hash of the request as it was sent. */
  readonly fingerprint: string;
  readonly idempotency?: IdempotencyKey;
  readonly render: (order: Order) => Reply;
  /** Tests end the process here, just before the commit. */
  readonly failpoint?: (name: string) => void;
}

export type AcceptanceOf<Order, Why = OrderRefusal> =
  | { readonly type: 'accepted'; readonly order: Order; readonly reply: Reply; readonly isNew: boolean }
  | { readonly type: 'replayed'; readonly reply: Reply }
  | { readonly type: 'refused'; readonly refusal: Why }
  | { readonly type: 'keyReused' }
  | { readonly type: 'externalIdReused'; readonly order: string };

/** An open order that has the external id already. */
export interface Known<Order> {
  readonly order: Order;
  readonly fingerprint: string | null;
}

/** What one kind of order does in the transaction. */
export interface AcceptanceWork<Order, Why = OrderRefusal> {
  readonly known: (tx: Tx) => Promise<Known<Order> | undefined>;
  /** `tryAgain`: another order came or went this very moment. */
  readonly acceptNew: (tx: Tx) => Promise<Order | OrderRefused<Why> | 'tryAgain'>;
}
export interface OrderRefused<Why = OrderRefusal> {
  readonly refusal: Why;
}

/** Ends the transaction without a trace, with this answer. */
class Unaccepted<Order, Why> extends Error {
  constructor(readonly answer: AcceptanceOf<Order, Why> | 'tryAgain') {
    super('the order was not accepted');
  }
}

const triesMax = 5;

/**
 * The order with all that belongs to it and its reply in one transaction: either all of it is there after a crash
 * or nothing is. A refusal stores nothing. The same key or the same external id again gives what is there.
 */
export async function acceptOnce<Order extends { readonly id: string }, Why = OrderRefusal>(
  db: Database,
  posted: Posted<Order>,
  work: AcceptanceWork<Order, Why>,
): Promise<AcceptanceOf<Order, Why>> {
  for (let tries = 1; ; tries++) {
    try {
      return await withTenant(db, posted.tenant, (tx) => acceptIn(tx, posted, work));
    } catch (thrown) {
      if (thrown instanceof Unaccepted && thrown.answer !== 'tryAgain') return thrown.answer;
      const again = thrown instanceof Unaccepted || isCollision(thrown);
      if (!again || tries === triesMax) throw thrown;
    }
  }
}

async function acceptIn<Order extends { readonly id: string }, Why>(
  tx: Tx,
  posted: Posted<Order>,
  work: AcceptanceWork<Order, Why>,
): Promise<AcceptanceOf<Order, Why>> {
  const { tenant, client, idempotency } = posted;
  if (idempotency) {
    const reserved = await reserveKey(tx, tenant, client, idempotency);
    if (reserved.type !== 'reserved') return reserved;
  }
  const answer = (await repeated(tx, posted, work)) ?? (await accepted(tx, posted, work));
  if (answer.type !== 'accepted') throw new Unaccepted(answer);
  if (idempotency) await storeReply(tx, tenant, client, idempotency, answer.reply);
  posted.failpoint?.('order.accepting');
  return answer;
}

/** The same external id again: the order as it stands if it is the same order, else a refusal. */
async function repeated<Order extends { readonly id: string }, Why>(
  tx: Tx,
  posted: Posted<Order>,
  work: AcceptanceWork<Order, Why>,
): Promise<AcceptanceOf<Order, Why> | undefined> {
  const known = await work.known(tx);
  if (known === undefined) return undefined;
  if (known.fingerprint !== posted.fingerprint) return { type: 'externalIdReused', order: known.order.id };
  return { type: 'accepted', order: known.order, reply: posted.render(known.order), isNew: false };
}

async function accepted<Order extends { readonly id: string }, Why>(
  tx: Tx,
  posted: Posted<Order>,
  work: AcceptanceWork<Order, Why>,
): Promise<AcceptanceOf<Order, Why>> {
  const made = await work.acceptNew(tx);
  if (made === 'tryAgain') throw new Unaccepted('tryAgain');
  if ('refusal' in made) return { type: 'refused', refusal: made.refusal };
  return { type: 'accepted', order: made, reply: posted.render(made), isNew: true };
}
