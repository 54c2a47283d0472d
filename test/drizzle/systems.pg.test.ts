import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type DatabaseClient, withTenant } from '../../drizzle/client.ts';
import { system } from '../../drizzle/schema.ts';
import { changeSystem } from '../../drizzle/systemDesk.ts';
import { saveSystems, systemsOf } from '../../drizzle/systemStore.ts';
import { loadSystems } from '../../temporal-dev/network/systems.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

let database: FreshDatabase;
let client: DatabaseClient;
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 2, statementTimeoutMs: 10_000, name: 'test' });
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

const file = 'temporal-dev/network/network.json';
const secrets = async () => {
  const rows = await client.db.select().from(system);
  return Object.fromEntries(rows.map(({ name, callbackSecret }) => [name, callbackSecret]));
};

test('each system is stored with the secret that the network signs its callbacks with', async () => {
  await saveSystems(client.db, systemsOf(readFileSync(file, 'utf8'), 'http://127.0.0.1:1'));
  const signing = Object.entries(loadSystems(file)).map(([name, { callbackSecret }]) => [
    name,
    callbackSecret,
  ]);
  expect(await secrets()).toEqual(Object.fromEntries(signing));
  expect(new Set(Object.values(await secrets())).size).toBe(signing.length);
});

test('the file adds and moves systems, and leaves alone what an operator moved', async () => {
  const all = () => client.db.select().from(system).orderBy(system.name);
  await changeSystem(client.db, 'olt', { address: 'http://127.0.0.1:4' });
  const before = (await all()).filter(({ name }) => name !== 'bng');
  await saveSystems(client.db, [
    { name: 'olt', adapter: 'other', address: 'http://127.0.0.1:2', callbackSecret: 'whsec_b3RoZXI=' },
    { name: 'bng', adapter: 'http', address: 'http://127.0.0.1:5' },
    { name: 'brandNew', adapter: 'http', address: 'http://127.0.0.1:3' },
  ]);
  const after = await all();
  expect(after.filter(({ name }) => name !== 'brandNew' && name !== 'bng')).toEqual(before);
  expect(after.find(({ name }) => name === 'bng')).toMatchObject({ address: 'http://127.0.0.1:5' });
  expect(after.find(({ name }) => name === 'brandNew')).toMatchObject({ address: 'http://127.0.0.1:3' });
});

test('a secret is not for the role of the application', async () => {
  const reading = withTenant(client.db, 'default', (tx) =>
    tx.select({ secret: system.callbackSecret }).from(system),
  );
  await expect(reading).rejects.toMatchObject({ cause: { code: '42501' } });
});
