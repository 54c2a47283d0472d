import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import type { Arm } from '../../temporal-dev/failpoint.ts';
import { freePort } from '../../temporal-dev/ports.ts';
import { postgresUrl } from '../../temporal-dev/postgres.ts';
import {
  demoCataloguePlan,
  longRunningRoles,
  migratePlan,
  networkPlan,
  type Role,
  type RoleSurroundings,
  rolePlan,
} from '../../temporal-dev/roles.ts';
import type { SupervisedProcess } from '../../temporal-dev/supervisedProcess.ts';
import { createSupervisor, type Supervisor } from '../../temporal-dev/supervisor.ts';
import { startServers } from '../../temporal-dev/workbench.ts';
import { freshDatabase } from './database.ts';
import { freshNamespace } from './namespace.ts';
import { temporaryPlace } from './temporaryPlace.ts';

export interface StackOptions {
  /** Default: all. */
  readonly roles?: readonly Role[];
  readonly env?: Readonly<Record<string, string>>;
  /** For one role only. */
  readonly envOf?: Partial<Record<Role, Readonly<Record<string, string>>>>;
  /** Postgres and Temporal of its own, which may be killed; else the shared ones. */
  readonly ownServers?: boolean;
  /** More workers, named `worker2` and so on. Default: the one. */
  readonly workers?: number;
  /** Told of every restart. */
  readonly say?: (line: string) => void;
  /** Default: what dies three times within a minute before it is ready is given up. */
  readonly earlyExitsMax?: number;
  /** Default: the demo catalogue is saved when there is an API. */
  readonly demoCatalogue?: boolean;
}

/** Two of a kind share the work. */
export type Second = 'relay2' | 'worker2';

export type StackProcess = Role | Second | 'network' | 'postgres' | 'temporal';

export interface Stack {
  readonly apiUrl: string;
  readonly networkUrl: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** Ends a process by a signal; the supervisor starts it again at once. */
  kill(name: StackProcess, signal?: NodeJS.Signals): Promise<void>;
  /** Ends a process and keeps it down until `restart`. */
  halt(name: StackProcess, signal?: NodeJS.Signals): Promise<void>;
  /** Ready again when it resolves. */
  restart(name: StackProcess): Promise<void>;
  /** Gives a running role a failpoint; when it has died of that, it comes back without. */
  arm(role: Role | Second, failpoint: string): Promise<void>;
  /** A second relay or worker beside the first, with an environment of its own if it needs one. */
  startSecond(role: 'relay' | 'worker', env?: Readonly<Record<string, string>>): Promise<void>;
  /** With `nthStart` 2 it waits until the process has died once and come back. */
  waitReady(name: StackProcess, nthStart?: number): Promise<void>;
  isReady(name: StackProcess): boolean;
  starts(name: StackProcess): number;
  pid(name: StackProcess): number;
  logs(name: StackProcess | 'migrate' | 'catalogue'): string;
  stop(): Promise<void>;
}

interface Grounds {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  leave(): Promise<void>;
}

async function ownGrounds(supervisor: Supervisor, directory: string): Promise<Grounds> {
  const ports = { postgres: await freePort(), temporal: await freePort() };
  await startServers({ supervisor, directory, ports });
  return {
    databaseUrl: postgresUrl(ports.postgres, 'dialtone'),
    temporalAddress: `127.0.0.1:${ports.temporal}`,
    temporalNamespace: 'default',
    leave: async () => undefined,
  };
}

async function sharedGrounds(): Promise<Grounds> {
  const [database, temporalNamespace] = await Promise.all([freshDatabase(), freshNamespace()]);
  return {
    databaseUrl: database.url,
    temporalAddress: inject('temporalAddress'),
    temporalNamespace,
    leave: database.drop,
  };
}

function controls(supervisor: Supervisor, directory: string) {
  const find = (name: StackProcess): SupervisedProcess => supervisor.find(name);
  return {
    kill: (name: StackProcess, signal: NodeJS.Signals = 'SIGKILL') => find(name).kill(signal),
    halt: (name: StackProcess, signal?: NodeJS.Signals) => find(name).halt(signal),
    async restart(name: StackProcess) {
      const found = find(name);
      await found.halt();
      found.resume();
      await found.ready();
    },
    arm: (role: Role | Second, failpoint: string) =>
      find(role).ask({ type: 'arm', failpoint } satisfies Arm, 'armed'),
    waitReady: (name: StackProcess, nthStart?: number) => find(name).ready(nthStart),
    isReady: (name: StackProcess) => find(name).entry()?.state === 'ready',
    starts: (name: StackProcess) => find(name).starts(),
    pid: (name: StackProcess) => must(find(name).entry()?.pid, `the pid of ${name}`),
    logs: (name: string) => readFileSync(join(directory, 'logs', `${name}.log`), 'utf8'),
  };
}

/** A whole Dialtone for one test file: roles and network of its own, each a process that may be killed. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { roles = longRunningRoles, env = {}, envOf = {}, ownServers = false } = options;
  const { directory, removeAtEnd } = temporaryPlace();
  const { say = () => undefined, earlyExitsMax } = options;
  const supervisor = createSupervisor({
    ...{ directory, removeAtEnd, say },
    ...(earlyExitsMax !== undefined && { earlyExitsMax }),
  });
  let grounds: Grounds | undefined;
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    await grounds?.leave();
  };
  try {
    const ports = { api: await freePort(), network: await freePort() };
    const apiUrl = `http://127.0.0.1:${ports.api}`;
    const networkUrl = `http://127.0.0.1:${ports.network}`;
    const file = join(directory, 'network.jsonl');
    const [found] = await Promise.all([
      ownServers ? ownGrounds(supervisor, directory) : sharedGrounds(),
      supervisor.start(networkPlan({ port: ports.network, file, callbackUrl: apiUrl })),
    ]);
    grounds = found;
    const { databaseUrl, temporalAddress, temporalNamespace } = found;
    const around: RoleSurroundings = { ...found, networkUrl, apiPort: ports.api, env };
    const planOf = (role: Role, more: Readonly<Record<string, string>> = {}) =>
      rolePlan(role, { ...around, env: { ...env, ...envOf[role], ...more } });
    await supervisor.run(migratePlan(around));
    if (roles.includes('api')) {
      await supervisor.start(planOf('api'));
      if (options.demoCatalogue ?? true) await supervisor.run(demoCataloguePlan(apiUrl));
    }
    const others = roles.filter((role) => role !== 'api').map((role) => planOf(role));
    const more = Array.from({ length: (options.workers ?? 1) - 1 }, (_, index) => ({
      ...planOf('worker'),
      name: `worker${index + 2}`,
    }));
    await Promise.all([...others, ...more].map((plan) => supervisor.start(plan)));
    const controlled = controls(supervisor, directory);
    const seconds = new Set<string>(more.map(({ name }) => name));
    return {
      ...{ apiUrl, networkUrl, databaseUrl, temporalAddress, temporalNamespace },
      ...controlled,
      async startSecond(role, own) {
        const name: Second = `${role}2`;
        if (seconds.has(name)) return controlled.restart(name);
        seconds.add(name);
        await supervisor.start({ ...planOf(role, own), name });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
