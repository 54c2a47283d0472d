import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import type { FalloutRow } from '../falloutStore.ts';
import { attempt, fallout } from '../schema.ts';
import { clausesOf, type Condition, instant, type ListQuery, matching, type Page, text } from './list.ts';

export const falloutColumns = {
  id: text(fallout.id),
  class: text(fallout.class),
  code: text(fallout.code),
  system: text(fallout.system),
  step: text(fallout.step),
  order: text(fallout.orderId),
  serviceOrder: text(fallout.serviceOrderId),
  openedAt: instant(fallout.openedAt),
  closedAt: instant(fallout.closedAt),
  state: matching((value) => {
    if (value === 'open') return sql`${fallout.closedAt} is null`;
    return value === 'closed' ? sql`${fallout.closedAt} is not null` : sql`false`;
  }),
};

const keys = { tenantId: fallout.tenantId, time: fallout.openedAt, id: fallout.id };

/** Oldest first. Who asks for no state means what is open; who asks for one by its id means that one. */
export async function listFallout(tx: Tx, tenant: string, query: ListQuery): Promise<Page<FalloutRow>> {
  const isAsked = query.conditions.some(({ column }) => column === 'state' || column === 'id');
  const open: Condition = { column: 'state', comparison: 'eq', values: ['open'] };
  const conditions = isAsked ? query.conditions : [...query.conditions, open];
  const { where, orderBy } = clausesOf(falloutColumns, keys, tenant, { ...query, conditions });
  const [total, rows] = await Promise.all([
    tx.$count(fallout, where),
    tx
      .select()
      .from(fallout)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  return { total, rows };
}

export async function readFallout(tx: Tx, tenant: string, id: string) {
  const [row] = await tx
    .select()
    .from(fallout)
    .where(and(eq(fallout.tenantId, tenant), eq(fallout.id, id)));
  return row;
}

/** What was tried, oldest first; nothing where no step is in trouble. */
export const attemptsBehind = async (tx: Tx, tenant: string, row: FalloutRow) =>
  row.serviceOrderId === null || row.item === null || row.step === null
    ? []
    : tx
        .select()
        .from(attempt)
        .where(
          and(
            eq(attempt.tenantId, tenant),
            eq(attempt.serviceOrderId, row.serviceOrderId),
            eq(attempt.item, row.item),
            eq(attempt.step, row.step),
          ),
        )
        .orderBy(asc(attempt.number));

export const openFalloutOf = (tx: Tx, tenant: string, orderId: string): Promise<FalloutRow[]> =>
  tx
    .select()
    .from(fallout)
    .where(and(eq(fallout.tenantId, tenant), eq(fallout.orderId, orderId), isNull(fallout.closedAt)))
    .orderBy(asc(fallout.openedAt), asc(fallout.id));
