import type { Logger } from 'pino';
import type { Database } from '../../drizzle/client.ts';
import {
  allTenants,
  type Removal,
  removeDeadLetters,
  removeIdempotencyKeys,
} from '../../drizzle/retentionStore.ts';
import { type Loop, startLoop } from './loop.ts';

export interface RetentionDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly intervalMs: number;
  /** 0 keeps them for good. */
  readonly idempotencyDays: number;
  readonly deadLetterDays: number;
}

const batch = 1_000;

/** Removes what nobody will ask for any more, in batches. Any number of relays may do so. */
export const startRetention = (deps: RetentionDeps): Loop =>
  startLoop({
    intervalMs: deps.intervalMs,
    round: () => removeOnce(deps),
    failed: (error) =>
      deps.log.warn({ err: error }, 'what is too old could not be removed; it is tried again'),
  });

/** One batch of each kind and tenant; answers whether there is more. */
export async function removeOnce(deps: RetentionDeps, limit = batch): Promise<boolean> {
  const { db, idempotencyDays, deadLetterDays } = deps;
  const kept: readonly (readonly [Removal, number])[] = [
    [removeIdempotencyKeys, idempotencyDays],
    [removeDeadLetters, deadLetterDays],
  ];
  let isMore = false;
  for (const tenant of await allTenants(db))
    for (const [remove, days] of kept)
      if (days > 0 && (await remove(db, tenant, days, limit)) === limit) isMore = true;
  return isMore;
}
