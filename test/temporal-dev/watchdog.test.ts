import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test, vi } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import { isAlive, readProcesses } from '../../temporal-dev/processesFile.ts';
import { inRepository, nodeArguments } from '../../temporal-dev/repository.ts';
import { temporaryDirectory } from './fakeProcess.ts';

let directory: string;
beforeEach(() => {
  directory = temporaryDirectory();
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('when the supervisor is killed, nothing that it started stays, nor what it was to remove', async () => {
  const doomed = join(directory, 'data');
  const script = join(directory, 'supervise.mts');
  writeFileSync(
    script,
    `import { mkdirSync } from 'node:fs';
     import { createSupervisor } from '${inRepository('temporal-dev', 'supervisor.ts')}';
     mkdirSync('${doomed}');
     const supervisor = createSupervisor({ directory: '${directory}', removeAtEnd: ['${doomed}'] });
     await supervisor.start({
       name: 'postgres', command: process.execPath, args: ['-e', 'setInterval(() => undefined, 1000)'],
       ready: async () => undefined,
     });`,
  );
  const [loaderFlag = '', loader = ''] = nodeArguments('');
  const parent = spawn(process.execPath, [loaderFlag, loader, script], { stdio: 'inherit' });
  await vi.waitUntil(() => readProcesses(directory)?.processes[0]?.state === 'ready', { timeout: 20_000 });
  const { pid } = must(readProcesses(directory)?.processes[0], 'the process');

  parent.kill('SIGKILL');

  await vi.waitUntil(() => !isAlive(pid) && !existsSync(doomed), { timeout: 20_000 });
  await vi.waitUntil(() => readProcesses(directory) === undefined, { timeout: 5_000 });
}, 45_000);
