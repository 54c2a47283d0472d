import type { ProcessPlan } from './launch.ts';
import { inRepository, nodeArguments } from './repository.ts';

export const longRunningRoles = ['api', 'relay', 'worker'] as const;
export type Role = (typeof longRunningRoles)[number];

/** Where the roles find everything they talk to. */
export interface RoleSurroundings {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace?: string;
  readonly networkUrl: string;
  readonly apiPort: number;
  readonly env?: Readonly<Record<string, string>>;
}

export const systemsFile = inRepository('temporal-dev', 'network', 'network.json');

const roleEnvironment = (around: RoleSurroundings): Record<string, string> => ({
  DATABASE_URL: around.databaseUrl,
  TEMPORAL_ADDRESS: around.temporalAddress,
  TEMPORAL_NAMESPACE: around.temporalNamespace ?? 'default',
  NETWORK_URL: around.networkUrl,
  SYSTEMS_FILE: systemsFile,
  API_HOST: '127.0.0.1',
  API_PORT: String(around.apiPort),
  ...around.env,
});

export function rolePlan(role: Role, around: RoleSurroundings): ProcessPlan {
  return {
    name: role,
    command: process.execPath,
    args: nodeArguments('main.ts', role),
    env: () => roleEnvironment(around),
    ready: 'message',
    stopWithinMs: 15_000,
    ...(role === 'api' ? { port: around.apiPort, url: `http://localhost:${around.apiPort}` } : {}),
  };
}

export const migratePlan = (around: RoleSurroundings): ProcessPlan => ({
  name: 'migrate',
  command: process.execPath,
  args: nodeArguments('main.ts', 'migrate'),
  env: () => roleEnvironment(around),
  ready: async () => undefined,
});

export interface NetworkOptions {
  readonly port: number;
  /** Objects, keys and ledger: the network outlives its process. */
  readonly file: string;
  readonly callbackUrl: string;
}

export const networkPlan = ({ port, file, callbackUrl }: NetworkOptions): ProcessPlan => ({
  name: 'network',
  command: process.execPath,
  args: nodeArguments('temporal-dev/network/main.ts'),
  env: () => ({
    NETWORK_HOST: '127.0.0.1',
    NETWORK_PORT: String(port),
    NETWORK_FILE: file,
    NETWORK_SYSTEMS: systemsFile,
    NETWORK_CALLBACK_URL: callbackUrl,
  }),
  ready: 'message',
  port,
  url: `http://localhost:${port}`,
  data: file,
});

/** Saves the demo catalogue through the API, as an author would; doing it again changes nothing. */
export const demoCataloguePlan = (apiUrl: string): ProcessPlan => ({
  name: 'catalogue',
  command: process.execPath,
  args: nodeArguments('cli/dialtone.ts', 'catalogue', inRepository('temporal-dev', 'demo', 'catalogue')),
  env: () => ({ DIALTONE_URL: apiUrl }),
  ready: async () => undefined,
});
