import { mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory, type Environment, isExecutable } from './temporalCache.ts';

const sdkVersion = '1.24.0';
const answersWithinMs = 3_000;
const downloadWithinMs = 180_000;

const downloadName = `temporal-sdk-typescript-${sdkVersion}${process.platform === 'win32' ? '.exe' : ''}`;

/** A file in a directory that all may write to is trusted only if it is ours or root's. */
export function downloadedBinary(env: Environment): string | undefined {
  const trusted = (path: string): boolean =>
    isExecutable(path) && [0, process.getuid?.() ?? 0].includes(statSync(path).uid);
  return [cacheDirectory(env), env.TMPDIR ?? tmpdir()]
    .map((place) => join(place, downloadName))
    .find(trusted);
}

/** The SDK downloads only to start a server, so it starts one, in memory, and stops it again. */
export async function downloadTemporal(
  env: Environment,
  tell: (detail: string) => void,
): Promise<string | undefined> {
  try {
    await fetch('https://temporal.download/cli/default?platform=linux&arch=amd64', {
      signal: AbortSignal.timeout(answersWithinMs),
    });
  } catch {
    return undefined;
  }
  tell('downloading Temporal (once, then cached)');
  const directory = cacheDirectory(env);
  mkdirSync(directory, { recursive: true });
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const started = TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', downloadDir: directory, ttl: '365 days' } },
    });
    const late = AbortSignal.timeout(downloadWithinMs);
    const server = await Promise.race([
      started,
      new Promise<undefined>((resolve) => late.addEventListener('abort', () => resolve(undefined))),
    ]);
    await server?.teardown();
  } catch {
    // The next source is tried.
  }
  return downloadedBinary(env);
}
