import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine, type OrderState } from '../../src/order/machine.ts';
import type { Draw } from '../kernel/random.ts';
import { bundle, type Client } from '../support/clientOf.ts';
import { fibre } from '../support/orders.ts';
import { pause, untilAnswered } from './pause.ts';

export type Kind = 'bundle' | 'fibre' | 'two fibres' | 'modify' | 'delete';

/** An order as the client knows it: what it was promised, and by which key. */
export interface Acknowledged {
  readonly key: string;
  readonly order: string;
  readonly kind: Kind;
}

/** Something a client should never be answered. */
export interface BadAnswer {
  readonly key: string;
  readonly what: string;
}

export interface Traffic {
  readonly acknowledged: readonly Acknowledged[];
  /** Service orders of their own. */
  readonly acknowledgedServiceOrders: readonly Acknowledged[];
  readonly badAnswers: readonly BadAnswer[];
  counts(): Readonly<Record<string, number>>;
  /** Orders until the signal; what is under way then is still posted to its end. */
  run(inFlight: number, signal: AbortSignal): Promise<void>;
}

/** A product that stands, with the fibre in it that may be modified. */
interface Standing {
  readonly product: string;
  readonly fibre: string;
  readonly offering: string;
}

interface Wish {
  readonly kind: Kind;
  readonly items: readonly object[];
  readonly on?: Standing;
}

const otherSpeed = (offering: string): string =>
  offering === 'OFF-FIBRE-1G' ? 'OFF-FIBRE-2G' : 'OFF-FIBRE-1G';

function wishFor(draw: Draw, pool: Standing[]): Wish {
  const drawn = draw(100);
  const [on] = drawn < 40 && pool.length > 3 ? pool.splice(draw(pool.length), 1) : [];
  if (on !== undefined && drawn < 20) {
    return { kind: 'delete', items: [{ id: '1', action: 'delete', product: { id: on.product } }], on };
  }
  if (on !== undefined) {
    const product = { id: on.fibre };
    const productOffering = { id: otherSpeed(on.offering) };
    return { kind: 'modify', items: [{ id: '1', action: 'modify', productOffering, product }], on };
  }
  if (drawn < 75) return { kind: 'bundle', items: [bundle] };
  if (drawn < 90) return { kind: 'fibre', items: [fibre()] };
  return { kind: 'two fibres', items: [{ ...fibre(), quantity: 2 }] };
}

export function createTraffic(client: Client, seed: number, draw: Draw): Traffic {
  const acknowledged: Acknowledged[] = [];
  const acknowledgedServiceOrders: Acknowledged[] = [];
  const badAnswers: BadAnswer[] = [];
  const counts: Record<string, number> = {};
  const pool: Standing[] = [];
  let keys = 0;
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  /** The same request under the same key until there is a definite answer. */
  const post = (items: readonly object[], key: string) =>
    untilAnswered(async () => {
      const reply = await client.post(items, { 'idempotency-key': key }).catch((error: unknown) => {
        count('POST without an answer');
        throw error;
      });
      const text = await reply.text();
      if (reply.status === 503) {
        count('POST answered 503');
        throw new Error('not now');
      }
      return { status: reply.status, text };
    });

  const follow = async (order: string, signal: AbortSignal): Promise<OrderState | undefined> => {
    while (!signal.aborted) {
      const state: OrderState = (await untilAnswered(() => client.orderOf(order))).state;
      if (state === 'held' || (state in orderMachine && isFinal(orderMachine, state))) return state;
      await pause(250, signal);
    }
    return undefined;
  };

  const takeIn = async (order: string): Promise<void> => {
    const rows = await untilAnswered(() =>
      client.rows(
        `select id, offering from product where id like '${order}-%' and status = 'active' order by id`,
      ),
    );
    const root = rows.find(({ offering }) => offering === 'OFF-BIZ-FIBRE-BUNDLE');
    for (const { id, offering } of rows.filter(({ offering }) => String(offering).startsWith('OFF-FIBRE')))
      pool.push({ product: root?.id ?? id, fibre: id, offering });
  };

  const one = async (signal: AbortSignal): Promise<void> => {
    const { kind, items, on } = wishFor(draw, pool);
    keys += 1;
    const key = `chaos-${seed}-${keys}`;
    const { status, text } = await post(items, key);
    if (status !== 201) {
      badAnswers.push({ key, what: `${kind} was answered ${status}: ${text}` });
      return;
    }
    const { id: order } = JSON.parse(text) as { id: string };
    acknowledged.push({ key, order, kind });
    count(kind);
    const state = await follow(order, signal);
    if (state === undefined || state === 'held') return;
    if (on === undefined) await takeIn(order);
    // Of what a person ended half-way nobody knows what may still be ordered.
    else if (state === 'partial') return;
    else if (kind === 'modify')
      pool.push(state === 'completed' ? { ...on, offering: otherSpeed(on.offering) } : on);
    else if (state !== 'completed') pool.push(on);
  };

  return {
    acknowledged,
    acknowledgedServiceOrders,
    badAnswers,
    counts: () => counts,
    async run(inFlight, signal) {
      const lane = async () => {
        while (!signal.aborted) await one(signal);
      };
      await Promise.all(Array.from({ length: inFlight }, lane));
    },
  };
}
