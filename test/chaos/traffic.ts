import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine, type OrderState } from '../../src/order/machine.ts';
import type { Draw } from '../kernel/random.ts';
import type { Client } from '../support/clientOf.ts';
import { pause, untilAnswered } from './pause.ts';
import { type Kind, otherSpeed, type Pools, type Wish, wishFor } from './wishes.ts';

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

export function createTraffic(client: Client, seed: number, draw: Draw): Traffic {
  const acknowledged: Acknowledged[] = [];
  const acknowledgedServiceOrders: Acknowledged[] = [];
  const badAnswers: BadAnswer[] = [];
  const counts: Record<string, number> = {};
  const pools: Pools = { products: [], services: [] };
  let keys = 0;
  const count = (what: string) => {
    counts[what] = (counts[what] ?? 0) + 1;
  };

  /** The same request under the same key until there is a definite answer. */
  const post = (wish: Wish, key: string) => {
    const rest =
      wish.of === 'productOrder' && wish.startsIn !== undefined
        ? { requestedStartDate: new Date(Date.now() + wish.startsIn * 1_000).toISOString() }
        : {};
    return untilAnswered(async () => {
      const reply = await send(wish, key, rest).catch((error: unknown) => {
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
  };

  const send = (wish: Wish, key: string, rest: object): Promise<Response> =>
    wish.of === 'productOrder'
      ? client.post(wish.items, { 'idempotency-key': key }, rest)
      : client.postServiceOrder(wish.items, { 'idempotency-key': key });

  /** Until it is over, or waits for a person. */
  const follow = async ({ of }: Wish, id: string, signal: AbortSignal): Promise<OrderState | undefined> => {
    const look = async (): Promise<OrderState> => {
      if (of === 'productOrder') return (await client.orderOf(id)).state;
      const [row] = await client.rows(`select state from service_order where id = '${id}'`);
      return row.state;
    };
    while (!signal.aborted) {
      const state = await untilAnswered(look);
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
      pools.products.push({ product: root?.id ?? id, fibre: id, offering });
  };

  const takeInServices = async (order: string, mbps: number): Promise<void> => {
    const rows = await untilAnswered(() =>
      client.rows(`select service_id from service_item where service_order_id = '${order}' order by ordinal`),
    );
    pools.services.push({ services: rows.map(({ service_id }) => service_id), mbps });
  };

  /** What may be ordered of it from now on. Of what a person ended half-way nobody knows. */
  const keep = async (wish: Wish, order: string, state: OrderState): Promise<void> => {
    if (wish.of === 'serviceOrder') {
      if (state !== 'completed') return;
      if (wish.kind === 'services') await takeInServices(order, wish.mbps);
      else if (wish.kind === 'modify services' && wish.on)
        pools.services.push({ ...wish.on, mbps: wish.mbps });
      return;
    }
    const { kind, on } = wish;
    if (kind === 'voice' || kind === 'best effort') return;
    if (on === undefined) await takeIn(order);
    else if (state === 'partial') return;
    else if (kind === 'modify')
      pools.products.push(state === 'completed' ? { ...on, offering: otherSpeed(on.offering) } : on);
    else if (state !== 'completed') pools.products.push(on);
  };

  const one = async (signal: AbortSignal): Promise<void> => {
    const wish = wishFor(draw, pools);
    keys += 1;
    const key = `chaos-${seed}-${keys}`;
    const { status, text } = await post(wish, key);
    if (status !== 201) {
      badAnswers.push({ key, what: `${wish.kind} was answered ${status}: ${text}` });
      return;
    }
    const { id: order } = JSON.parse(text) as { id: string };
    const known = wish.of === 'productOrder' ? acknowledged : acknowledgedServiceOrders;
    known.push({ key, order, kind: wish.kind });
    count(wish.kind);
    if (wish.of === 'productOrder' && wish.startsIn !== undefined) count('to start later');
    const state = await follow(wish, order, signal);
    if (state !== undefined && state !== 'held') await keep(wish, order, state);
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
