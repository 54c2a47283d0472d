import { unreachable } from '../kernel/assert.ts';

/** Why a call has no good end. Classified once, in `activities/activation.ts`. */
export const errorClasses = [
  'transient',
  'throttled',
  'inDoubt',
  'refused',
  'invalid',
  'conflict',
  'drift',
  'lied',
  'unavailable',
  'ours',
  'unknown',
] as const;
export type ErrorClass = (typeof errorClasses)[number];

export interface RetryLimits {
  readonly attempts: number;
  readonly fromMs: number;
  readonly upToMs: number;
}

/** Frozen into each plan, so that a running order keeps the policy it began with. */
export interface RecoveryPolicy {
  readonly retry: RetryLimits;
  readonly outage: { readonly fromMs: number; readonly upToMs: number };
}

export interface Trouble {
  readonly verb: 'apply' | 'revoke';
  readonly class: ErrorClass;
  /** Tries that counted so far, this one included. */
  readonly attempts: number;
  /** Tries that cost nothing, because the outage was not the system's answer. */
  readonly outages: number;
  readonly retryAfterMs?: number;
  /** 0 up to 1, drawn by the caller: spreads the retries of many orders. */
  readonly jitter: number;
}

export type Recovery =
  | { readonly type: 'retry'; readonly afterMs: number; readonly attempt: number; readonly of: number | null }
  | { readonly type: 'undo' }
  | { readonly type: 'hold' };

export const costsAttempt = (errorClass: ErrorClass): boolean =>
  errorClass !== 'ours' && errorClass !== 'unavailable';

/** Doubles each time up to the cap; jitter takes away up to a quarter. */
function backoffMs(fromMs: number, upToMs: number, tries: number, jitter: number): number {
  const full = Math.min(upToMs, fromMs * 2 ** Math.min(tries - 1, 30));
  return Math.round(full * (1 - jitter / 4));
}

/** The next move after a call that did not end well. */
export function recover(policy: RecoveryPolicy, trouble: Trouble): Recovery {
  switch (trouble.class) {
    case 'transient':
    case 'throttled':
    case 'inDoubt': {
      if (trouble.attempts >= policy.retry.attempts) return { type: 'hold' };
      const backoff = backoffMs(policy.retry.fromMs, policy.retry.upToMs, trouble.attempts, trouble.jitter);
      const afterMs = Math.max(backoff, trouble.retryAfterMs ?? 0);
      return { type: 'retry', afterMs, attempt: trouble.attempts + 1, of: policy.retry.attempts };
    }
    case 'ours':
    case 'unavailable': {
      const { fromMs, upToMs } = policy.outage;
      const afterMs = backoffMs(fromMs, upToMs, Math.max(trouble.outages, 1), trouble.jitter);
      return { type: 'retry', afterMs, attempt: trouble.attempts + 1, of: null };
    }
    case 'refused':
    case 'invalid':
      return trouble.verb === 'apply' ? { type: 'undo' } : { type: 'hold' };
    case 'conflict':
    case 'drift':
    case 'lied':
    case 'unknown':
      return { type: 'hold' };
    default:
      return unreachable(trouble.class);
  }
}
