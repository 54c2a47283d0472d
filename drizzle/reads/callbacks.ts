import { and, eq, getTableColumns } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import type { CallbackRef } from '../callbackStore.ts';
import { callback } from '../schema.ts';
import { choice, clausesOf, instant, type ListQuery, type Page, text } from './list.ts';

export type CallbackRow = typeof callback.$inferSelect;
export type CallbackRead = Omit<CallbackRow, 'body'>;

export const callbackColumns = {
  system: text(callback.system),
  messageId: text(callback.messageId),
  correlationId: text(callback.correlationId),
  serviceOrder: text(callback.serviceOrderId),
  state: choice(callback.state, callback.state.enumValues),
  reason: text(callback.reason),
  receivedAt: instant(callback.receivedAt),
};

const keys = { tenantId: callback.tenantId, time: callback.receivedAt, id: callback.messageId };

/** A page of callbacks without what they said. */
export async function listCallbacks(tx: Tx, tenant: string, query: ListQuery): Promise<Page<CallbackRead>> {
  const { where, orderBy } = clausesOf(callbackColumns, keys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(callback, where),
    tx
      .select(withoutBody)
      .from(callback)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total, rows };
}

const { body: _, ...withoutBody } = getTableColumns(callback);

/** One callback, with its body as it came. */
export async function readCallback(
  tx: Tx,
  { tenant, system, messageId }: CallbackRef,
): Promise<CallbackRow | undefined> {
  const [row] = await tx
    .select()
    .from(callback)
    .where(
      and(eq(callback.tenantId, tenant), eq(callback.system, system), eq(callback.messageId, messageId)),
    );
  return row;
}
