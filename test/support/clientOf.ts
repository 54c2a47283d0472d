import type { Stack } from './stack.ts';
import { eventually } from './eventually.ts';
import { withPostgres } from '../../temporal-dev/postgres.ts';

/** What an integrator and an operator do with a running Dialtone, in the words of the tests. */

const api = {
  productOrder: '/tmf-api/productOrderingManagement/v4/productOrder',
  serviceOrder: '/tmf-api/serviceOrdering/v4/serviceOrder',
  product: '/tmf-api/productInventory/v4/product',
  service: '/tmf-api/serviceInventory/v4/service',
} as const;

const cancelling = {
  productOrder: '/tmf-api/productOrderingManagement/v4/cancelProductOrder',
  serviceOrder: '/tmf-api/serviceOrdering/v4/cancelServiceOrder',
} as const;

export interface LedgerEntry {
  readonly seq: number;
  readonly system: string;
  readonly object: string;
  readonly verb: 'apply' | 'revoke';
  readonly key: string;
  readonly values: Readonly<Record<string, unknown>>;
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
type Body = any;

export const clientOf = ({
  apiUrl,
  networkUrl,
  databaseUrl,
}: Pick<Stack, 'apiUrl' | 'networkUrl' | 'databaseUrl'>) => {
  const get = async (url: string): Promise<Body> => (await fetch(url)).json();
  const post = (items: readonly object[], headers: Record<string, string> = {}, rest: object = {}) =>
    fetch(`${apiUrl}${api.productOrder}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ productOrderItem: items, ...rest }),
    });
  const postServiceOrder = (
    items: readonly object[],
    headers: Record<string, string> = {},
    rest: object = {},
  ) =>
    fetch(`${apiUrl}${api.serviceOrder}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ serviceOrderItem: items, ...rest }),
    });
  const ledger = (): Promise<LedgerEntry[]> => get(`${networkUrl}/ledger`);
  const orderOf = (id: string) => get(`${apiUrl}${api.productOrder}/${id}`);

  return {
    post,
    postServiceOrder,
    ledger,
    orderOf,
    list: (resource: keyof typeof api, query = ''): Promise<Body> =>
      get(`${apiUrl}${api[resource]}?${query}`),
    ops: (id: string): Promise<Body> => get(`${apiUrl}/ops/v1/productOrders/${id}`),
    /** A command of an operator; must be taken. */
    async command(path: string, body: object = {}): Promise<void> {
      const reply = await fetch(`${apiUrl}/ops/v1${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (reply.status !== 202)
        throw new Error(`${path} was answered ${reply.status}: ${await reply.text()}`);
    },

    /** Asks to cancel an order; answers the task. */
    async cancel(order: string, kind: keyof typeof cancelling = 'productOrder'): Promise<Body> {
      const reply = await fetch(`${apiUrl}${cancelling[kind]}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ [kind]: { id: order }, cancellationReason: 'not wanted any more' }),
      });
      if (reply.status !== 201)
        throw new Error(`the cancel was answered ${reply.status}: ${await reply.text()}`);
      return reply.json();
    },

    /** Waits until a step of the order was tried in vain, and will be tried again. */
    fallsBack: (order: string, step: string): Promise<void> =>
      eventually(
        async () => {
          const rows = await withPostgres(databaseUrl, (sql) =>
            sql.unsafe(
              `select 1 from step st join service_order so on so.id = st.service_order_id
               where so.order_id = '${order}' and st.name = '${step}' and st.state = 'waiting' and st.attempt > 0`,
            ),
          );
          if (rows.length === 0) throw new Error(`${step} of ${order} does not wait for a retry`);
        },
        { withinMs: 60_000 },
      ),

    /** What of the order waits for a person. */
    fallout: (order: string): Promise<Body> => get(`${apiUrl}/ops/v1/fallout?order=${order}`),

    async order(items: readonly object[]): Promise<string> {
      const reply = await post(items);
      if (reply.status !== 201)
        throw new Error(`the order was answered ${reply.status}: ${await reply.text()}`);
      return ((await reply.json()) as { id: string }).id;
    },

    async serviceOrder(items: readonly object[], rest: object = {}): Promise<string> {
      const reply = await postServiceOrder(items, {}, rest);
      if (reply.status !== 201)
        throw new Error(`the service order was answered ${reply.status}: ${await reply.text()}`);
      return ((await reply.json()) as { id: string }).id;
    },

    serviceOrderReaches: (id: string, state: string): Promise<Body> =>
      eventually(
        async () => {
          const order = await get(`${apiUrl}${api.serviceOrder}/${id}`);
          if (order.state !== state) throw new Error(`service order ${id} is ${order.state}, not ${state}`);
          return order;
        },
        { withinMs: 60_000 },
      ),

    /** Waits for a state; an API that is down meanwhile is asked again. */
    reaches: (id: string, state: string, withinMs = 60_000): Promise<Body> =>
      eventually(
        async () => {
          const order = await orderOf(id);
          if (order.state !== state) throw new Error(`order ${id} is ${order.state}, not ${state}`);
          return order;
        },
        { withinMs },
      ),

    faults: async (rules: readonly object[]): Promise<void> => {
      const reply = await fetch(`${networkUrl}/faults`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ rules }),
      });
      if (!reply.ok) throw new Error(`the network refused the faults: ${await reply.text()}`);
    },

    /** How many calls the network has seen that a rule of its fault program is about. */
    async callsSeen(rule = 0): Promise<number> {
      const { rules } = (await get(`${networkUrl}/faults`)) as { rules: { matched: number }[] };
      return rules[rule]?.matched ?? Number.NaN;
    },

    /** Objects that stand in the network, as `system object`. */
    async standing(): Promise<string[]> {
      const stand = new Set<string>();
      for (const { verb, system, object } of await ledger()) {
        if (verb === 'apply') stand.add(`${system} ${object}`);
        else stand.delete(`${system} ${object}`);
      }
      return [...stand].sort();
    },

    rows: (statement: string): Promise<Body[]> => withPostgres(databaseUrl, (sql) => sql.unsafe(statement)),
  };
};

export type Client = ReturnType<typeof clientOf>;

export const bundle = { id: '1', action: 'add', productOffering: { id: 'OFF-BIZ-FIBRE-BUNDLE' } } as const;
