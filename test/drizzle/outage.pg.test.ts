import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type DatabaseClient, isOutage, withTenant } from '../../drizzle/client.ts';
import { freePort } from '../../temporal-dev/ports.ts';
import { postgresPlan, postgresUrl } from '../../temporal-dev/postgres.ts';
import type { SupervisedProcess } from '../../temporal-dev/supervisedProcess.ts';
import { createSupervisor, type Supervisor } from '../../temporal-dev/supervisor.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryPlace } from '../support/temporaryPlace.ts';

/** A Postgres of its own, since it is killed. */

const pool = 10;
let supervisor: Supervisor;
let server: SupervisedProcess;
let database: DatabaseClient;
beforeAll(async () => {
  const { directory, postgres: place, removeAtEnd } = temporaryPlace();
  supervisor = createSupervisor({ directory, removeAtEnd });
  const port = await freePort();
  server = await supervisor.start(postgresPlan({ place, port, waitForDisk: false }));
  const url = postgresUrl(port, 'dialtone');
  database = connectDatabase({ url, pool, statementTimeoutMs: 5_000, name: 'outage' });
});
afterAll(async () => {
  await database?.close();
  await supervisor?.stop();
});

const busyForMs = async (): Promise<number> => {
  const begun = performance.now();
  await database.db.execute(sql`select pg_sleep(0.2)`);
  return performance.now() - begun;
};

const onEveryConnection = () => Promise.all(Array.from({ length: pool }, busyForMs));

test.each([
  ['a statement that took too long', sql`set local statement_timeout = 10`, sql`select pg_sleep(5)`],
  ['a lock that took too long', sql`set local lock_timeout = 10`, sql`lock table locked`],
  ['a server that only reads', sql`set transaction read only`, sql`create table written (id int)`],
  ['a defect', sql`select 1`, sql`select 1 / 0`],
])('%s is told from what a statement itself does wrong', async (what, setting, statement) => {
  await database.db.execute(sql`create table if not exists locked (id int)`);
  await database.db.transaction(async (holder) => {
    await holder.execute(sql`lock table locked`);
    const error: unknown = await database.db
      .transaction(async (tx) => {
        await tx.execute(setting);
        await tx.execute(statement);
      })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(isOutage(error)).toBe(what !== 'a defect');
  });
});

test('a pool that was refused again and again serves again soon after a killed Postgres is back', async () => {
  await onEveryConnection();
  await server.halt('SIGKILL');
  const refused = async () => {
    const tried = await Promise.allSettled(Array.from({ length: pool }, busyForMs));
    expect(new Set(tried.map(({ status }) => status))).toEqual(new Set(['rejected']));
  };
  // Processes of its connections outlive the server by a moment.
  await eventually(refused, { withinMs: 10_000 });
  for (let round = 2; round <= 4; round += 1) await refused();
  server.resume();
  await server.ready();
  const begun = performance.now();
  // A connection that was asked for a moment too early is still refused.
  await eventually(onEveryConnection, { withinMs: 10_000 });
  expect(performance.now() - begun).toBeLessThan(10_000);
});

test('transactions that a killed Postgres cuts off fail, and every connection serves again', async () => {
  await onEveryConnection();
  for (let kill = 1; kill <= 8; kill += 1) {
    let over = false;
    const transactions = Array.from({ length: pool }, async () => {
      while (!over) {
        await withTenant(database.db, 'default', async (tx) => {
          for (let statement = 1; statement <= 5; statement += 1) await tx.execute(sql`select ${statement}`);
        }).catch(() => new Promise((resolve) => setImmediate(resolve)));
      }
    });
    await busyForMs();
    await server.kill('SIGKILL');
    await server.ready();
    over = true;
    await Promise.all(transactions);
    await eventually(onEveryConnection, { withinMs: 10_000 });
  }
});
