import type { ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { must } from '../src/kernel/assert.ts';
import { describeExit, type Exit, exitOf, lastWords, launch, type ProcessPlan } from './launch.ts';
import type { ProcessEntry } from './processesFile.ts';

const readyWithinMsDefault = 60_000;
const stopWithinMsDefault = 10_000;
const probeEveryMs = 50;
const earlyExitsWithinMs = 60_000;

export class GaveUp extends Error {
  override readonly name = 'GaveUp';
}

export interface SupervisedProcess {
  readonly plan: ProcessPlan;
  readonly logFile: string;
  entry(): ProcessEntry | undefined;
  /** Resolves when the process is ready in its nth start or a later one; rejects when it never will be. */
  ready(nthStart?: number): Promise<void>;
  starts(): number;
  /** Says something over the channel and waits for the answer of the given type. */
  ask(message: object, answer: string): Promise<void>;
  /** Sends a signal and waits until the process is gone; the supervisor starts it again. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends the process and keeps it down until `resume`. */
  halt(signal?: NodeJS.Signals): Promise<void>;
  resume(): void;
}

export interface Surroundings {
  readonly logFile: string;
  readonly restartDelayMs: number;
  readonly earlyExitsMax: number;
  say(line: string): void;
  changed(): void;
  gaveUp(reason: GaveUp): void;
}

function send(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill(signal);
}

/** Resolves when the process says this over its channel. */
const messageFrom = (child: ChildProcess, type: string): Promise<void> =>
  new Promise((resolve) => {
    child.on('message', (message: { type?: unknown } | null) => {
      if (message?.type === type) resolve();
    });
  });

/** True when ready, false when the process ended or the time was up before. */
async function becomesReady(plan: ProcessPlan, child: ChildProcess, exited: Promise<Exit>): Promise<boolean> {
  const over = new AbortController();
  const ended = exited.then(() => false);
  const late = delay(plan.readyWithinMs ?? readyWithinMsDefault, false, { signal: over.signal });
  const answers = async (probe: () => Promise<void>): Promise<boolean> => {
    while (!over.signal.aborted) {
      try {
        await probe();
        return true;
      } catch {
        await delay(probeEveryMs);
      }
    }
    return false;
  };
  const says = async (): Promise<boolean> => {
    await messageFrom(child, 'ready');
    return true;
  };
  const ready = plan.ready === 'message' ? says() : answers(plan.ready);
  try {
    return await Promise.race([ready, ended, late]);
  } finally {
    over.abort();
    late.catch(() => undefined);
  }
}

/** Keeps one process alive from the moment it is made until it is halted or given up. */
export function superviseProcess(plan: ProcessPlan, around: Surroundings): SupervisedProcess {
  let wanted = true;
  let starts = 0;
  let current: { child: ChildProcess; exited: Promise<Exit>; ready: boolean } | undefined;
  let earlyExits: number[] = [];
  let fatal: GaveUp | undefined;
  let living: Promise<void> = Promise.resolve();
  let waiting: { nthStart: number; resolve: () => void; reject: (reason: GaveUp) => void }[] = [];

  function wake(): void {
    around.changed();
    answer();
  }

  function answer(): void {
    const [due, later] = [waiting, [] as typeof waiting];
    for (const one of due) {
      if (fatal !== undefined) one.reject(fatal);
      else if (!wanted) one.reject(new GaveUp(`${plan.name} was stopped`));
      else if (current?.ready && starts >= one.nthStart) one.resolve();
      else later.push(one);
    }
    waiting = later;
  }

  function giveUp(message: string): void {
    const words = lastWords(around.logFile);
    fatal = new GaveUp(words === '' ? message : `${message}\nIts last words:\n${words}`);
    wanted = false;
    wake();
    around.gaveUp(fatal);
  }

  async function liveOnce(before: string | undefined): Promise<string> {
    await plan.beforeStart?.();
    if (!wanted) return '';
    starts += 1;
    const child = launch(plan, around.logFile, starts);
    const exited = exitOf(child);
    const mine = { child, exited, ready: false };
    current = mine;
    if (before !== undefined) around.say(`${before}; started again as pid ${child.pid}`);
    wake();
    mine.ready = await becomesReady(plan, child, exited);
    if (mine.ready) wake();
    else send(child, 'SIGKILL');
    const exit = await exited;
    current = undefined;
    wake();
    if (!mine.ready) earlyExits.push(Date.now());
    return `${plan.name} (pid ${child.pid}) ${describeExit(exit)}${mine.ready ? '' : ' before it was ready'}`;
  }

  async function live(): Promise<void> {
    let before: string | undefined;
    while (wanted) {
      try {
        before = await liveOnce(before);
      } catch (error) {
        return giveUp(`${plan.name} could not be started: ${(error as Error).message}`);
      }
      earlyExits = earlyExits.filter((at) => at > Date.now() - earlyExitsWithinMs);
      if (wanted && earlyExits.length >= around.earlyExitsMax) {
        return giveUp(`${before}, ${earlyExits.length} times within a minute.`);
      }
      if (wanted) await delay(around.restartDelayMs);
    }
  }

  async function halt(signal: NodeJS.Signals = plan.stopSignal ?? 'SIGTERM'): Promise<void> {
    wanted = false;
    wake();
    const running = current;
    if (running !== undefined) {
      send(running.child, signal);
      const patience = setTimeout(
        () => send(running.child, 'SIGKILL'),
        plan.stopWithinMs ?? stopWithinMsDefault,
      );
      await running.exited;
      clearTimeout(patience);
    }
    await living;
  }

  living = live();
  return {
    plan,
    logFile: around.logFile,
    starts: () => starts,
    entry() {
      if (current?.child.pid === undefined) return undefined;
      return {
        name: plan.name,
        pid: current.child.pid,
        state: current.ready ? 'ready' : 'starting',
        ...(plan.port === undefined ? {} : { port: plan.port }),
        ...(plan.url === undefined ? {} : { url: plan.url }),
        ...(plan.data === undefined ? {} : { data: plan.data }),
        log: around.logFile,
      };
    },
    ready: (nthStart = 1) =>
      new Promise((resolve, reject) => {
        waiting.push({ nthStart, resolve, reject });
        answer();
      }),
    async ask(message, answer) {
      const { child, exited } = must(current, `a running ${plan.name}`);
      const answered = messageFrom(child, answer);
      child.send(message, () => undefined);
      const gone = exited.then((exit) => {
        throw new Error(`${plan.name} ${describeExit(exit)} before it answered ${answer}`);
      });
      await Promise.race([answered, gone]);
    },
    async kill(signal) {
      const running = current;
      if (running === undefined) return;
      send(running.child, signal);
      await running.exited;
    },
    halt,
    resume() {
      if (wanted) return;
      wanted = true;
      earlyExits = [];
      living = live();
    },
  };
}
