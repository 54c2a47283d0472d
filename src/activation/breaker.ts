/** When calls to a system are let go, and when they wait because it is known to be away. */

export interface BreakerSettings {
  /** So many failures in a row open the breaker. */
  readonly failures: number;
  /** How long it stays open before a probe; doubled by every probe in vain, up to the limit. */
  readonly openMs: number;
  readonly openUpToMs: number;
  /** The longest that a probe may take: the next one waits as long, should its worker die. */
  readonly probeMs: number;
}

export interface SystemHealth {
  /** In a row: steps that heard nothing, each counted once, and times that nobody was there. */
  readonly failures: number;
  /** The steps among them. */
  readonly unheard?: readonly string[];
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

/**
 * What an attempt tells of the system: it answered, if only with a no; it could not be reached, or said that it is
 * down; or nothing came that means anything, which may be about this one call.
 */
export type Sign = 'answered' | 'away' | 'silent';

export interface Called {
  readonly admitted: 'call' | 'probe';
  /** What it was about: a step that fails again and again says no more of the system than at the first time. */
  readonly by: string;
}

/** The health after an attempt. A call that left before the breaker opened says nothing new by failing later. */
export function healthAfter(
  health: SystemHealth,
  sign: Sign,
  { admitted, by }: Called,
  settings: BreakerSettings,
): SystemHealth {
  if (sign === 'answered') return well;
  const { unheard = [], openForMs } = health;
  const isOpen = openForMs !== null;
  if (isOpen ? admitted === 'call' : sign === 'silent' && unheard.includes(by)) return health;
  const failures = health.failures + 1;
  const opens = isOpen || failures >= settings.failures;
  return {
    failures,
    openForMs: opens ? openMsAfter(failures, settings) : null,
    unheard: sign === 'silent' && !opens ? [...unheard, by] : unheard,
  };
}

function openMsAfter(failures: number, { failures: first, openMs, openUpToMs }: BreakerSettings): number {
  const probes = Math.min(Math.max(failures - first, 0), 30);
  return Math.min(openUpToMs, openMs * 2 ** probes);
}
