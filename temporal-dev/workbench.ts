import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { postgresPlan, postgresUrl } from './postgres.ts';
import { findPostgresPlace } from './postgresPlace.ts';
import { type Progress, silentProgress } from './progress.ts';
import {
  demoCataloguePlan,
  migratePlan,
  networkPlan,
  type Role,
  type RoleSurroundings,
  rolePlan,
} from './roles.ts';
import type { Supervisor } from './supervisor.ts';
import { findTemporal } from './temporalBinary.ts';
import { temporalServerPlan } from './temporalServer.ts';

export interface Ports {
  readonly api: number;
  readonly temporal: number;
  readonly temporalUi: number;
  readonly network: number;
  readonly postgres: number;
}

export interface WorkbenchOptions {
  readonly supervisor: Supervisor;
  /** Absolute; all data goes here. */
  readonly directory: string;
  readonly ports: Ports;
  readonly progress?: Progress;
  /** More variables for the roles. */
  readonly env?: Readonly<Record<string, string>>;
  readonly demoCatalogue?: boolean;
  readonly signal?: AbortSignal;
}

export interface Workbench {
  readonly apiUrl: string;
  readonly networkUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string;
  readonly databaseUrl: string;
}

export interface Servers {
  readonly supervisor: Supervisor;
  readonly directory: string;
  readonly ports: Pick<Ports, 'postgres' | 'temporal'> & Partial<Pick<Ports, 'temporalUi'>>;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/** Postgres, then Temporal; both keep their data in the directory. */
export async function startServers(options: Servers): Promise<void> {
  const { supervisor, directory, ports, progress = silentProgress, signal } = options;
  mkdirSync(directory, { recursive: true });
  await progress.stage('Postgres', () =>
    supervisor.start(postgresPlan({ place: findPostgresPlace(directory), port: ports.postgres })),
  );
  await progress.stage('Temporal', async (tell) => {
    const binary = await findTemporal({ tell, ...(signal === undefined ? {} : { signal }) });
    await supervisor.start(
      temporalServerPlan({
        binary,
        port: ports.temporal,
        file: join(directory, 'temporal.db'),
        ...(ports.temporalUi === undefined ? {} : { uiPort: ports.temporalUi }),
      }),
    );
  });
}

/** Everything a Dialtone needs, on one machine, each in a process of its own. */
export async function startWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { supervisor, directory, ports, progress = silentProgress, env = {}, demoCatalogue = true } = options;
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const networkUrl = `http://127.0.0.1:${ports.network}`;
  const around: RoleSurroundings = {
    databaseUrl: postgresUrl(ports.postgres, 'dialtone'),
    temporalAddress: `127.0.0.1:${ports.temporal}`,
    networkUrl,
    apiPort: ports.api,
    env,
  };
  const startRole = (role: Role) => supervisor.start(rolePlan(role, around));

  await startServers(options);
  await progress.stage('Network', () =>
    supervisor.start(
      networkPlan({ port: ports.network, file: join(directory, 'network.jsonl'), callbackUrl: apiUrl }),
    ),
  );
  await progress.stage('Migrations', () => supervisor.run(migratePlan(around)));
  await progress.stage('API', () => startRole('api'));
  if (demoCatalogue) {
    await progress.stage('Demo catalogue', () => supervisor.run(demoCataloguePlan(apiUrl)));
  }
  await progress.stage('Relay, worker', () => Promise.all([startRole('relay'), startRole('worker')]));
  return {
    apiUrl,
    networkUrl,
    temporalAddress: around.temporalAddress,
    temporalUiUrl: `http://127.0.0.1:${ports.temporalUi}`,
    databaseUrl: around.databaseUrl,
  };
}
