import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type DatabaseClient } from '../../drizzle/client.ts';
import { freePort } from '../../temporal-dev/ports.ts';
import { postgresPlan, postgresUrl } from '../../temporal-dev/postgres.ts';
import type { SupervisedProcess } from '../../temporal-dev/supervisedProcess.ts';
import { createSupervisor, type Supervisor } from '../../temporal-dev/supervisor.ts';
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

test('a pool that was refused again and again serves at once when a killed Postgres is back', async () => {
  await onEveryConnection();
  await server.halt('SIGKILL');
  for (let round = 1; round <= 4; round += 1) {
    const refused = await Promise.allSettled(Array.from({ length: pool }, busyForMs));
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set(['rejected']));
  }
  server.resume();
  await server.ready();
  expect(Math.max(...(await onEveryConnection()))).toBeLessThan(2_000);
});
