import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';
import type { Stack, StackProcess } from './stack.ts';

/** Waits until a failpoint has frozen the process. */
export const paused = (stack: Stack, name: StackProcess): Promise<void> =>
  eventually(
    async () => {
      const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=', '-p', String(stack.pid(name))]);
      if (!stdout.startsWith('T')) throw new Error(`${name} is not paused: ${stdout}`);
    },
    { withinMs: 60_000 },
  );

export const goOn = (stack: Stack, name: StackProcess): void => {
  process.kill(stack.pid(name), 'SIGCONT');
};
