import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isPortFree } from './ports.ts';

export interface ProcessEntry {
  readonly name: string;
  readonly pid: number;
  readonly state: 'starting' | 'ready';
  readonly port?: number;
  readonly url?: string;
  readonly data?: string;
  readonly log: string;
}

export interface ProcessesFile {
  readonly supervisor: number;
  readonly processes: readonly ProcessEntry[];
}

const fileIn = (directory: string): string => join(directory, 'processes.json');

/** Readers see the old file or the new one, never half of one. */
export function writeProcesses(directory: string, content: ProcessesFile): void {
  mkdirSync(directory, { recursive: true });
  const file = fileIn(directory);
  const next = `${file}.${process.pid}`;
  writeFileSync(next, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(next, file);
}

export const removeProcesses = (directory: string): void => rmSync(fileIn(directory), { force: true });

export function readProcesses(directory: string): ProcessesFile | undefined {
  try {
    return JSON.parse(readFileSync(fileIn(directory), 'utf8')) as ProcessesFile;
  } catch {
    return undefined;
  }
}

/** A process that ended but was not yet collected by its parent counts as gone. */
function isZombie(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** The pid of the `npm start` that uses this directory now; a reused pid alone proves nothing, a busy port does. */
export async function runningSupervisor(directory: string): Promise<number | undefined> {
  const found = readProcesses(directory);
  if (found === undefined || found.supervisor === process.pid || !isAlive(found.supervisor)) return undefined;
  for (const { port } of found.processes) {
    if (port !== undefined && !(await isPortFree(port))) return found.supervisor;
  }
  return undefined;
}
