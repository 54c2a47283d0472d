import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { DrizzleQueryError } from 'drizzle-orm';
import type { Logger } from 'pino';
import {
  closeBookkeepingFallout,
  openBookkeepingFallout,
  type Recorded,
} from '../drizzle/bookkeepingFallout.ts';
import { type Database, isOutage } from '../drizzle/client.ts';

export interface DefectDeps {
  readonly db: Database;
  readonly log: Logger;
}

/** By then some seconds have passed: a hiccup is over. */
const triesInSilence = 5;
const reasonLengthMax = 500;

/**
 * A record that cannot be written is tried for ever, since a deploy may mend it; a person is told meanwhile. Only
 * bookkeeping gets so far: a step has one try per activity. Postgres being away is no defect, and not told.
 */
export const reportDefects =
  ({ db, log }: DefectDeps): ActivityInterceptorsFactory =>
  ({ info }) => ({
    inbound: {
      async execute(input, next) {
        const recorded = recordedIn(input.args[0]);
        const tell = async (telling: (recorded: Recorded) => Promise<void>): Promise<void> => {
          if (recorded === undefined) return;
          await telling(recorded).catch((error: unknown) =>
            log.warn({ err: withoutValues(error) }, 'a defect in bookkeeping could not be put on record'),
          );
        };
        try {
          const result = await next(input);
          if (info.attempt > triesInSilence) await tell((one) => closeBookkeepingFallout(db, one));
          return result;
        } catch (error) {
          const clean = withoutValues(error);
          if (info.attempt >= triesInSilence && !isOutage(error)) {
            const reason = `${info.activityType}: ${messageOf(clean)}`.slice(0, reasonLengthMax);
            await tell((one) => openBookkeepingFallout(db, one, { tries: info.attempt, reason }));
          }
          throw clean;
        }
      },
    },
  });

function recordedIn(given: unknown): Recorded | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { tenant, orderId, serviceOrder } = given as Record<string, unknown>;
  if (typeof tenant !== 'string') return undefined;
  if (typeof orderId === 'string') return { tenant, orderId };
  return typeof serviceOrder === 'string' ? { tenant, serviceOrder } : undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A failed query names the values it was about: those of customers go neither into logs nor to Temporal. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof DrizzleQueryError)) return error;
  const { code, constraint_name: constraint } = (error.cause ?? {}) as Readonly<Record<string, unknown>>;
  const named = [code, constraint].filter((one) => typeof one === 'string').join(' ');
  return new Error(`a query failed: ${named === '' ? 'no answer' : named}`);
}
