import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { BulkCounts } from '../../src/operator/bulk.ts';
import { bulkCommands } from '../../src/operator/commands.ts';
import type { BulkTask } from '../bulkStore.ts';
import type { Tx } from '../client.ts';
import { bulkEntry, bulkTask, fallout } from '../schema.ts';
import { cases, choice, clausesOf, instant, type ListQuery, type Page, text } from './list.ts';

export const bulkTaskColumns = {
  id: text(bulkTask.id),
  command: choice(bulkTask.command, bulkCommands),
  class: choice(bulkTask.class, fallout.class.enumValues),
  system: text(bulkTask.system),
  subject: text(bulkTask.subject),
  createdAt: instant(bulkTask.createdAt),
  endedAt: instant(bulkTask.endedAt),
  state: cases({
    inProgress: sql`${bulkTask.endedAt} is null`,
    done: sql`${bulkTask.endedAt} is not null`,
  }),
};

const taskKeys = {
  ...{ tenantId: bulkTask.tenantId, time: bulkTask.createdAt, id: bulkTask.id },
  newestFirst: true,
} as const;

const withCounts = {
  ...getTableColumns(bulkTask),
  counts: sql<BulkCounts>`(select jsonb_build_object(
    'waiting', count(*) filter (where e.state = 'waiting'), 'done', count(*) filter (where e.state = 'done'),
    'refused', count(*) filter (where e.state = 'refused'))
    from bulk_entry e where e.tenant_id = bulk_task.tenant_id and e.task_id = bulk_task.id)`,
};

export async function listBulkTasks(tx: Tx, tenant: string, query: ListQuery): Promise<Page<BulkTask>> {
  const { where, orderBy } = clausesOf(bulkTaskColumns, taskKeys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(bulkTask, where),
    tx
      .select(withCounts)
      .from(bulkTask)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total, rows };
}

export async function isBulkTask(tx: Tx, tenant: string, id: string): Promise<boolean> {
  const found = await tx
    .select({ id: bulkTask.id })
    .from(bulkTask)
    .where(and(eq(bulkTask.tenantId, tenant), eq(bulkTask.id, id)));
  return found.length > 0;
}

/** An entry with the place of its fallout. */
export type BulkEntryRead = typeof bulkEntry.$inferSelect & {
  readonly orderId: string | null;
  readonly serviceOrderId: string | null;
};

export const bulkEntryColumns = {
  fallout: text(bulkEntry.falloutId),
  state: choice(bulkEntry.state, bulkEntry.state.enumValues),
  code: text(bulkEntry.code),
};

const entryKeys = { tenantId: bulkEntry.tenantId, time: bulkEntry.taskId, id: bulkEntry.falloutId };
const withPlace = {
  ...getTableColumns(bulkEntry),
  orderId: fallout.orderId,
  serviceOrderId: fallout.serviceOrderId,
};

/** By the ids of their fallouts, which stay as they are while the entries are worked off. */
export async function listBulkEntries(
  tx: Tx,
  tenant: string,
  task: string,
  query: ListQuery,
): Promise<Page<BulkEntryRead>> {
  const { where, orderBy } = clausesOf(bulkEntryColumns, entryKeys, tenant, query);
  const ofTask = and(eq(bulkEntry.taskId, task), where);
  const [total, rows] = await Promise.all([
    tx.$count(bulkEntry, ofTask),
    tx
      .select(withPlace)
      .from(bulkEntry)
      .leftJoin(fallout, and(eq(fallout.tenantId, bulkEntry.tenantId), eq(fallout.id, bulkEntry.falloutId)))
      .where(ofTask)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total, rows };
}
