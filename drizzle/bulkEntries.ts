import { and, eq, sql } from 'drizzle-orm';
import { must } from '../src/kernel/assert.ts';
import { type BulkCommand, bulkCommands } from '../src/operator/commands.ts';
import { type Database, withRelay, withTenant } from './client.ts';
import { pauseSeconds } from './dispatchStore.ts';
import type { FalloutAsk } from './falloutDesk.ts';
import { bulkEntry, bulkTask } from './schema.ts';

export interface EntryRef {
  readonly tenant: string;
  readonly task: string;
  readonly fallout: string;
}

/** What became of an entry for good. */
export type EntryEnd =
  | { readonly state: 'done' }
  | { readonly state: 'refused'; readonly code: string; readonly message: string };

const isEntry = ({ tenant, task, fallout }: EntryRef) =>
  and(eq(bulkEntry.tenantId, tenant), eq(bulkEntry.taskId, task), eq(bulkEntry.falloutId, fallout));

const isWaiting = eq(bulkEntry.state, 'waiting');
const isDue = sql`${bulkEntry.dueAt} <= now()`;

/** Due entries of all tenants, the oldest first. */
export const dueEntries = (db: Database, limit: number): Promise<readonly EntryRef[]> =>
  withRelay(db, (tx) =>
    tx
      .select({ tenant: bulkEntry.tenantId, task: bulkEntry.taskId, fallout: bulkEntry.falloutId })
      .from(bulkEntry)
      .where(and(isWaiting, isDue))
      .orderBy(bulkEntry.dueAt)
      .limit(limit),
  );

export interface LeasedEntry {
  /** As the person who gave the bulk would ask it of the one fallout, under the id of the task. */
  readonly ask: FalloutAsk<BulkCommand>;
  readonly tries: number;
}

/** Takes an entry for this relay as `leaseLane` takes a lane: who dies with it gives it back in time. */
export const leaseEntry = (db: Database, ref: EntryRef, leaseMs: number): Promise<LeasedEntry | undefined> =>
  withTenant(db, ref.tenant, async (tx) => {
    const [leased] = await tx
      .update(bulkEntry)
      .set({ dueAt: sql`now() + ${leaseMs} * interval '1 millisecond'`, tries: sql`${bulkEntry.tries} + 1` })
      .where(and(isEntry(ref), isWaiting, isDue))
      .returning({ tries: bulkEntry.tries });
    if (leased === undefined) return undefined;
    const [task] = await tx.select().from(bulkTask).where(isTask(ref));
    const { command, client, subject, reason } = must(task, `the bulk task ${ref.task}`);
    const ask = {
      ...{ tenant: ref.tenant, fallout: ref.fallout, commandId: ref.task, client, subject },
      command: must(
        bulkCommands.find((known) => known === command),
        'a command of bulks',
      ),
      reason: reason ?? undefined,
    };
    return { ask, tries: leased.tries };
  });

/** Tried without an answer: due again after a growing pause. */
export const postponeEntry = (db: Database, ref: EntryRef, tries: number): Promise<unknown> =>
  withTenant(db, ref.tenant, (tx) =>
    tx
      .update(bulkEntry)
      .set({ dueAt: sql`now() + ${pauseSeconds(tries)} * interval '1 second'` })
      .where(and(isEntry(ref), isWaiting)),
  );

/** Writes down the end of an entry, once. The task's lock lets exactly one of its last entries end it. */
export const settleEntry = (db: Database, ref: EntryRef, end: EntryEnd): Promise<unknown> =>
  withTenant(db, ref.tenant, async (tx) => {
    await tx.select({ id: bulkTask.id }).from(bulkTask).where(isTask(ref)).for('update');
    await tx
      .update(bulkEntry)
      .set(end)
      .where(and(isEntry(ref), isWaiting));
    await tx
      .update(bulkTask)
      .set({ endedAt: sql`now()` })
      .where(
        and(
          isTask(ref),
          sql`${bulkTask.endedAt} is null`,
          sql`not exists (select from bulk_entry e
            where e.tenant_id = ${ref.tenant} and e.task_id = ${ref.task} and e.state = 'waiting')`,
        ),
      );
  });

const isTask = ({ tenant, task }: EntryRef) => and(eq(bulkTask.tenantId, tenant), eq(bulkTask.id, task));
