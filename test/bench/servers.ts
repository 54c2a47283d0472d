import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessPlan } from '../../temporal-dev/launch.ts';
import { freePort } from '../../temporal-dev/ports.ts';
import { postgresUrl } from '../../temporal-dev/postgres.ts';
import { inRepository, nodeArguments } from '../../temporal-dev/repository.ts';
import {
  demoCataloguePlan,
  migratePlan,
  networkPlan,
  type RoleSurroundings,
  rolePlan,
  systemsFile,
} from '../../temporal-dev/roles.ts';
import type { Supervisor } from '../../temporal-dev/supervisor.ts';
import { startServers } from '../../temporal-dev/workbench.ts';
import { freshNamespace } from '../support/namespace.ts';

export interface BenchServers {
  readonly apiUrl: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly bareNamespace: string;
  /** The two workers, of which one at a time runs. */
  readonly worker: ProcessPlan;
  readonly bareWorker: ProcessPlan;
}

/** Everything a Dialtone needs but its worker: each a process, Postgres and Temporal with their data on disk. */
export async function startBenchServers(
  supervisor: Supervisor,
  directory: string,
  profile?: string,
): Promise<BenchServers> {
  const ports = {
    postgres: await freePort(),
    temporal: await freePort(),
    api: await freePort(),
    network: await freePort(),
  };
  const apiUrl = `http://127.0.0.1:${ports.api}`;
  const networkUrl = `http://127.0.0.1:${ports.network}`;
  const watched = (plan: ProcessPlan): ProcessPlan =>
    profile === undefined
      ? plan
      : { ...plan, args: ['--cpu-prof', `--cpu-prof-dir=${profile}`, ...plan.args] };
  const around: RoleSurroundings = {
    databaseUrl: postgresUrl(ports.postgres, 'dialtone'),
    temporalAddress: `127.0.0.1:${ports.temporal}`,
    networkUrl,
    apiPort: ports.api,
    env: { LOG_LEVEL: 'warn' },
  };
  await startServers({ supervisor, directory, ports });
  const bareNamespace = await freshNamespace(around.temporalAddress);
  const file = join(directory, 'network.jsonl');
  const network = networkPlan({ port: ports.network, file, callbackUrl: apiUrl });
  const systems = { NETWORK_SYSTEMS: manyLines(directory) };
  await supervisor.start(watched(withEnvironment(network, systems)));
  await supervisor.run(migratePlan(around));
  await supervisor.start(watched(rolePlan('api', around)));
  await supervisor.run(demoCataloguePlan(apiUrl));
  await supervisor.run(benchCataloguePlan(apiUrl));
  await supervisor.start(watched(rolePlan('relay', around)));
  return {
    apiUrl,
    databaseUrl: around.databaseUrl,
    temporalAddress: around.temporalAddress,
    bareNamespace,
    worker: watched(rolePlan('worker', around)),
    bareWorker: watched(barePlan({ ...around, temporalNamespace: bareNamespace })),
  };
}

/** The demo's systems, with so many VLANs that a long run does not use them up. */
function manyLines(directory: string): string {
  const file = JSON.parse(readFileSync(systemsFile, 'utf8'));
  file.systems.olt.allocates.vlan.to = 100_000_000;
  const path = join(directory, 'systems.json');
  writeFileSync(path, JSON.stringify(file));
  return path;
}

const withEnvironment = (plan: ProcessPlan, env: Readonly<Record<string, string>>): ProcessPlan => ({
  ...plan,
  env: (start) => ({ ...plan.env?.(start), ...env }),
});

const benchCataloguePlan = (apiUrl: string): ProcessPlan => ({
  ...demoCataloguePlan(apiUrl),
  name: 'benchCatalogue',
  args: nodeArguments('cli/dialtone.ts', 'catalogue', inRepository('test', 'bench', 'catalogue.yaml')),
});

const barePlan = (around: RoleSurroundings): ProcessPlan => ({
  ...rolePlan('worker', around),
  name: 'bareWorker',
  args: nodeArguments('test/bench/bareWorker.ts'),
});
