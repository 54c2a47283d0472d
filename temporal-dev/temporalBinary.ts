import { delimiter, join } from 'node:path';
import { BuildFailed, buildTemporal, builtBinary, canBuild, goNeeded } from './temporalBuild.ts';
import { type Environment, isExecutable } from './temporalCache.ts';
import { downloadedBinary, downloadTemporal } from './temporalDownload.ts';

/** The message says what to provide. */
export class TemporalMissing extends Error {
  override readonly name = 'TemporalMissing';
}

const threeSources = `Dialtone needs a Temporal server. Provide one of the three:
  - the temporal command (https://docs.temporal.io/cli) on PATH, or its path in TEMPORAL_CLI_PATH
  - a connection to https://temporal.download, from where it is fetched once
  - Go ${goNeeded.join('.')} or newer (https://go.dev/dl), with which it is built once`;

function given(env: Environment): string | undefined {
  const path = env.TEMPORAL_CLI_PATH;
  if (path !== undefined && path !== '') {
    if (isExecutable(path)) return path;
    throw new TemporalMissing(`TEMPORAL_CLI_PATH names ${path}, which is no executable file.`);
  }
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return (env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, `temporal${suffix}`))
    .find(isExecutable);
}

export interface TemporalSearch {
  readonly env?: Environment;
  readonly tell?: (detail: string) => void;
  readonly signal?: AbortSignal;
  readonly download?: typeof downloadTemporal;
}

/** The path of a Temporal binary: given, cached, downloaded or built, whichever comes first. */
export async function findTemporal(search: TemporalSearch = {}): Promise<string> {
  const { env = process.env, tell = () => undefined, signal, download = downloadTemporal } = search;
  const atHand = given(env) ?? downloadedBinary(env);
  if (atHand !== undefined) return atHand;
  const built = builtBinary(env);
  if (isExecutable(built)) return built;
  const fetched = await download(env, tell);
  if (fetched !== undefined) return fetched;
  if (!(await canBuild(env))) throw new TemporalMissing(threeSources);
  try {
    return await buildTemporal(env, tell, signal);
  } catch (error) {
    if (error instanceof BuildFailed) throw new TemporalMissing(`${error.message}\n${threeSources}`);
    throw error;
  }
}
