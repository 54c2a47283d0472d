import type { Logger } from 'pino';
import { type Database, withTenant } from '../../drizzle/client.ts';
import {
  type DueWatch,
  dueWatches,
  endWatch,
  type LeasedWatch,
  leaseWatch,
  openWatchFallout,
  orderRemoval,
  watchAgain,
  type WatchRef,
} from '../../drizzle/watchStore.ts';
import type { BreakerSettings } from '../../src/activation/breaker.ts';
import { judgeWatched } from '../../src/activation/watch.ts';
import type { ActivationAdapter, Observed } from '../../src/activation/adapter.ts';
import { unreachable } from '../../src/kernel/assert.ts';
import { reasonOf } from '../../src/kernel/reason.ts';
import { keyPrefix } from '../activation.ts';
import { admission, createListener, noteSign } from '../systemGate.ts';
import { type Loop, startLoop } from './loop.ts';
import { createUnderWay, type UnderWay } from './underWay.ts';

export interface WatchDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly intervalMs: number;
  readonly everyMs: number;
  readonly breaker: BreakerSettings;
  readonly adapterFor: (adapter: string, address: string) => ActivationAdapter;
}

const perRound = 20;
const perSystem = 5;

/** Looks for effects of calls whose end nobody heard. Only ever reads; any number of watches may run. */
export function startWatches(deps: WatchDeps): Loop {
  const looks = createUnderWay(perSystem);
  const loop = startLoop({
    intervalMs: deps.intervalMs,
    async round() {
      const due = await dueWatches(deps.db, perRound, perSystem, looks.full());
      await Promise.all(due.map((ref) => begin(deps, ref, looks)));
      return due.length >= perRound;
    },
    failed: (error) => deps.log.warn({ err: error }, 'the watches cannot reach postgres; they try again'),
  });
  return {
    async stop() {
      await loop.stop();
      await looks.drained();
    },
  };
}

/** Waits for the lease alone, not for the system. */
async function begin(deps: WatchDeps, ref: DueWatch, looks: UnderWay): Promise<void> {
  const found = await leaseWatch(deps.db, ref);
  if (found === undefined) return;
  looks.begin(ref.system, () =>
    look(deps, ref, found).catch((error: unknown) =>
      deps.log.warn({ ...ref, reason: reasonOf(error) }, 'a watch is left until its lease ends'),
    ),
  );
}

async function look(deps: WatchDeps, ref: WatchRef, found: LeasedWatch): Promise<void> {
  const { db, log, everyMs, breaker } = deps;
  const admitted = found.busy || (await withTenant(db, ref.tenant, (tx) => admission(tx, found, breaker)));
  if (admitted === true || admitted.type === 'wait') return void (await watchAgain(db, ref, everyMs));
  try {
    await act(deps, ref, found, await read(deps, ref, found, admitted.type));
  } catch (error) {
    log.warn({ ...ref, reason: reasonOf(error) }, 'a watched object could not be looked at');
    await watchAgain(db, ref, everyMs);
  }
}

/** A look has no key and expects nothing: both are for writes. What it tells of the system counts as ever. */
async function read(
  { db, adapterFor, breaker }: WatchDeps,
  ref: WatchRef,
  found: LeasedWatch,
  admitted: 'call' | 'probe',
): Promise<Observed> {
  const { adapter, address, system, object } = found;
  const { signal } = new AbortController();
  const listener = createListener();
  try {
    return await listener
      .through(adapterFor(adapter ?? '', address ?? ''), signal)
      .read(
        { key: '', object, values: {}, expect: 'absent', correlationId: `${ref.tenant}.${system}.watch` },
        signal,
      );
  } finally {
    await withTenant(db, ref.tenant, (tx) =>
      noteSign(tx, found, { admitted, by: keyPrefix(ref) }, listener, breaker),
    );
  }
}

async function act(
  { db, log, everyMs }: WatchDeps,
  ref: WatchRef,
  found: LeasedWatch,
  seen: Observed,
): Promise<void> {
  const own = keyPrefix(ref);
  const judged = judgeWatched(found.footprint, (key) => key.startsWith(own), seen, found.last);
  switch (judged) {
    case 'asBooked':
      return void (await (found.last ? endWatch(db, ref) : watchAgain(db, ref, everyMs)));
    case 'late':
      if (seen.type === 'present' && (await orderRemoval(db, ref, found, seen)))
        log.warn({ ...ref, object: found.object }, 'a call took effect late; it is being taken back');
      return void (await watchAgain(db, ref, everyMs));
    case 'overwritten':
    case 'vanished':
    case 'unresolved':
    case 'unmarked':
      log.warn({ ...ref, object: found.object, judged }, 'what became of a call in the end is for a person');
      return openWatchFallout(db, ref, found, judged, seen);
    case 'busy':
      return void (await watchAgain(db, ref, everyMs));
    default:
      return unreachable(judged);
  }
}
