import type { Tx } from '../drizzle/client.ts';
import { changeHealth, takeProbe } from '../drizzle/systemHealthStore.ts';
import type { LoadedStep } from '../drizzle/stepStore.ts';
import { type ActivationAdapter, CallFailed, type Observed } from '../src/activation/adapter.ts';
import {
  type Admission,
  admit,
  type BreakerSettings,
  type Called,
  healthAfter,
  isWell,
  type Sign,
  well,
} from '../src/activation/breaker.ts';
import type { StepReport } from '../src/serviceOrder/run.ts';

/** Stands before every system: nothing leaves for one that is paused or known to be away. */

type Gated = Pick<LoadedStep, 'system' | 'paused' | 'pausedWhy' | 'health'>;

export async function admission(tx: Tx, step: Gated, settings: BreakerSettings): Promise<Admission> {
  const admitted = admit({ paused: step.paused ?? false, health: step.health ?? well });
  if (admitted.type !== 'probe' || (await takeProbe(tx, step.system, settings.probeMs))) return admitted;
  return { type: 'wait', code: 'breakerOpen', retryAfterMs: settings.openMs };
}

type Waiting = Extract<Admission, { type: 'wait' }>;

export const waitReport = (waiting: Waiting): StepReport => ({
  type: 'failed',
  class: 'unavailable',
  code: waiting.code,
  ...(waiting.code === 'breakerOpen' && { retryAfterMs: waiting.retryAfterMs }),
});

export const waitMessage = ({ system, pausedWhy }: Gated, { code }: Waiting): string =>
  code === 'systemPaused'
    ? `${system} is paused by an operator: ${pausedWhy ?? ''}`
    : `${system} does not answer; waiting for it to come back`;

export interface Listener {
  through(adapter: ActivationAdapter, signal: AbortSignal): ActivationAdapter;
  /** Of the last call; undefined where none left, or where it was we who gave up. */
  heard(): Sign | undefined;
  error(): string | null;
  /** What the last look showed. */
  seen(): Observed | undefined;
}

/** Hears of each call of an attempt whether the system answered it. */
export function createListener(): Listener {
  let sign: Sign | undefined;
  let error: string | null = null;
  let seen: Observed | undefined;
  const listened = async <T>(call: Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      const answer = await call;
      sign = 'answered';
      return answer;
    } catch (thrown) {
      sign = signal.aborted ? undefined : signOf(thrown);
      error = thrown instanceof CallFailed ? `${thrown.code}: ${thrown.message}` : null;
      throw thrown;
    }
  };
  return {
    through: (adapter, signal) => ({
      apply: (call, given) => listened(adapter.apply(call, given), signal),
      revoke: (call, given) => listened(adapter.revoke(call, given), signal),
      async read(call, given) {
        seen = await listened(adapter.read(call, given), signal);
        return seen;
      },
    }),
    heard: () => sign,
    error: () => error,
    seen: () => seen,
  };
}

/** A system that asks for fewer calls is there. */
const signs = { busy: 'answered', notSent: 'away', down: 'away', noAnswer: 'silent' } as const;

/** A defect of ours tells nothing. */
function signOf(thrown: unknown): Sign | undefined {
  if (!(thrown instanceof CallFailed)) return undefined;
  return signs[thrown.failure];
}

/**
 * Writes only what changes: nothing while all is well. A probe in vain costs its step no attempt, since the
 * system was known to be away.
 */
export async function noteSign(
  tx: Tx,
  { system, health }: Gated,
  called: Called,
  listener: Listener,
  settings: BreakerSettings,
): Promise<Pick<Extract<StepReport, { type: 'failed' }>, 'outage' | 'retryAfterMs'> | undefined> {
  const sign = listener.heard();
  if (sign === undefined || (sign === 'answered' && isWell(health ?? well))) return undefined;
  const change = (now: typeof well) => healthAfter(now, sign, called, settings);
  const after = await changeHealth(tx, system, change, sign === 'answered' ? null : listener.error());
  if (sign === 'answered' || called.admitted !== 'probe') return undefined;
  return { outage: true, ...(after.openForMs !== null && { retryAfterMs: Math.ceil(after.openForMs) }) };
}
