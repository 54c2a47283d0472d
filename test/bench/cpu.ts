import { readdirSync, readFileSync } from 'node:fs';
import { readProcesses } from '../../temporal-dev/processesFile.ts';

const ticksPerSecond = 100;

/** Processor time so far in ms of each process that was started, children included, and of this one. */
export function cpuByProcess(directory: string): Record<string, number> {
  const stats = readStats();
  const timeOf = (pid: number): number =>
    stats.reduce((sum, one) => {
      if (one.pid === pid) return sum + one.ms;
      return one.parent === pid ? sum + timeOf(one.pid) : sum;
    }, 0);
  const { user, system } = process.cpuUsage();
  const started = readProcesses(directory)?.processes ?? [];
  return {
    load: (user + system) / 1_000,
    ...Object.fromEntries(started.map(({ name, pid }) => [name, timeOf(pid)])),
  };
}

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ms: number;
}

/** Nothing where the system has no /proc. */
function readStats(): Stat[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => statOf(Number(name)) ?? []);
  } catch {
    return [];
  }
}

/** Also the time of children that are gone. A process may end while we look. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), ms: (ticks * 1_000) / ticksPerSecond };
  } catch {
    return undefined;
  }
}
