import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isAlive } from './processesFile.ts';

/** What must not outlive the supervisor: processes in the order they were started, then files. */
export interface Charge {
  readonly processes: readonly { readonly pid: number; readonly signal: NodeJS.Signals }[];
  readonly remove: readonly string[];
}

const graceMs = 10_000;
const pollMs = 50;

let charge: Charge = { processes: [], remove: [] };

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}

async function end(pid: number, signal: NodeJS.Signals): Promise<void> {
  send(pid, signal);
  const deadline = Date.now() + graceMs;
  while (isAlive(pid) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, pollMs));
  if (isAlive(pid)) send(pid, 'SIGKILL');
}

/** One line per change. The pipe ends when the supervisor is gone, however it went, and forgets nothing until then. */
for await (const line of createInterface({ input: process.stdin })) charge = JSON.parse(line) as Charge;

for (const { pid, signal } of [...charge.processes].reverse()) await end(pid, signal);
for (const path of charge.remove) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
