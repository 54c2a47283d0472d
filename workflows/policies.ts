import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';

/** Every Temporal option with its reason. Business timeouts come with the plan, not from here. */

/** Bookkeeping is short; two quick tries keep a hiccup of Postgres out of the history. */
export const bookkeeping = {
  scheduleToCloseTimeout: '5s',
  retry: { maximumAttempts: 2, initialInterval: '100ms' },
} as const satisfies LocalActivityOptions;

/** Postgres is down: the same work as a regular activity waits without limit, visible as pending in the UI. */
export const patientBookkeeping = {
  startToCloseTimeout: '20s',
  retry: { initialInterval: '1s', maximumInterval: '10s' },
} as const satisfies ActivityOptions;

/**
 * One scheduled activity is one attempt: the policy in the plan retries, on timers people can see. A cancelled
 * step is waited for, since it may still take effect.
 */
export const stepOptions = (callTimeoutMs: number, heartbeatTimeoutMs: number) =>
  ({
    startToCloseTimeout: callTimeoutMs * 3 + heartbeatTimeoutMs,
    heartbeatTimeout: heartbeatTimeoutMs,
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    retry: { maximumAttempts: 1 },
  }) as const satisfies ActivityOptions;

/** How often the row of a child is read that an earlier run started: quickly at first, then seldom, for days. */
export const joining = { fromMs: 5_000, upToMs: 300_000 } as const;
