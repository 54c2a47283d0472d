import { isDeepStrictEqual } from 'node:util';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import {
  type ActivityInterceptorsFactory,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import type { LimitedSystem } from '../drizzle/systemStore.ts';
import { domainQueue, orderQueue, systemQueue } from '../workflows/messages.ts';
import type { Activities } from './index.ts';
import { bundleWorkflows } from './workflowBundle.ts';

export interface WorkersOptions {
  readonly workflowSlots: number;
  readonly activitySlots: number;
  readonly cachedWorkflows: number;
  readonly domainRefreshMs: number;
  /** Asked again and again: a catalogue saved later may bring new domains. */
  readonly domains: () => Promise<readonly string[]>;
  /** Asked again and again: an operator may change limits. */
  readonly systems: () => Promise<readonly LimitedSystem[]>;
  readonly activities: Activities;
  /** Around every activity. */
  readonly interceptors: readonly ActivityInterceptorsFactory[];
  readonly log: Logger;
}

/** How a worker polls and how much it takes on at once. */
export const workerTuning = (
  options: Pick<WorkersOptions, 'workflowSlots' | 'activitySlots' | 'cachedWorkflows'>,
) =>
  ({
    maxConcurrentWorkflowTaskExecutions: options.workflowSlots,
    maxConcurrentActivityTaskExecutions: options.activitySlots,
    maxCachedWorkflows: options.cachedWorkflows,
    workflowTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 2, maximum: 8 },
    activityTaskPollerBehavior: { type: 'autoscaling', minimum: 1, initial: 2, maximum: 8 },
    // A dead worker's workflows move to another this soon.
    stickyQueueScheduleToStartTimeout: '2s',
    shutdownGraceTime: '5s',
    shutdownForceTime: '10s',
  }) as const satisfies Partial<WorkerOptions>;

/** Compression costs more than it saves where the server is on this machine. */
export async function connectWorker(): Promise<{ connection: NativeConnection; namespace: string }> {
  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const local = /^(localhost|127\.|\[::1\])/.test(connectionOptions.address ?? 'localhost');
  const connection = await NativeConnection.connect({
    ...connectionOptions,
    ...(local && { grpcCompression: { codec: 'none' } }),
  });
  return { connection, namespace };
}

/** What a queue's worker does beyond the common; changed, it is replaced. */
type Tuning = Partial<WorkerOptions>;

/** The server's own default. Without a number it would go on with the one it was told last. */
const unlimitedPerSecond = 100_000;

/** A system's own queue: steps only, as many and as often as the system stands. */
const systemTuning = ({ limits }: LimitedSystem, { activitySlots }: WorkersOptions): Tuning => ({
  maxTaskQueueActivitiesPerSecond: limits.callsPerSecond ?? unlimitedPerSecond,
  maxConcurrentActivityTaskExecutions: limits.concurrency ?? activitySlots,
});

async function wantedQueues(options: WorkersOptions, whole: Tuning): Promise<Map<string, Tuning>> {
  const [domains, systems] = await Promise.all([options.domains(), options.systems()]);
  return new Map([
    [orderQueue, whole],
    ...domains.map((domain): [string, Tuning] => [domainQueue(domain), whole]),
    ...systems.map((system): [string, Tuning] => [systemQueue(system.name), systemTuning(system, options)]),
  ]);
}

/**
 * One worker for the orders, one for each domain, and one for each system with limits, over one connection and
 * one bundle.
 */
export async function startWorkers(
  options: WorkersOptions,
): Promise<{ stop(): Promise<void>; failed: Promise<never> }> {
  const logger = loggerTo(options.log);
  Runtime.install({ logger, shutdownSignals: [] });
  const { connection, namespace } = await connectWorker();
  const workflowBundle = await bundleWorkflows(logger);
  const running = new Map<string, { worker: Worker; done: Promise<void>; tuning: Tuning }>();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });

  let stopping = false;
  const start = async (taskQueue: string, tuning: Tuning) => {
    const worker = await Worker.create({
      ...workerTuning(options),
      connection,
      namespace,
      taskQueue,
      activities: options.activities,
      interceptors: { activity: [...options.interceptors] },
      ...tuning,
    });
    const done = worker.run();
    done.catch(fail);
    running.set(taskQueue, { worker, done, tuning });
  };
  const whole: Tuning = { workflowBundle };
  const serve = async (queue: string, tuning: Tuning) => {
    const present = running.get(queue);
    if (present !== undefined && isDeepStrictEqual(present.tuning, tuning)) return;
    // A queue has one worker at a time in a process: the next one begins when the last has let go.
    if (present !== undefined) await ended(present);
    if (stopping) return;
    await start(queue, tuning);
    if (present !== undefined) options.log.info({ queue, ...tuning }, 'the limits of its system changed');
  };
  const adjust = async () => {
    const wanted = await wantedQueues(options, whole);
    await Promise.all([...wanted].map(([queue, tuning]) => serve(queue, tuning)));
  };

  await adjust();
  let adjusting: Promise<void> | undefined;
  const refresh = setInterval(() => {
    adjusting ??= adjust()
      .catch((error: unknown) => options.log.warn({ err: error }, 'the queues could not be looked up'))
      .finally(() => {
        adjusting = undefined;
      });
  }, options.domainRefreshMs);

  return {
    failed,
    async stop() {
      clearInterval(refresh);
      stopping = true;
      await adjusting;
      await Promise.allSettled([...running.values()].map(ended));
      await connection.close();
    },
  };
}

function ended({ worker, done }: { worker: Worker; done: Promise<void> }): Promise<void> {
  if (worker.getState() === 'RUNNING') worker.shutdown();
  return done;
}

const pinoLevels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's own news of every start and stop is for debugging only. */
const loggerTo = (log: Logger): DefaultLogger =>
  new DefaultLogger('INFO', ({ level, message, meta }) => {
    const { error: err, taskToken: _, ...rest } = meta ?? {};
    log[pinoLevels[level]]({ ...rest, ...(err instanceof Error && { err }) }, message);
  });
