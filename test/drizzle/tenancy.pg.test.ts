import { afterAll, beforeAll, expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { connectDatabase, type DatabaseClient, withRelay, withTenant } from '../../drizzle/client.ts';
import { claim, dispatch } from '../../drizzle/schema.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 1, statementTimeoutMs: 5_000, name: 'test' });
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

const rowOf = (tenantId: string) => ({
  tenantId,
  productId: 'P',
  mode: 'exclusive' as const,
  holders: [tenantId],
});

test('every table but the operator’s leads with the tenant, and row-level security is forced on it', async () => {
  const tables = await client.db.execute<{ name: string; forced: boolean; first: string }>(sql`
    select c.relname as name, c.relforcerowsecurity as forced,
      (select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
        where i.indrelid = c.oid and i.indisprimary) as first
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind = 'r' and c.relname not in ('system', 'system_health', 'tenant', 'domain')`);
  expect(tables.length).toBeGreaterThan(15);
  expect(tables.filter(({ forced, first }) => !forced || first !== 'tenant_id')).toEqual([]);
});

test('a tenant sees and writes its own rows alone', async () => {
  await withTenant(client.db, 'red', (tx) => tx.insert(claim).values(rowOf('red')));
  await withTenant(client.db, 'blue', (tx) => tx.insert(claim).values(rowOf('blue')));
  const seen = await withTenant(client.db, 'blue', (tx) => tx.select({ tenant: claim.tenantId }).from(claim));
  expect(seen).toEqual([{ tenant: 'blue' }]);
  await expect(
    withTenant(client.db, 'blue', (tx) => tx.insert(claim).values({ ...rowOf('red'), productId: 'Q' })),
  ).rejects.toThrow();
});

test('without a tenant the application’s role sees no row of any table', async () => {
  await client.db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('role', 'dialtone_app', true)`);
    expect(await tx.select().from(claim)).toEqual([]);
  });
});

test('a pooled connection keeps neither role nor tenant, whether the transaction ends well or not', async () => {
  await withTenant(client.db, 'red', async () => undefined);
  await withTenant(client.db, 'red', () => Promise.reject(new Error('broken'))).catch(() => undefined);
  const [row] = await client.db.execute<{ tenant: string; role: string }>(
    sql`select coalesce(current_setting('app.tenant', true), '') as tenant, current_user = session_user as role`,
  );
  expect(row).toEqual({ tenant: '', role: true });
});

test('the relay sees the lanes of all tenants, and nothing else', async () => {
  for (const tenantId of ['red', 'blue']) {
    await withTenant(client.db, tenantId, (tx) =>
      tx.insert(dispatch).values({ tenantId, orderId: 'O', command: 'start', dueAt: 'now' }),
    );
  }
  const lanes = await withRelay(client.db, (tx) => tx.select({ tenant: dispatch.tenantId }).from(dispatch));
  expect(lanes.map(({ tenant }) => tenant).sort()).toEqual(['blue', 'red']);
  await expect(withRelay(client.db, (tx) => tx.select().from(claim))).rejects.toThrow();
  await expect(withRelay(client.db, (tx) => tx.delete(dispatch))).rejects.toThrow();
});

test('a final state cannot be left, not even by a statement', async () => {
  const insert = sql`insert into product_order (tenant_id, id, client, fingerprint, state, version, snapshot, carried, ordered_at)
    values ('red', 'O', 'c', 'f', 'completed', 1, 's', '{}', now())`;
  const leave = sql`update product_order set state = 'inProgress' where id = 'O'`;
  await withTenant(client.db, 'red', (tx) => tx.execute(insert));
  await expect(withTenant(client.db, 'red', (tx) => tx.execute(leave))).rejects.toThrow();
});
