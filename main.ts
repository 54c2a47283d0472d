import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { connectDatabase, type Database } from './drizzle/client.ts';
import { type Config, parseConfig } from './src/config.ts';
import { createFailpoint } from './temporal-dev/failpoint.ts';

/**
 * Composition root: reads the configuration, builds everything, and runs one role until it is told to stop.
 * A role imports its own modules only, so that a process that died is back in half the time.
 */

interface Running {
  stop(): Promise<void>;
  /** Rejects when the role cannot go on. */
  readonly failed?: Promise<never>;
}

const connect = (config: Config, name: string) =>
  connectDatabase({
    url: config.databaseUrl,
    pool: config.databasePool,
    statementTimeoutMs: config.statementTimeoutMs,
    name,
  });

const logger = (config: Config, role: string) => pino({ level: config.logLevel, base: { role } });

/** A person waits for the answer. */
const lookTimeoutMs = 3_000;

const roles = {
  async migrate(config: Config): Promise<null> {
    const { migrateDatabase } = await import('./drizzle/migrate.ts');
    const { saveSystems, systemsOf } = await import('./drizzle/systemStore.ts');
    const { registerSearchAttributes } = await import('./workflows/client.ts');
    await migrateDatabase(config.databaseUrl);
    const { db, close } = connect(config, 'migrate');
    const { systemsFile, networkUrl } = config;
    if (systemsFile !== '') await saveSystems(db, systemsOf(readFileSync(systemsFile, 'utf8'), networkUrl));
    await close();
    await registerSearchAttributes();
    return null;
  },

  async api(config: Config): Promise<Running> {
    const { serve } = await import('@hono/node-server');
    const { createAdapters } = await import('./activities/adapters/index.ts');
    const { createLook } = await import('./activities/look.ts');
    const { createCallbackDeliverer } = await import('./api/activation/deliverer.ts');
    const { createApp } = await import('./api/app.ts');
    const { createCancelTeller } = await import('./api/cancelling/teller.ts');
    const { newOrderId } = await import('./api/orderId.ts');
    const { createStarter } = await import('./api/starter.ts');
    const { answerUnreadable } = await import('./api/unreadable.ts');
    const { schemaIsCurrent } = await import('./drizzle/migrate.ts');
    const { openWorkflowDoor } = await import('./workflows/client.ts');
    const log = logger(config, 'api');
    const { db, close } = connect(config, 'api');
    const workflows = await openWorkflowDoor();
    const failpoint = createFailpoint(config.failpoint);
    const starter = createStarter({ db, log, workflows, failpoint });
    const deliverer = createCallbackDeliverer({ db, log, workflows });
    const cancels = createCancelTeller({ db, log, workflows, failpoint });
    const app = createApp({
      db,
      config,
      log,
      clock: () => new Date(),
      newOrderId,
      startOrder: starter.startOrder,
      deliverCallback: deliverer.deliverCallback,
      operate: workflows,
      look: createLook({ db, adapterFor: createAdapters(lookTimeoutMs) }),
      startServiceOrder: starter.startServiceOrder,
      tellCancel: cancels.tellCancel,
      failpoint,
      temporalReachable: workflows.reachable,
      schemaIsCurrent: () => schemaIsCurrent(db),
    });
    const server = await new Promise<ReturnType<typeof serve>>((resolve, reject) => {
      const serverOptions = { headersTimeout: 10_000, requestTimeout: 30_000 };
      const options = { fetch: app.fetch, hostname: config.apiHost, port: config.apiPort, serverOptions };
      const listening = serve(options, () => resolve(listening));
      listening.on('error', reject);
      listening.on('clientError', answerUnreadable);
    });
    return {
      async stop() {
        await new Promise((resolve) => server.close(resolve));
        await Promise.all([starter.drained(), deliverer.drained(), cancels.drained()]);
        await workflows.close();
        await close();
      },
    };
  },

  async relay(config: Config): Promise<Running> {
    const { createAdapters } = await import('./activities/adapters/index.ts');
    const { startBulk } = await import('./activities/relay/bulk.ts');
    const { startRelay } = await import('./activities/relay/relay.ts');
    const { startWatches } = await import('./activities/relay/watches.ts');
    const { startSweep } = await import('./activities/relay/sweep.ts');
    const { startRetention } = await import('./activities/relay/retention.ts');
    const { openWorkflowDoor } = await import('./workflows/client.ts');
    const log = logger(config, 'relay');
    const { db, close } = connect(config, 'relay');
    await refuseOlderSchema(db);
    const workflows = await openWorkflowDoor();
    const failpoint = createFailpoint(config.failpoint);
    const relay = startRelay({ db, log, workflows, ...config.relay, failpoint });
    const bulk = startBulk({ db, log, workflows, ...config.relay, failpoint });
    const watches = startWatches({
      db,
      log,
      intervalMs: config.relay.intervalMs,
      everyMs: config.watch.everyMs,
      breaker: config.breaker,
      adapterFor: createAdapters(config.plan.step.callTimeoutMs),
    });
    const sweep = startSweep({ db, log, workflows, ...config.sweep });
    const retention = startRetention({ db, log, ...config.retention });
    return {
      async stop() {
        const loops = [relay, bulk, sweep, watches, retention];
        await Promise.all(loops.map((loop) => loop.stop()));
        await workflows.close();
        await close();
      },
    };
  },

  async worker(config: Config): Promise<Running> {
    const { createAdapters } = await import('./activities/adapters/index.ts');
    const { reportDefects } = await import('./activities/defects.ts');
    const { createActivities } = await import('./activities/index.ts');
    const { startWorkers } = await import('./activities/worker.ts');
    const { createPlaces } = await import('./activities/places.ts');
    const { limitedSystems, savedDomains } = await import('./drizzle/systemStore.ts');
    const { systemQueue } = await import('./workflows/messages.ts');
    const log = logger(config, 'worker');
    const { db, close } = connect(config, 'worker');
    await refuseOlderSchema(db);
    const activities = createActivities({
      db,
      log,
      planSettings: config.plan,
      serviceItemsMax: config.planServiceItemsMax,
      breaker: config.breaker,
      watch: config.watch,
      places: createPlaces({
        most: config.worker.systemSlots,
        waitMs: 1_000,
        isOwnQueue: (queue, system) => queue === systemQueue(system),
      }),
      adapterFor: createAdapters(config.plan.step.callTimeoutMs),
      failpoint: createFailpoint(config.failpoint),
    });
    const domains = () =>
      config.worker.domains.length > 0 ? Promise.resolve(config.worker.domains) : savedDomains(db);
    const workers = await startWorkers({
      ...config.worker,
      domains,
      systems: () => limitedSystems(db),
      activities,
      interceptors: [reportDefects({ db, log })],
      log,
    });
    return {
      failed: workers.failed,
      async stop() {
        await workers.stop();
        await close();
      },
    };
  },
} as const;

async function refuseOlderSchema(db: Database): Promise<void> {
  const { schemaIsCurrent } = await import('./drizzle/migrate.ts');
  if (!(await schemaIsCurrent(db)))
    throw new Error('the database is older than this code: run the role migrate first');
}

const isRole = (name: string): name is keyof typeof roles => Object.hasOwn(roles, name);

/** A parent that started this process over IPC is told when it is ready, and takes it along when it goes. */
async function main(name = ''): Promise<void> {
  if (!isRole(name)) throw new Error(`main.ts wants a role: ${Object.keys(roles).join(', ')}`);
  const running = await roles[name](parseConfig(process.env));
  if (running === null) return;
  process.send?.({ type: 'ready' });
  const told = new Promise<void>((resolve) => {
    for (const sign of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(sign, () => resolve());
  });
  try {
    await (running.failed ? Promise.race([told, running.failed]) : told);
  } finally {
    await running.stop();
  }
  process.disconnect?.();
}

main(process.argv[2]).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(
      error instanceof Error ? `${error.message}${error.cause ? ` (${error.cause})` : ''}` : error,
    );
    process.exit(1);
  },
);
