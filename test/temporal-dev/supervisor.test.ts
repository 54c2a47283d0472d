import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import { isAlive, readProcesses } from '../../temporal-dev/processesFile.ts';
import { createSupervisor, type Supervisor } from '../../temporal-dev/supervisor.ts';
import { fakePlan, staysReady, temporaryDirectory } from './fakeProcess.ts';

let directory: string;
let supervisor: Supervisor;
let said: string[];

beforeEach(() => {
  directory = temporaryDirectory();
  said = [];
  supervisor = createSupervisor({ directory, restartDelayMs: 1, say: (line) => said.push(line) });
});

afterEach(async () => {
  await supervisor.stop();
  rmSync(directory, { recursive: true, force: true });
});

const pidOf = (name: string): number =>
  must(readProcesses(directory)?.processes.find((entry) => entry.name === name)?.pid, `the pid of ${name}`);

describe('a process that was ready', () => {
  test('is started again when it is killed, and the terminal says so', async () => {
    const relay = await supervisor.start(fakePlan('relay', staysReady));
    const before = pidOf('relay');
    await relay.kill('SIGKILL');
    await relay.ready(2);
    const after = pidOf('relay');
    expect(after).not.toBe(before);
    expect(said).toEqual([`relay (pid ${before}) was ended by SIGKILL; started again as pid ${after}`]);
  });

  test('is started again when it ends by itself, however often', async () => {
    const script = `process.send({ type: 'ready' }, () => process.exit(3));`;
    const worker = await supervisor.start(fakePlan('worker', script));
    await worker.ready(5);
    expect(said[0]).toMatch(/^worker \(pid \d+\) ended with exit code 3; started again as pid \d+$/);
  });

  test('stays down while it is halted, and comes back when it is resumed', async () => {
    const api = await supervisor.start(fakePlan('api', staysReady));
    await api.halt('SIGKILL');
    expect(readProcesses(directory)?.processes).toEqual([]);
    api.resume();
    await api.ready();
    expect(api.starts()).toBe(2);
  });
});

describe('a process that is asked', () => {
  const onMessage = (reaction: string): string =>
    `process.on('message', (message) => ${reaction}); ${staysReady}`;

  test('was told when its answer is here', async () => {
    const file = join(directory, 'told');
    const reaction = `{ require('node:fs').writeFileSync('${file}', message.text); process.send({ type: 'told' }); }`;
    const relay = await supervisor.start(fakePlan('relay', onMessage(reaction)));
    await relay.ask({ type: 'tell', text: 'relay.sent:kill' }, 'told');
    expect(readFileSync(file, 'utf8')).toBe('relay.sent:kill');
  });

  test('and ends instead is one clear failure', async () => {
    const relay = await supervisor.start(fakePlan('relay', onMessage('process.exit(3)')));
    await expect(relay.ask({ type: 'tell' }, 'told')).rejects.toThrow(
      'relay ended with exit code 3 before it answered told',
    );
  });
});

describe('a process that never becomes ready', () => {
  test('is given up after its third exit, with its last words', async () => {
    const script = `console.error('no database at hand'); process.exit(7);`;
    await expect(supervisor.start(fakePlan('api', script))).rejects.toThrow(
      /^api \(pid \d+\) ended with exit code 7 before it was ready, 3 times within a minute\.\nIts last words:\n(no database at hand\n?){3}$/,
    );
    expect((await supervisor.gaveUp).name).toBe('GaveUp');
    expect(said).toHaveLength(2);
  });

  test('is ended and counted when its time is up', async () => {
    const plan = fakePlan('worker', 'setInterval(() => undefined, 1000)', { readyWithinMs: 20 });
    await expect(supervisor.start(plan)).rejects.toThrow(/was ended by SIGKILL before it was ready/);
  });

  test('whose program is missing is one clear failure', async () => {
    const plan = { ...fakePlan('temporal', ''), command: join(directory, 'nowhere') };
    await expect(supervisor.start(plan)).rejects.toThrow(/^temporal .*exit code 127/);
  });
});

describe('a process that runs once', () => {
  test('is waited for', async () => {
    const file = join(directory, 'migrated');
    await supervisor.run(
      fakePlan('migrate', `require('node:fs').writeFileSync('${file}', '')`, {
        ready: async () => undefined,
      }),
    );
    expect(existsSync(file)).toBe(true);
  });

  test('fails with its last words', async () => {
    const plan = fakePlan('migrate', `console.log('no such role'); process.exit(1);`, {
      ready: async () => undefined,
    });
    await expect(supervisor.run(plan)).rejects.toThrow(
      'migrate ended with exit code 1.\nIts last words:\nno such role',
    );
  });
});

test('processes.json names every process with its pid and port', async () => {
  await supervisor.start(fakePlan('network', staysReady, { port: 8090, url: 'http://localhost:8090' }));
  const [network] = must(readProcesses(directory), 'processes.json').processes;
  expect(readProcesses(directory)?.supervisor).toBe(process.pid);
  expect(network).toEqual({
    name: 'network',
    pid: pidOf('network'),
    state: 'ready',
    port: 8090,
    url: 'http://localhost:8090',
    log: join(directory, 'logs', 'network.log'),
  });
  expect(isAlive(pidOf('network'))).toBe(true);
});

test('stop ends all in reverse order of their start and removes processes.json', async () => {
  const file = join(directory, 'order');
  const tells = (name: string): string => `
    process.on('SIGTERM', () => { require('node:fs').appendFileSync('${file}', '${name} '); process.exit(0); });
    ${staysReady}`;
  for (const name of ['postgres', 'temporal', 'api']) await supervisor.start(fakePlan(name, tells(name)));
  const pids = ['postgres', 'temporal', 'api'].map(pidOf);
  await supervisor.stop();
  expect(readFileSync(file, 'utf8')).toBe('api temporal postgres ');
  expect(pids.filter(isAlive)).toEqual([]);
  expect(readProcesses(directory)).toBeUndefined();
});

test('a process that does not listen to its stop signal is killed when its time is up', async () => {
  const deaf = `process.on('SIGTERM', () => undefined); ${staysReady}`;
  await supervisor.start(fakePlan('worker', deaf, { stopWithinMs: 30 }));
  const pid = pidOf('worker');
  await supervisor.stop();
  expect(isAlive(pid)).toBe(false);
});

test('a start that is stopped is refused at once', async () => {
  const starting = supervisor.start(fakePlan('api', 'setInterval(() => undefined, 1000)'));
  const refused = expect(starting).rejects.toThrow('api was stopped');
  await vi.waitUntil(() => (readProcesses(directory)?.processes.length ?? 0) > 0);
  await supervisor.stop();
  await refused;
});
