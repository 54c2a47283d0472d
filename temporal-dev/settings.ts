import { resolve } from 'node:path';
import { repository } from './repository.ts';
import type { Ports } from './workbench.ts';

export interface Settings {
  readonly directory: string;
  readonly ports: Ports;
  readonly portsByVariable: Readonly<Record<string, number>>;
  readonly fresh: boolean;
  readonly help: boolean;
}

export const usage = `npm start [-- --fresh]

Starts Postgres, Temporal, the simulated network and Dialtone on this machine.
Data stay in DIALTONE_DIR; a second start goes on where the first one stopped.

  --fresh   forget all data first
  --help    this text

Variables, with their defaults:
  API_PORT 8080   TEMPORAL_PORT 7233   TEMPORAL_UI_PORT 8233   NETWORK_PORT 8090   POSTGRES_PORT 5433
  DIALTONE_DIR .dialtone       data, logs and processes.json
  TEMPORAL_CLI_PATH            a temporal binary; else the one on PATH, a download, or a build with Go`;

const defaultPorts = {
  API_PORT: 8080,
  TEMPORAL_PORT: 7233,
  TEMPORAL_UI_PORT: 8233,
  NETWORK_PORT: 8090,
  POSTGRES_PORT: 5433,
} as const;

type Parsed =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly trouble: string };

export function parseSettings(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Parsed {
  const unknown = args.find((arg) => arg !== '--fresh' && arg !== '--help');
  if (unknown !== undefined) {
    return {
      ok: false,
      trouble: `npm start does not know ${unknown}; npm start -- --help says what it knows.`,
    };
  }
  const ports: Record<string, number> = {};
  for (const [variable, fallback] of Object.entries(defaultPorts)) {
    const text = env[variable] ?? '';
    const port = text === '' ? fallback : Number(text);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
      return { ok: false, trouble: `${variable} is "${text}", but must be a port from 1 to 65535.` };
    }
    ports[variable] = port;
  }
  const portOf = (variable: keyof typeof defaultPorts): number => ports[variable] ?? defaultPorts[variable];
  const directory = env.DIALTONE_DIR ?? '';
  return {
    ok: true,
    settings: {
      directory: resolve(repository, directory === '' ? '.dialtone' : directory),
      ports: {
        api: portOf('API_PORT'),
        temporal: portOf('TEMPORAL_PORT'),
        temporalUi: portOf('TEMPORAL_UI_PORT'),
        network: portOf('NETWORK_PORT'),
        postgres: portOf('POSTGRES_PORT'),
      },
      portsByVariable: ports,
      fresh: args.includes('--fresh'),
      help: args.includes('--help'),
    },
  };
}

const nodeNeeded = [20, 19] as const;

export function nodeTrouble(version: string): string | undefined {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const enough = major > nodeNeeded[0] || (major === nodeNeeded[0] && minor >= nodeNeeded[1]);
  return enough ? undefined : `Dialtone needs Node ${nodeNeeded.join('.')} or newer, this is ${version}.`;
}
