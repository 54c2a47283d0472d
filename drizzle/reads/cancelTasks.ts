import { and, asc, eq, inArray, or } from 'drizzle-orm';
import { type CancelKind, type CancelTask, openCancelStates, withoutTenant } from '../cancelStore.ts';
import type { Tx } from '../client.ts';
import { cancelTask } from '../schema.ts';
import { clausesOf, instant, type ListQuery, type Page, text } from './list.ts';
import { together } from './together.ts';

export const cancelTaskColumns = {
  id: text(cancelTask.id),
  kind: text(cancelTask.kind),
  target: text(cancelTask.target),
  state: text(cancelTask.state),
  createdAt: instant(cancelTask.createdAt),
  requestedAt: instant(cancelTask.requestedAt),
  effectiveAt: instant(cancelTask.effectiveAt),
};

const keys = { tenantId: cancelTask.tenantId, time: cancelTask.createdAt, id: cancelTask.id };

/** A page of the tasks of one kind: those of product orders and of service orders are resources apart. */
export const listCancelTasks =
  (kind: CancelKind) =>
  async (tx: Tx, tenant: string, query: ListQuery): Promise<Page<CancelTask>> => {
    const ofKind = { column: 'kind', comparison: 'eq', values: [kind] } as const;
    const { where, orderBy } = clausesOf(cancelTaskColumns, keys, tenant, {
      ...query,
      conditions: [...query.conditions, ofKind],
    });
    const [total, rows] = await Promise.all([
      tx.$count(cancelTask, where),
      tx
        .select()
        .from(cancelTask)
        .where(where)
        .orderBy(...orderBy)
        .offset(query.offset)
        .limit(query.limit),
    ]);
    return { total, rows: rows.map(withoutTenant) };
  };

/** What an order shows of the cancel that takes it back, or took it back. */
export interface Cancellation {
  readonly reason: string | null;
  readonly effectiveAt: string | null;
}

export async function cancellationsOf(
  tx: Tx,
  tenant: string,
  kind: CancelKind,
  orders: readonly string[],
): Promise<(order: string) => Cancellation | undefined> {
  const rows = await tx
    .select({
      target: cancelTask.target,
      reason: cancelTask.reason,
      effectiveAt: cancelTask.effectiveAt,
    })
    .from(cancelTask)
    .where(
      and(
        eq(cancelTask.tenantId, tenant),
        eq(cancelTask.kind, kind),
        inArray(cancelTask.target, [...orders]),
        or(
          eq(cancelTask.state, 'done'),
          and(eq(cancelTask.accepted, true), inArray(cancelTask.state, openCancelStates)),
        ),
      ),
    )
    .orderBy(asc(cancelTask.createdAt));
  const ofOrder = together(rows, ({ target }) => target);
  return (order) => ofOrder(order).at(-1);
}
