import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exitOf } from './launch.ts';
import { inRepository } from './repository.ts';
import { cacheDirectory, type Environment } from './temporalCache.ts';

const goModule = inRepository('temporal-dev', 'temporal');
const goPackage = 'github.com/temporalio/cli/cmd/temporal';
export const goNeeded = [1, 26, 4] as const;

export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';
}

export function builtBinary(env: Environment): string {
  const sums = readFileSync(join(goModule, 'go.sum'));
  return join(
    cacheDirectory(env),
    `temporal-${createHash('sha256').update(sums).digest('hex').slice(0, 16)}`,
  );
}

const goEnvironment = (env: Environment): NodeJS.ProcessEnv => ({
  ...env,
  HOME: env.HOME ?? homedir(),
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=readonly',
});

/** False when Go is missing or older than the module needs. */
export async function canBuild(env: Environment): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('go', ['version'], {
      cwd: goModule,
      env: goEnvironment(env),
      timeout: 60_000,
    });
    const found = /go(\d+)\.(\d+)(?:\.(\d+))?/.exec(stdout);
    if (found === null) return false;
    const version = found.slice(1).map((part) => Number(part ?? 0));
    const difference =
      goNeeded.map((needed, index) => (version[index] ?? 0) - needed).find((d) => d !== 0) ?? 0;
    return difference >= 0;
  } catch {
    return false;
  }
}

/** Built under another name and moved into place, so that an interrupted build is never taken for a binary. */
export async function buildTemporal(
  env: Environment,
  tell: (detail: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const target = builtBinary(env);
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(cacheDirectory(env), { recursive: true });
  tell('building Temporal with Go: about four minutes, once, then cached');
  const child = spawn('go', ['build', '-trimpath', '-ldflags=-s -w', '-o', unfinished, goPackage], {
    cwd: goModule,
    env: goEnvironment(env),
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(signal === undefined ? {} : { signal }),
  });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = `${words}${text}`.slice(-2_000);
  });
  const exit = await exitOf(child);
  if (exit.code !== 0) {
    rmSync(unfinished, { force: true });
    throw new BuildFailed(`Go could not build Temporal:\n${words.trim()}`);
  }
  renameSync(unfinished, target);
  return target;
}
