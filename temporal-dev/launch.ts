import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { repository } from './repository.ts';

export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** A process to keep alive: what to run, and how to tell that it is ready. */
export interface ProcessPlan {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Added to our own environment; `start` counts from one. */
  readonly env?: (start: number) => Readonly<Record<string, string>>;
  readonly user?: SystemUser;
  readonly workingDirectory?: string;
  /** `message`: it says `{ type: 'ready' }` over its channel; else asked until the promise resolves. */
  readonly ready: 'message' | (() => Promise<void>);
  readonly readyWithinMs?: number;
  readonly stopSignal?: NodeJS.Signals;
  readonly stopWithinMs?: number;
  readonly beforeStart?: () => Promise<void>;
  readonly port?: number;
  readonly url?: string;
  readonly data?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Settings of the caller's shell that would lead our own servers astray. */
const foreign = /^(TEMPORAL_|VITEST|DATABASE_URL$|FAILPOINT$|NODE_OPTIONS$|NODE_V8_COVERAGE$|PG[A-Z]+$)/;

export const ownEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || foreign.test(name) ? [] : [[name, value]],
    ),
  );

/**
 * Starts a process in a session of its own, so that Ctrl-C reaches only the supervisor, which stops all in order.
 * Its output goes straight to the log file: it never waits for us to read.
 */
export function launch(plan: ProcessPlan, logFile: string, start: number): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, start === 1 ? 'w' : 'a');
  const stdio = plan.ready === 'message' ? ['ignore', log, log, 'ipc'] : ['ignore', log, log];
  try {
    return spawn(plan.command, plan.args, {
      cwd: plan.workingDirectory ?? repository,
      env: { ...ownEnvironment(), ...plan.env?.(start) },
      stdio: stdio as ('ignore' | 'ipc' | number)[],
      detached: true,
      ...plan.user,
    });
  } finally {
    closeSync(log);
  }
}

/** Resolves when the process is gone, also when it never came to be. */
export const exitOf = (child: ChildProcess): Promise<Exit> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: 127, signal: null });
    });
  });

export const describeExit = ({ code, signal }: Exit): string =>
  signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;

const lastWordsLines = 20;

export function lastWords(logFile: string): string {
  if (!existsSync(logFile)) return '';
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-lastWordsLines).join('\n');
}
