import { z } from 'zod';

const count = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const millis = count;
/** 0 stands for ever. */
const days = (fallback: number) => z.coerce.number().int().min(0).default(fallback);
const names = z.string().transform((text) =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
);

/** Every variable Dialtone reads, with its default. Temporal's own `TEMPORAL_*` variables are read by its SDK. */
const environment = z.object({
  DATABASE_URL: z.string().min(1, 'set DATABASE_URL to a Postgres 15 or newer'),
  API_HOST: z.string().default('127.0.0.1'),
  API_PORT: count(8080),
  /** The domains a worker serves; empty means all that the saved catalogues name. */
  WORKER_DOMAINS: names.default([]),
  WORKER_WORKFLOW_SLOTS: count(40),
  WORKER_ACTIVITY_SLOTS: count(100),
  WORKER_CACHED_WORKFLOWS: count(1_000),
  DATABASE_POOL: count(10),
  DATABASE_STATEMENT_TIMEOUT_MS: millis(10_000),
  STEP_CALL_TIMEOUT_MS: millis(30_000),
  STEP_HEARTBEAT_TIMEOUT_MS: millis(5_000),
  RETRY_FROM_MS: millis(1_000),
  RETRY_UP_TO_MS: millis(120_000),
  RETRY_ATTEMPTS: count(8),
  OUTAGE_RETRY_FROM_MS: millis(1_000),
  OUTAGE_RETRY_UP_TO_MS: millis(600_000),
  BREAKER_FAILURES: count(5),
  BREAKER_OPEN_MS: millis(30_000),
  BREAKER_OPEN_UP_TO_MS: millis(300_000),
  /** For systems that report later, where the catalogue does not say: a day, and every ten minutes. */
  REPORT_WITHIN_MS: millis(86_400_000),
  REPORT_POLL_MS: millis(600_000),
  /** After a call whose end nobody heard: how long it may still take effect, and how often that is looked for. */
  WATCH_FOR_MS: millis(600_000),
  WATCH_EVERY_MS: millis(30_000),
  OPEN_CHILDREN_MAX: count(200),
  /** A run of a service order with a longer history goes on as a new one; sooner where Temporal suggests it. */
  HISTORY_EVENTS_MAX: count(5_000),
  PLAN_SERVICE_ITEMS_MAX: count(1_000),
  DISPATCH_DELAY_MS: millis(2_000),
  RELAY_INTERVAL_MS: millis(500),
  RELAY_LEASE_MS: millis(30_000),
  SWEEP_INTERVAL_MS: millis(30_000),
  SWEEP_AFTER_MS: millis(10_000),
  RETENTION_INTERVAL_MS: millis(3_600_000),
  IDEMPOTENCY_DAYS: days(7),
  DEAD_LETTER_DAYS: days(90),
  DOMAIN_REFRESH_MS: millis(10_000),
  BODY_LIMIT_BYTES: count(1_048_576),
  PAGE_SIZE_DEFAULT: count(100),
  PAGE_SIZE_MAX: count(1_000),
  /** Where role migrate learns of the systems: a file of names, and the address they all live below. */
  SYSTEMS_FILE: z.string().default(''),
  NETWORK_URL: z.string().default('http://127.0.0.1:8090'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Tests only: `name:action@nth`, see `main.ts`. */
  FAILPOINT: z.string().default(''),
});

export type Config = ReturnType<typeof parseConfig>;

export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
}

export function parseConfig(env: Readonly<Record<string, string | undefined>>) {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigInvalid(`configuration: ${lines.join('; ')}`);
  }
  const e = parsed.data;
  return {
    databaseUrl: e.DATABASE_URL,
    databasePool: e.DATABASE_POOL,
    statementTimeoutMs: e.DATABASE_STATEMENT_TIMEOUT_MS,
    apiHost: e.API_HOST,
    apiPort: e.API_PORT,
    bodyLimitBytes: e.BODY_LIMIT_BYTES,
    pageSizeDefault: e.PAGE_SIZE_DEFAULT,
    pageSizeMax: e.PAGE_SIZE_MAX,
    worker: {
      domains: e.WORKER_DOMAINS,
      workflowSlots: e.WORKER_WORKFLOW_SLOTS,
      activitySlots: e.WORKER_ACTIVITY_SLOTS,
      /** What one system without limits may hold of a domain's slots: half. */
      systemSlots: Math.ceil(e.WORKER_ACTIVITY_SLOTS / 2),
      cachedWorkflows: e.WORKER_CACHED_WORKFLOWS,
      domainRefreshMs: e.DOMAIN_REFRESH_MS,
    },
    breaker: {
      failures: e.BREAKER_FAILURES,
      openMs: e.BREAKER_OPEN_MS,
      openUpToMs: e.BREAKER_OPEN_UP_TO_MS,
      probeMs: e.STEP_CALL_TIMEOUT_MS * 3 + e.STEP_HEARTBEAT_TIMEOUT_MS,
    },
    relay: { intervalMs: e.RELAY_INTERVAL_MS, leaseMs: e.RELAY_LEASE_MS },
    /** How often open orders are looked at for a missing run, and how old they are by then. */
    sweep: { intervalMs: e.SWEEP_INTERVAL_MS, afterMs: e.SWEEP_AFTER_MS },
    retention: {
      intervalMs: e.RETENTION_INTERVAL_MS,
      idempotencyDays: e.IDEMPOTENCY_DAYS,
      deadLetterDays: e.DEAD_LETTER_DAYS,
    },
    watch: { forMs: e.WATCH_FOR_MS, everyMs: e.WATCH_EVERY_MS },
    dispatchDelayMs: e.DISPATCH_DELAY_MS,
    planServiceItemsMax: e.PLAN_SERVICE_ITEMS_MAX,
    /** Goes into every plan, so that a running order keeps the limits it began with. */
    plan: {
      openChildrenMax: e.OPEN_CHILDREN_MAX,
      step: {
        callTimeoutMs: e.STEP_CALL_TIMEOUT_MS,
        heartbeatTimeoutMs: e.STEP_HEARTBEAT_TIMEOUT_MS,
        historyEventsMax: e.HISTORY_EVENTS_MAX,
      },
      policy: {
        retry: { attempts: e.RETRY_ATTEMPTS, fromMs: e.RETRY_FROM_MS, upToMs: e.RETRY_UP_TO_MS },
        outage: { fromMs: e.OUTAGE_RETRY_FROM_MS, upToMs: e.OUTAGE_RETRY_UP_TO_MS },
        reports: { withinMs: e.REPORT_WITHIN_MS, pollMs: e.REPORT_POLL_MS },
      },
    },
    systemsFile: e.SYSTEMS_FILE,
    networkUrl: e.NETWORK_URL,
    logLevel: e.LOG_LEVEL,
    failpoint: e.FAILPOINT,
  } as const;
}
