import { pino } from 'pino';
import { type Activities, createActivities } from '../../../activities/index.ts';
import { createApp } from '../../../api/app.ts';
import type { ApiDeps } from '../../../api/deps.ts';
import { saveCatalog } from '../../../drizzle/catalogStore.ts';
import { connectDatabase, type Database, withTenant } from '../../../drizzle/client.ts';
import { claim, dispatch, event, idempotency, orderItem, productOrder } from '../../../drizzle/schema.ts';
import { saveSystems } from '../../../drizzle/systemStore.ts';
import { parseConfig } from '../../../src/config.ts';
import type { Order } from '../../../src/order/order.ts';
import { demoEntries, demoSystems } from '../../support/catalog.ts';
import { freshDatabase } from '../../support/database.ts';
import { orders, testDeps } from './deps.ts';

export { orders };

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
export type Body = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The whole API in this process, on a database of its own with the demo catalogue; nothing starts workflows. */
export async function startApi(overrides: Partial<ApiDeps> = {}) {
  const database = await freshDatabase();
  const client = connectDatabase({ url: database.url, pool: 10, statementTimeoutMs: 10_000, name: 'test' });
  const { db } = client;
  await saveSystems(
    db,
    demoSystems.map((name) => ({ name, adapter: 'http', address: 'http://127.0.0.1:1' })),
  );
  await saveCatalog(db, 'default', demoEntries());
  const started: Order[] = [];
  const app = createApp({ ...testDeps(db), startOrder: (_, order) => started.push(order), ...overrides });
  const ask = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await app.request(`http://api.test${path}`, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
  return {
    db,
    started,
    ask,
    get: (path: string) => ask(path),
    post: (body: unknown, headers: Record<string, string> = {}, path: string = orders) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    /** How many rows acceptance has written, by table. */
    stored: () => storedRows(db),
    async stop() {
      await client.close();
      await database.drop();
    },
  };
}

export type Api = Awaited<ReturnType<typeof startApi>>;

const storedRows = (db: Database) =>
  withTenant(db, 'default', async (tx) => ({
    productOrder: await tx.$count(productOrder),
    orderItem: await tx.$count(orderItem),
    claim: await tx.$count(claim),
    event: await tx.$count(event),
    dispatch: await tx.$count(dispatch),
    idempotency: await tx.$count(idempotency),
  }));

/** What a worker would do, without a worker; no system can be called. */
export function activitiesOn(db: Database): Activities {
  const { plan, planServiceItemsMax, breaker } = parseConfig({ DATABASE_URL: 'postgres://unused' });
  return createActivities({
    db,
    log: pino({ level: 'silent' }),
    planSettings: plan,
    serviceItemsMax: planServiceItemsMax,
    breaker,
    places: { take: async () => () => undefined },
    adapterFor: () => {
      throw new Error('no system is called here');
    },
    failpoint: () => undefined,
  });
}

/** Opens an accepted order as its workflow would: plan, service orders, services and products are there. */
export async function openOrder(db: Database, orderId: string): Promise<void> {
  await activitiesOn(db).openOrder({ tenant: 'default', orderId, runChain: `run-${orderId}` });
}

/** Lets go of every claim, as orders do when they end. */
export const freed = (db: Database): Promise<unknown> => withTenant(db, 'default', (tx) => tx.delete(claim));
