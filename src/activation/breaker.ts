/** When calls to a system are let go, and when they wait because it is known to be away. */

export interface BreakerSettings {
  /** So many attempts in a row without an answer open the breaker. */
  readonly failures: number;
  /** How long it stays open before a probe; doubled by every probe in vain, up to the limit. */
  readonly openMs: number;
  readonly openUpToMs: number;
  /** The longest that a probe may take: the next one waits as long, should its worker die. */
  readonly probeMs: number;
}

export interface SystemHealth {
  /** Attempts in a row without an answer. */
  readonly failures: number;
  /** Null while closed; else the time until a probe may go, which is due once it is not positive. */
  readonly openForMs: number | null;
}

export const well: SystemHealth = { failures: 0, openForMs: null };

export const isWell = ({ failures, openForMs }: SystemHealth): boolean =>
  failures === 0 && openForMs === null;

export const breakerStates = ['closed', 'open', 'halfOpen'] as const;
export type BreakerState = (typeof breakerStates)[number];

export function breakerState({ openForMs }: SystemHealth): BreakerState {
  if (openForMs === null) return 'closed';
  return openForMs > 0 ? 'open' : 'halfOpen';
}

export type Admission =
  | { readonly type: 'call' }
  /** The one call that finds out whether the system is back. */
  | { readonly type: 'probe' }
  | { readonly type: 'wait'; readonly code: 'systemPaused' }
  | { readonly type: 'wait'; readonly code: 'breakerOpen'; readonly retryAfterMs: number };

/** May a call leave for this system now? An operator's word goes first. */
export function admit({ paused, health }: { paused: boolean; health: SystemHealth }): Admission {
  if (paused) return { type: 'wait', code: 'systemPaused' };
  switch (breakerState(health)) {
    case 'closed':
      return { type: 'call' };
    case 'halfOpen':
      return { type: 'probe' };
    case 'open':
      return { type: 'wait', code: 'breakerOpen', retryAfterMs: Math.ceil(health.openForMs ?? 0) };
  }
}

/** What an attempt tells of the system: it answered, if only with a no, or nothing came that means anything. */
export type Sign = 'answered' | 'silent';

/** The health after an attempt. A call that left before the breaker opened says nothing new by failing later. */
export function healthAfter(
  health: SystemHealth,
  sign: Sign,
  admitted: 'call' | 'probe',
  settings: BreakerSettings,
): SystemHealth {
  if (sign === 'answered') return well;
  if (health.openForMs !== null && admitted === 'call') return health;
  const failures = health.failures + 1;
  const opens = health.openForMs !== null || failures >= settings.failures;
  return { failures, openForMs: opens ? openMsAfter(failures, settings) : null };
}

function openMsAfter(failures: number, { failures: first, openMs, openUpToMs }: BreakerSettings): number {
  const probes = Math.min(Math.max(failures - first, 0), 30);
  return Math.min(openUpToMs, openMs * 2 ** probes);
}
