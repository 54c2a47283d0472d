import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import postgres from 'postgres';
import { asksForNoTypes, longGreeting } from '../drizzle/brokenConnection.ts';
import { ownEnvironment, type ProcessPlan } from './launch.ts';
import type { PostgresPlace } from './postgresPlace.ts';
import { isAlive } from './processesFile.ts';

const superuser = 'dialtone';
const stopWithinMs = 15_000;

export const postgresUrl = (port: number, database: string): string =>
  `postgres://${superuser}@127.0.0.1:${port}/${database}`;

const program = ({ binaries }: PostgresPlace, name: string): string => join(binaries, 'bin', name);

function checkData({ data, version, user }: PostgresPlace): void {
  const written = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim();
  const major = version.split('.')[0];
  if (written !== major) {
    throw new Error(
      `The data in ${data} is of Postgres ${written}, this is Postgres ${major}: npm start -- --fresh begins anew.`,
    );
  }
  if (user === undefined && process.getuid !== undefined && statSync(data).uid !== process.getuid()) {
    throw new Error(`The data in ${data} belongs to another user: start as that user, or remove it.`);
  }
}

/** Makes the data directory once; a first start that was interrupted leaves nothing that looks finished. */
export async function preparePostgres(place: PostgresPlace): Promise<void> {
  if (existsSync(place.data)) return checkData(place);
  const unfinished = `${place.data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  chmodSync(unfinished, 0o700);
  if (place.user !== undefined) chownSync(unfinished, place.user.uid, place.user.gid);
  await promisify(execFile)(
    program(place, 'initdb'),
    [
      '-D',
      unfinished,
      '-U',
      superuser,
      '--encoding=UTF8',
      '--no-locale',
      '--auth=trust',
      '--no-instructions',
    ],
    { cwd: '/', env: { ...ownEnvironment(), LC_ALL: 'C', TZ: 'UTC' }, ...place.user },
  );
  renameSync(unfinished, place.data);
}

/** The command line of a process, empty where the system does not tell. */
async function commandOf(pid: number): Promise<string> {
  if (existsSync(`/proc/${pid}`)) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  return promisify(execFile)('ps', ['-p', String(pid), '-o', 'command=']).then(
    ({ stdout }) => stdout,
    () => '',
  );
}

/**
 * A killed Postgres leaves a lock with its pid, which may by now be the pid of another program.
 * A Postgres of an earlier start that still runs on this data is ended first.
 */
export async function clearStaleLock({ data }: PostgresPlace): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (Number.isInteger(pid) && pid > 1 && isAlive(pid) && (await commandOf(pid)).includes(`-D ${data}`)) {
    process.kill(pid, 'SIGINT');
    const deadline = Date.now() + stopWithinMs;
    while (isAlive(pid) && Date.now() < deadline) await delay(50);
    if (isAlive(pid)) throw new Error(`Another Postgres (pid ${pid}) runs on ${data}: stop it first.`);
  }
  rmSync(lock, { force: true });
}

/** One connection for one task, silent about notices. */
export async function withPostgres<T>(url: string, task: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, {
    ...{ max: 1, connect_timeout: 5, onnotice: () => undefined },
    ...asksForNoTypes,
    connection: longGreeting,
  });
  try {
    return await task(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

async function ensureDatabase(port: number, name: string): Promise<void> {
  await withPostgres(postgresUrl(port, 'postgres'), async (sql) => {
    const found = await sql`select from pg_database where datname = ${name}`;
    if (found.length === 0) await sql`create database ${sql(name)}`;
  });
}

export interface PostgresOptions {
  readonly place: PostgresPlace;
  readonly port: number;
  /** Tests that kill only processes, never the machine, may do without waiting for the disk. */
  readonly waitForDisk?: boolean;
}

export function postgresPlan({ place, port, waitForDisk = true }: PostgresOptions): ProcessPlan {
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    fsync: waitForDisk ? 'on' : 'off',
    full_page_writes: waitForDisk ? 'on' : 'off',
    synchronous_commit: waitForDisk ? 'on' : 'off',
  };
  return {
    name: 'postgres',
    command: program(place, 'postgres'),
    args: [
      '-D',
      place.data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    workingDirectory: '/',
    env: () => ({ LC_ALL: 'C', TZ: 'UTC' }),
    ready: () => ensureDatabase(port, 'dialtone'),
    beforeStart: async () => {
      await preparePostgres(place);
      await clearStaleLock(place);
    },
    stopSignal: 'SIGINT',
    stopWithinMs,
    port,
    url: postgresUrl(port, 'dialtone'),
    data: place.data,
    ...(place.user === undefined ? {} : { user: place.user }),
  };
}
