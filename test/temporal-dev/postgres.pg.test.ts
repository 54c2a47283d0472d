import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import { freePort } from '../../temporal-dev/ports.ts';
import { postgresPlan, postgresUrl, withPostgres } from '../../temporal-dev/postgres.ts';
import {
  findPostgresPlace,
  installedPostgres,
  makeLibraryLinks,
  type PostgresPlace,
  removePostgresData,
} from '../../temporal-dev/postgresPlace.ts';
import { isAlive } from '../../temporal-dev/processesFile.ts';
import { createSupervisor, type Supervisor } from '../../temporal-dev/supervisor.ts';
import { temporaryPlace } from '../support/temporaryPlace.ts';

let place: ReturnType<typeof temporaryPlace>;
let port: number;
let supervisor: Supervisor;
const isRoot = process.getuid?.() === 0;

beforeEach(async () => {
  place = temporaryPlace();
  port = await freePort();
  supervisor = createSupervisor({ directory: place.directory });
});

afterEach(async () => {
  await supervisor.stop();
  for (const path of place.removeAtEnd) rmSync(path, { recursive: true, force: true });
});

const start = (at: PostgresPlace) => supervisor.start(postgresPlan({ place: at, port }));

const ask = <T>(task: Parameters<typeof withPostgres<T>>[1]): Promise<T> =>
  withPostgres(postgresUrl(port, 'dialtone'), task);

const lockOf = (at: PostgresPlace): string => join(at.data, 'postmaster.pid');

describe('a killed Postgres', () => {
  test('comes back with what was committed', async () => {
    const server = await start(place.postgres);
    await ask(async (sql) => {
      await sql`create table kept (n int)`;
      await sql`insert into kept values (7)`;
    });
    await server.kill('SIGKILL');
    await server.ready(2);
    expect(await ask((sql) => sql`select n from kept`)).toEqual([{ n: 7 }]);
  });

  test('starts again though its stale lock names the pid of another program', async () => {
    const server = await start(place.postgres);
    await server.halt('SIGKILL');
    const other = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
      ...place.postgres.user,
      cwd: '/',
      stdio: 'ignore',
    });
    const lock = readFileSync(lockOf(place.postgres), 'utf8');
    writeFileSync(lockOf(place.postgres), lock.replace(/^\d+/, String(other.pid)));
    server.resume();
    await server.ready();
    expect(isAlive(must(other.pid, 'the pid'))).toBe(true);
    other.kill('SIGKILL');
  });

  test('that an earlier supervisor left running is ended before the next one starts', async () => {
    const plan = postgresPlan({ place: place.postgres, port });
    const server = await supervisor.start(plan);
    await server.halt();
    const orphan = spawn(plan.command, plan.args, { ...place.postgres.user, cwd: '/', stdio: 'ignore' });
    const ended = new Promise((resolve) => orphan.once('exit', resolve));
    await vi.waitFor(() => ask((sql) => sql`select 1`), { timeout: 10_000 });
    server.resume();
    await server.ready();
    expect(await ended).toBe(0);
  });
});

test('data are kept safe: no setting that trades them for speed', async () => {
  await start(place.postgres);
  const rows = await ask(
    (sql) => sql`select name, setting from pg_settings
      where name in ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'server_encoding')`,
  );
  expect(Object.fromEntries(rows.map((row) => [row.name, row.setting]))).toEqual({
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    listen_addresses: '127.0.0.1',
    server_encoding: 'UTF8',
  });
});

test('data of another Postgres are refused in one sentence', async () => {
  const server = await start(place.postgres);
  await server.halt();
  writeFileSync(join(place.postgres.data, 'PG_VERSION'), '9\n');
  await expect(start(place.postgres)).rejects.toThrow(
    /could not be started: The data in .* is of Postgres 9, this is Postgres \d+: npm start -- --fresh begins anew\./,
  );
});

test('library links that the installation left out are made once', () => {
  const native = join(place.directory, 'native');
  cpSync(installedPostgres().native, native, { recursive: true, verbatimSymlinks: true });
  const link = join(native, 'lib', 'libicudata.so.60');
  rmSync(link);
  makeLibraryLinks(native);
  expect(statSync(link).isFile()).toBe(true);
  makeLibraryLinks(native);
});

describe('as root', () => {
  test.runIf(isRoot)('Postgres runs as another user', async () => {
    const server = await start(place.postgres);
    const status = statSync(`/proc/${server.entry()?.pid}`);
    expect(status.uid).not.toBe(0);
  });

  test.runIf(isRoot)(
    'below a directory of mode 0700 programs and data go where Postgres can reach them',
    async () => {
      const closed = mkdtempSync(join(tmpdir(), 'dialtone-closed-'));
      chmodSync(closed, 0o700);
      const native = join(closed, 'native');
      cpSync(installedPostgres().native, native, { recursive: true, verbatimSymlinks: true });
      const installed = { native, version: `${installedPostgres().version}.test${process.pid}` };
      const directory = join(closed, '.dialtone');
      const found = findPostgresPlace(directory, installed);
      expect([found.binaries, found.data].filter((path) => path.startsWith(closed))).toEqual([]);

      const server = await start(found);
      await ask((sql) => sql`create table kept ()`);
      await server.halt();
      expect(findPostgresPlace(directory, installed)).toEqual(found);
      server.resume();
      await server.ready();
      expect(await ask((sql) => sql`select * from kept`)).toEqual([]);
      await server.halt();

      removePostgresData(directory);
      expect(existsSync(dirname(found.data))).toBe(false);
      for (const path of [closed, found.binaries]) rmSync(path, { recursive: true });
    },
  );

  test.skipIf(isRoot)('is not tested here: these tests run as an ordinary user', () => undefined);
});
