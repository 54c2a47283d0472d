import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { connectWorker, workerTuning } from '../../activities/worker.ts';
import { parseConfig } from '../../src/config.ts';
import { domainQueue, orderQueue } from '../../workflows/messages.ts';

const activities = {
  open: async () => {},
  settle: async () => {},
  step: async () => {},
};
export type BareActivities = typeof activities;

/** The yardstick's workers: settings, queues, connection and bundle as Dialtone's worker role has them. */
async function main(): Promise<void> {
  const logger = new DefaultLogger('WARN');
  Runtime.install({ logger, shutdownSignals: [] });
  const { connection, namespace } = await connectWorker();
  const workflowsPath = fileURLToPath(new URL('./bareWorkflows.ts', import.meta.url));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger });
  const tuning = workerTuning(parseConfig(process.env).worker);
  const queues = [orderQueue, ...['access', 'ip', 'cpe'].map(domainQueue)];
  const workers = await Promise.all(
    queues.map((taskQueue) =>
      Worker.create({ ...tuning, connection, namespace, taskQueue, workflowBundle, activities }),
    ),
  );
  const running = workers.map((worker) => worker.run());
  process.send?.({ type: 'ready' });
  await new Promise<void>((resolve) => {
    for (const sign of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(sign, () => resolve());
  });
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await connection.close();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
