import { sql } from 'drizzle-orm';
import { must } from '../src/kernel/assert.ts';
import { type Bulk, bulkEntriesMax, type BulkCounts, type BulkRefusal } from '../src/operator/bulk.ts';
import { type AcceptanceOf, acceptOnce, type OrderRefused, type Posted } from './acceptOnce.ts';
import { recordDone } from './auditStore.ts';
import type { Database, Tx } from './client.ts';
import { bulkTask } from './schema.ts';

export type BulkTaskRow = typeof bulkTask.$inferSelect;

/** A task with what became of its entries so far. */
export interface BulkTask extends BulkTaskRow {
  readonly counts: BulkCounts;
}

export interface BulkRequest extends Posted<BulkTask>, Bulk {
  readonly taskId: string;
  readonly subject: string;
}

export type BulkAcceptance = AcceptanceOf<BulkTask, BulkRefusal>;

/** Task, entries, audit and reply in one transaction. Works while Temporal is down. */
export const acceptBulk = (db: Database, request: BulkRequest): Promise<BulkAcceptance> =>
  acceptOnce<BulkTask, BulkRefusal>(db, request, {
    known: async () => undefined,
    acceptNew: (tx) => acceptNew(tx, request),
  });

async function acceptNew(tx: Tx, request: BulkRequest): Promise<BulkTask | OrderRefused<BulkRefusal>> {
  const { tenant, taskId, client, subject, command, reason } = request;
  const { class: falloutClass, system } = request;
  const entries = await insertEntries(tx, request);
  if (entries > bulkEntriesMax) return { refusal: tooLarge };
  const [task] = await tx
    .insert(bulkTask)
    .values({
      ...{ tenantId: tenant, id: taskId, command, client, subject },
      ...{ class: falloutClass ?? null, system: system ?? null, reason: reason ?? null },
      endedAt: entries === 0 ? sql`now()` : null,
    })
    .returning();
  await recordDone(tx, tenant, {
    ...{ id: taskId, client, subject, command: 'bulk', entity: 'bulkTask', entityId: taskId, reason },
    given: {
      command,
      ...(falloutClass !== undefined && { class: falloutClass }),
      ...(system !== undefined && { system }),
      entries,
    },
  });
  return { ...must(task, 'the task of a bulk'), counts: { waiting: entries, done: 0, refused: 0 } };
}

const tooLarge: BulkRefusal = {
  type: 'BulkTooLarge',
  message: `more than ${bulkEntriesMax} are open: name the class and the system`,
};

/** One entry for each fallout that is open now; one more than allowed tells that there are too many. */
async function insertEntries(tx: Tx, { tenant, taskId, class: falloutClass, system }: BulkRequest) {
  const inserted = await tx.execute(sql`
    insert into bulk_entry (tenant_id, task_id, fallout_id, state)
    select tenant_id, ${taskId}, id, 'waiting' from fallout
    where tenant_id = ${tenant} and closed_at is null
      and class = coalesce(${falloutClass ?? null}::text, class)
      and (${system ?? null}::text is null or system = ${system ?? null}::text)
    limit ${bulkEntriesMax + 1}`);
  return inserted.count;
}
