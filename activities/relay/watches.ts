import type { Logger } from 'pino';
import type { Database } from '../../drizzle/client.ts';
import {
  dueWatches,
  endWatch,
  type LeasedWatch,
  leaseWatch,
  openWatchFallout,
  orderRemoval,
  watchAgain,
  type WatchRef,
} from '../../drizzle/watchStore.ts';
import { judgeWatched } from '../../src/activation/watch.ts';
import type { ActivationAdapter, Observed } from '../../src/activation/adapter.ts';
import { unreachable } from '../../src/kernel/assert.ts';
import { reasonOf } from '../../src/kernel/reason.ts';
import { type Loop, startLoop } from './loop.ts';

export interface WatchDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly intervalMs: number;
  readonly everyMs: number;
  readonly adapterFor: (adapter: string, address: string) => ActivationAdapter;
}

const perRound = 20;

/** Looks for effects of calls whose end nobody heard. Only ever reads; any number of watches may run. */
export const startWatches = (deps: WatchDeps): Loop =>
  startLoop({
    intervalMs: deps.intervalMs,
    async round() {
      const due = await dueWatches(deps.db, perRound);
      await Promise.all(due.map((ref) => look(deps, ref)));
      return due.length >= perRound;
    },
    failed: (error) => deps.log.warn({ err: error }, 'the watches cannot reach postgres; they try again'),
  });

async function look(deps: WatchDeps, ref: WatchRef): Promise<void> {
  const { db, log, everyMs } = deps;
  const found = await leaseWatch(db, ref);
  if (found === undefined) return;
  try {
    if (found.busy) return void (await watchAgain(db, ref, everyMs));
    await act(deps, ref, found, await read(deps, ref, found));
  } catch (error) {
    log.warn({ ...ref, reason: reasonOf(error) }, 'a watched object could not be looked at');
    await watchAgain(db, ref, everyMs);
  }
}

/** A look has no key and expects nothing: both are for writes. */
const read = (
  { adapterFor }: WatchDeps,
  { tenant }: WatchRef,
  { adapter, address, system, object }: LeasedWatch,
): Promise<Observed> =>
  adapterFor(adapter ?? '', address ?? '').read(
    { key: '', object, values: {}, expect: 'absent', correlationId: `${tenant}.${system}.watch` },
    new AbortController().signal,
  );

async function act(
  { db, log, everyMs }: WatchDeps,
  ref: WatchRef,
  found: LeasedWatch,
  seen: Observed,
): Promise<void> {
  const own = `${ref.serviceOrder}/${ref.item}/${ref.step}/`;
  const judged = judgeWatched(found.footprint, (key) => key.startsWith(own), seen);
  switch (judged) {
    case 'asBooked':
      return void (await (found.last ? endWatch(db, ref) : watchAgain(db, ref, everyMs)));
    case 'late':
      if (seen.type === 'present' && (await orderRemoval(db, ref, found, seen)))
        log.warn({ ...ref, object: found.object }, 'a call took effect late; it is being taken back');
      return void (await watchAgain(db, ref, everyMs));
    case 'overwritten':
    case 'vanished':
      log.warn({ ...ref, object: found.object, judged }, 'a call took effect late; a person is asked');
      return openWatchFallout(db, ref, found, judged, seen);
    case 'busy':
      return void (await watchAgain(db, ref, everyMs));
    default:
      return unreachable(judged);
  }
}
