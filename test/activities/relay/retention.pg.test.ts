import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { removeOnce } from '../../../activities/relay/retention.ts';
import { connectDatabase, type DatabaseClient } from '../../../drizzle/client.ts';
import { type FreshDatabase, freshDatabase } from '../../support/database.ts';

let database: FreshDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 2, statementTimeoutMs: 10_000, name: 'test' });
  await client.db.execute(sql`insert into tenant (id) values ('other')`);
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

const old = ['default', 'other'] as const;
beforeEach(async () => {
  await client.db.execute(sql`delete from idempotency`);
  await client.db.execute(sql`delete from callback`);
  for (const tenant of old)
    for (const days of [1, 8, 9, 91]) {
      await client.db.execute(sql`
        insert into idempotency (tenant_id, client, operation, key, fingerprint, created_at)
        values (${tenant}, 'local', 'createProductOrder', ${`k${days}`}, 'f', now() - ${days} * interval '1 day')`);
      for (const state of ['dead', 'delivered', 'waiting'])
        await client.db.execute(sql`
          insert into callback (tenant_id, system, message_id, correlation_id, body, received_at, state)
          values (${tenant}, 'olt', ${`${state}${days}`}, 'c', '{}', now() - ${days} * interval '1 day', ${state})`);
    }
});

const days = { idempotencyDays: 7, deadLetterDays: 90 };
const remove = (given: Partial<typeof days> = {}, limit?: number) =>
  removeOnce(
    { db: client.db, log: pino({ level: 'silent' }), intervalMs: 1, ...days, ...given },
    ...(limit === undefined ? [] : [limit]),
  );

const keys = () =>
  client.db.execute(sql`select tenant_id || ' ' || key as name from idempotency order by name`);
const letters = () =>
  client.db.execute(sql`select tenant_id || ' ' || message_id as name from callback order by name`);
const namesOf = (rows: readonly Record<string, unknown>[]) => rows.map(({ name }) => name);

test('keys and dead letters that are too old go, of every tenant; whatever is not dead stays', async () => {
  expect(await remove()).toBe(false);
  expect(namesOf(await keys())).toEqual(['default k1', 'other k1']);
  const gone = new Set(old.map((tenant) => `${tenant} dead91`));
  expect(namesOf(await letters())).toHaveLength(22);
  expect(namesOf(await letters()).filter((name) => gone.has(String(name)))).toEqual([]);
});

test('0 days keep them for good', async () => {
  expect(await remove({ idempotencyDays: 0, deadLetterDays: 0 })).toBe(false);
  expect([(await keys()).length, (await letters()).length]).toEqual([8, 24]);
});

test('the oldest go first, a batch at a time, until nothing is left to remove', async () => {
  expect(await remove({}, 1)).toBe(true);
  expect(namesOf(await keys())).toEqual(old.flatMap((tenant) => [1, 8, 9].map((day) => `${tenant} k${day}`)));
  expect(await remove({}, 2)).toBe(true);
  expect(await remove({}, 2)).toBe(false);
  expect(namesOf(await keys())).toEqual(['default k1', 'other k1']);
});
