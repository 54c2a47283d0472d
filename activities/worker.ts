import { loadClientConnectConfig } from '@temporalio/envconfig';
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Logger } from 'pino';
import { domainQueue, orderQueue } from '../workflows/messages.ts';
import type { Activities } from './index.ts';
import { bundleWorkflows } from './workflowBundle.ts';

export interface WorkersOptions {
  readonly workflowSlots: number;
  readonly activitySlots: number;
  readonly cachedWorkflows: number;
  readonly domainRefreshMs: number;
  /** Asked again and again: a catalogue saved later may bring new domains. */
  readonly domains: () => Promise<readonly string[]>;
  readonly activities: Activities;
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

/** One worker for the orders and one for each domain, over one connection and one bundle. */
export async function startWorkers(
  options: WorkersOptions,
): Promise<{ stop(): Promise<void>; failed: Promise<never> }> {
  const logger = loggerTo(options.log);
  Runtime.install({ logger, shutdownSignals: [] });
  const { connection, namespace } = await connectWorker();
  const workflowBundle = await bundleWorkflows(logger);
  const running = new Map<string, { worker: Worker; done: Promise<void> }>();
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });

  const start = async (taskQueue: string) => {
    const worker = await Worker.create({
      ...workerTuning(options),
      connection,
      namespace,
      taskQueue,
      workflowBundle,
      activities: options.activities,
    });
    const done = worker.run();
    done.catch(fail);
    running.set(taskQueue, { worker, done });
  };
  const startMissing = async () => {
    const wanted = [orderQueue, ...(await options.domains()).map(domainQueue)];
    await Promise.all(wanted.filter((queue) => !running.has(queue)).map(start));
  };

  await startMissing();
  const refresh = setInterval(() => {
    startMissing().catch((error: unknown) =>
      options.log.warn({ err: error }, 'the domains could not be looked up'),
    );
  }, options.domainRefreshMs);

  return {
    failed,
    async stop() {
      clearInterval(refresh);
      const all = [...running.values()];
      for (const { worker } of all) if (worker.getState() === 'RUNNING') worker.shutdown();
      await Promise.allSettled(all.map(({ done }) => done));
      await connection.close();
    },
  };
}

const pinoLevels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;

/** Temporal's own news of every start and stop is for debugging only. */
const loggerTo = (log: Logger): DefaultLogger =>
  new DefaultLogger('INFO', ({ level, message, meta }) => {
    const { error: err, taskToken: _, ...rest } = meta ?? {};
    log[pinoLevels[level]]({ ...rest, ...(err instanceof Error && { err }) }, message);
  });
