import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import { freePort } from '../../temporal-dev/ports.ts';
import { isAlive } from '../../temporal-dev/processesFile.ts';
import { postgresUrl } from '../../temporal-dev/postgres.ts';
import { removePostgresData } from '../../temporal-dev/postgresPlace.ts';
import { ownEnvironment } from '../../temporal-dev/launch.ts';
import { inRepository } from '../../temporal-dev/repository.ts';
import { bundle, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';

/** `npm start` as a user has it, on ports and in a directory of its own. */

const place = mkdtempSync(join(tmpdir(), 'dialtone-start-'));
const directory = join(place, 'data');
mkdirSync(directory);
afterAll(() => {
  removePostgresData(directory);
  rmSync(place, { recursive: true, force: true });
});

async function settings() {
  const names = ['API_PORT', 'TEMPORAL_PORT', 'TEMPORAL_UI_PORT', 'NETWORK_PORT', 'POSTGRES_PORT'] as const;
  const ports: Record<string, string> = {};
  for (const name of names) ports[name] = String(await freePort());
  return ports;
}

const port = (ports: Record<string, string>, name: string): number => Number(must(ports[name], name));

/** Starts, and tells when the welcome is there. */
async function start(ports: Record<string, string>, ...args: string[]) {
  const env = {
    ...ownEnvironment(),
    ...ports,
    DIALTONE_DIR: directory,
    TEMPORAL_CLI_PATH: process.env.TEMPORAL_CLI_PATH ?? '',
  };
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', inRepository('temporal-dev', 'start.ts'), ...args],
    {
      cwd: inRepository('.'),
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  const keep = (text: Buffer): void => {
    output += text.toString();
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
  await eventually(() => expect(output).toContain('Dialtone is ready.'), { withinMs: 90_000 });
  const { processes } = JSON.parse(readFileSync(join(directory, 'processes.json'), 'utf8')) as {
    processes: { name: string; pid: number }[];
  };
  return {
    output: () => output,
    processes,
    async stop(): Promise<number | null> {
      child.kill('SIGINT');
      return ended;
    },
  };
}

test('Ctrl-C stops everything; a second start goes on with what was unfinished; --fresh begins anew', async () => {
  const ports = await settings();
  const client = clientOf({
    apiUrl: `http://127.0.0.1:${ports.API_PORT}`,
    networkUrl: `http://127.0.0.1:${ports.NETWORK_PORT}`,
    databaseUrl: postgresUrl(port(ports, 'POSTGRES_PORT'), 'dialtone'),
  });

  const first = await start(ports);
  expect(first.processes.map(({ name }) => name).sort()).toEqual([
    'api',
    'network',
    'postgres',
    'relay',
    'temporal',
    'worker',
  ]);
  await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 0 } }]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'inProgress');
  await eventually(
    async () => expect((await client.ledger()).map(({ system }) => system)).toContain('ipam'),
    { withinMs: 20_000 },
  );
  expect(await first.stop()).toBe(0);
  expect(first.processes.filter(({ pid }) => isAlive(pid))).toEqual([]);

  const second = await start(ports);
  await client.reaches(order, 'completed');
  const keys = (await client.ledger()).map(({ key }) => key);
  expect(new Set(keys).size).toBe(6);
  expect(keys).toHaveLength(6);
  expect(await second.stop()).toBe(0);

  const third = await start(ports, '--fresh');
  expect((await client.orderOf(order)).code).toBe('ResourceUnknown');
  expect(await client.ledger()).toEqual([]);
  expect(await third.stop()).toBe(0);
}, 240_000);
