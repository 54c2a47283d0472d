import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { must } from '../src/kernel/assert.ts';
import {
  describeExit,
  type Exit,
  exitOf,
  lastWords,
  launch,
  ownEnvironment,
  type ProcessPlan,
} from './launch.ts';
import { removeProcesses, writeProcesses } from './processesFile.ts';
import { nodeArguments, repository } from './repository.ts';
import { GaveUp, type SupervisedProcess, superviseProcess } from './supervisedProcess.ts';
import type { Charge } from './watchdog.ts';

export interface SupervisorOptions {
  /** Where `processes.json` and `logs/` go. */
  readonly directory: string;
  readonly say?: (line: string) => void;
  readonly restartDelayMs?: number;
  /** So many deaths within a minute before it was ready, and a process is given up. */
  readonly earlyExitsMax?: number;
  /** Removed at the end, also when the supervisor itself was killed. */
  readonly removeAtEnd?: readonly string[];
}

export interface Supervisor {
  /** Starts a process and waits until it is ready; rejects with `GaveUp`. */
  start(plan: ProcessPlan): Promise<SupervisedProcess>;
  /** Runs a process to its end, which must be exit code 0. */
  run(plan: ProcessPlan): Promise<void>;
  find(name: string): SupervisedProcess;
  /** Resolves when a process that was once ready cannot be kept alive. */
  readonly gaveUp: Promise<GaveUp>;
  /** Ends all in reverse order of their start. */
  stop(): Promise<void>;
  killAll(): void;
}

interface Watchdog {
  charge(content: Charge): void;
  release(): void;
}

/** Ends what we started if this process dies without a chance to do so itself. */
function startWatchdog(): Watchdog {
  const watchdog = spawn(process.execPath, nodeArguments('temporal-dev/watchdog.ts'), {
    cwd: repository,
    env: ownEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  (watchdog.stdin as Socket).unref();
  watchdog.stdin.on('error', () => undefined);
  return {
    charge: (content) => watchdog.stdin.write(`${JSON.stringify(content)}\n`),
    release: () => watchdog.stdin.end(`${JSON.stringify({ processes: [], remove: [] } satisfies Charge)}\n`),
  };
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { directory, say = () => undefined, removeAtEnd = [] } = options;
  const { restartDelayMs = 300, earlyExitsMax = 3 } = options;
  const supervised: SupervisedProcess[] = [];
  const passing = new Map<string, { readonly child: ChildProcess; readonly exited: Promise<Exit> }>();
  const watchdog = startWatchdog();
  let stopping: Promise<void> | undefined;
  let stopped = false;
  let tellGaveUp: (reason: GaveUp) => void = () => undefined;
  const gaveUp = new Promise<GaveUp>((resolve) => {
    tellGaveUp = resolve;
  });

  const logFile = (name: string): string => join(directory, 'logs', `${name}.log`);

  function changed(): void {
    if (stopped) return;
    const running = supervised.flatMap((one) => one.entry() ?? []);
    const runningOnce = [...passing].map(([name, { child }]) => ({
      name,
      pid: must(child.pid, `the pid of ${name}`),
      state: 'starting' as const,
      log: logFile(name),
    }));
    writeProcesses(directory, { supervisor: process.pid, processes: [...running, ...runningOnce] });
    watchdog.charge({
      processes: [
        ...running.map(({ name, pid }) => ({ pid, signal: find(name).plan.stopSignal ?? 'SIGTERM' })),
        ...runningOnce.map(({ pid }) => ({ pid, signal: 'SIGTERM' as const })),
      ],
      remove: [join(directory, 'processes.json'), ...removeAtEnd],
    });
  }

  function find(name: string): SupervisedProcess {
    return must(
      supervised.find(({ plan }) => plan.name === name),
      `a process named ${name}`,
    );
  }

  async function start(plan: ProcessPlan): Promise<SupervisedProcess> {
    if (stopping !== undefined) throw new GaveUp(`${plan.name} was stopped`);
    const one = superviseProcess(plan, {
      logFile: logFile(plan.name),
      restartDelayMs,
      earlyExitsMax,
      say,
      changed,
      gaveUp: tellGaveUp,
    });
    supervised.push(one);
    await one.ready();
    return one;
  }

  async function run(plan: ProcessPlan): Promise<void> {
    if (stopping !== undefined) throw new GaveUp(`${plan.name} was stopped`);
    const child = launch(plan, logFile(plan.name), 1);
    const exited = exitOf(child);
    if (child.pid !== undefined) passing.set(plan.name, { child, exited });
    changed();
    const exit = await exited;
    passing.delete(plan.name);
    changed();
    if (exit.code === 0) return;
    throw new GaveUp(
      `${plan.name} ${describeExit(exit)}.\nIts last words:\n${lastWords(logFile(plan.name))}`,
    );
  }

  async function stopAll(): Promise<void> {
    for (const { child, exited } of passing.values()) {
      child.kill('SIGTERM');
      await exited;
    }
    for (const one of [...supervised].reverse()) await one.halt();
    stopped = true;
    for (const path of removeAtEnd) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
    removeProcesses(directory);
    watchdog.release();
  }

  return {
    start,
    run,
    find,
    gaveUp,
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
    killAll() {
      for (const one of supervised) void one.halt('SIGKILL');
      for (const { child } of passing.values()) child.kill('SIGKILL');
    },
  };
}
