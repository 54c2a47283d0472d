import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { releaseClaims, takeClaims } from '../../drizzle/claimStore.ts';
import { connectDatabase, type DatabaseClient, type Tx, withTenant } from '../../drizzle/client.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 10, statementTimeoutMs: 10_000, name: 'test' });
});
afterEach(() => client.db.execute(sql`delete from claim`));
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

const inTenant = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => withTenant(client.db, 'default', work);
const shared = (...products: string[]) => ({ exclusive: [], shared: products });
const exclusive = (...products: string[]) => ({ exclusive: products, shared: [] });
const take = (order: string, claims: Parameters<typeof takeClaims>[3]) =>
  inTenant((tx) => takeClaims(tx, 'default', order, claims));
const claims = () =>
  client.db.execute(sql`select product_id as product, mode, holders from claim order by product_id`);

/** Runs the second while the first has done its work and not yet committed. */
async function overlapping(
  first: (tx: Tx) => Promise<unknown>,
  second: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  let finish = () => {};
  const mayFinish = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let worked = () => {};
  const hasWorked = new Promise<void>((resolve) => {
    worked = resolve;
  });
  const one = inTenant(async (tx) => {
    await first(tx);
    worked();
    await mayFinish;
  });
  await hasWorked;
  const other = inTenant(second);
  await waiting();
  finish();
  await Promise.all([one, other]);
}

/** Until Postgres says that somebody waits for a lock. */
async function waiting(): Promise<void> {
  for (;;) {
    const rows = await client.db.execute(sql`
      select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`);
    if (rows.length > 0) return;
  }
}

test('many may share a product; nobody has it alone meanwhile, and the refusal names who holds it', async () => {
  expect(await take('A', shared('P'))).toBeNull();
  expect(await take('B', shared('P'))).toBeNull();
  expect(await take('C', exclusive('P'))).toEqual({ product: 'P', order: 'A' });
  expect(await claims()).toMatchObject([{ product: 'P', mode: 'shared', holders: ['A', 'B'] }]);
});

test('what one has alone nobody else gets, shared or not; its holder may ask again', async () => {
  expect(await take('A', exclusive('P'))).toBeNull();
  expect(await take('B', shared('P'))).toEqual({ product: 'P', order: 'A' });
  expect(await take('B', exclusive('P'))).toEqual({ product: 'P', order: 'A' });
  expect(await take('A', exclusive('P'))).toBeNull();
  expect(await claims()).toMatchObject([{ holders: ['A'] }]);
});

test('two that release one product at the same time leave no claim behind', async () => {
  await take('A', shared('P'));
  await take('B', shared('P'));
  await overlapping(
    (tx) => releaseClaims(tx, 'default', 'A'),
    (tx) => releaseClaims(tx, 'default', 'B'),
  );
  expect(await claims()).toEqual([]);
});

test('one that joins while the only holder releases has the claim alone afterwards', async () => {
  await take('A', shared('P'));
  await overlapping(
    (tx) => releaseClaims(tx, 'default', 'A'),
    (tx) => takeClaims(tx, 'default', 'B', shared('P')),
  );
  expect(await claims()).toMatchObject([{ product: 'P', holders: ['B'] }]);
});

test('a release that waits for one who joins gives up its own part only', async () => {
  await take('A', shared('P'));
  await overlapping(
    (tx) => takeClaims(tx, 'default', 'B', shared('P')),
    (tx) => releaseClaims(tx, 'default', 'A'),
  );
  expect(await claims()).toMatchObject([{ product: 'P', holders: ['B'] }]);
});
