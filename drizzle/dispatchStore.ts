import { and, eq, inArray, sql } from 'drizzle-orm';
import { must } from '../src/kernel/assert.ts';
import { type Database, type Tx, withRelay, withTenant } from './client.ts';
import { dispatch } from './schema.ts';

/** The start of an order's workflow, committed with the order. The relay sends it unless the API is faster. */
export async function enqueueStart(
  tx: Tx,
  tenant: string,
  orderId: string,
  delayMs: number,
  command: StartCommand = 'start',
): Promise<void> {
  const dueAt = sql`now() + ${delayMs} * interval '1 millisecond'`;
  await tx.insert(dispatch).values({ tenantId: tenant, orderId, command, dueAt });
}

/**
 * A cancel, committed with its task: the relay sends it, after the start, unless the API is faster. Answers with the
 * row's sequence.
 */
export async function enqueueCancel(
  tx: Tx,
  tenant: string,
  orderId: string,
  delayMs: number,
): Promise<number> {
  const dueAt = sql`now() + ${delayMs} * interval '1 millisecond'`;
  const [row] = await tx
    .insert(dispatch)
    .values({ tenantId: tenant, orderId, command: 'cancel', dueAt })
    .returning({ sequence: dispatch.sequence });
  return must(row, 'the row of a cancel').sequence;
}

/** What the relay shall carry to an order's workflow at once, after what is there already. */
export async function enqueueNow(
  tx: Tx,
  tenant: string,
  orderId: string,
  command: Leased['command'],
): Promise<void> {
  await tx.insert(dispatch).values({ tenantId: tenant, orderId, command, dueAt: sql`now()` });
}

export const markSent = (db: Database, { tenant, order }: Lane, sequence: number): Promise<unknown> =>
  withTenant(db, tenant, (tx) =>
    tx
      .delete(dispatch)
      .where(
        and(eq(dispatch.tenantId, tenant), eq(dispatch.orderId, order), eq(dispatch.sequence, sequence)),
      ),
  );
const startCommands = ['start', 'startServiceOrder'] as const;
type StartCommand = (typeof startCommands)[number];

/** The command reached Temporal, whoever carried it. */
export async function markStarted(db: Database, tenant: string, orderId: string): Promise<void> {
  const start = and(
    eq(dispatch.tenantId, tenant),
    eq(dispatch.orderId, orderId),
    inArray(dispatch.command, startCommands),
  );
  await withTenant(db, tenant, (tx) => tx.delete(dispatch).where(start));
}

/** The commands of one order leave in their order: a lane. */
export interface Lane {
  readonly tenant: string;
  readonly order: string;
}

export const dueLanes = (db: Database, limit: number): Promise<readonly Lane[]> =>
  withRelay(db, (tx) =>
    tx.execute<{ tenant: string; order: string }>(sql`
      select tenant_id as tenant, order_id as order from dispatch
      group by tenant_id, order_id having min(due_at) <= now()
      order by min(due_at) limit ${limit}`),
  );

export interface Leased {
  readonly command: 'start' | 'startServiceOrder';
  readonly sequence: number;
  readonly tries: number;
  readonly start: {
    readonly externalId?: string;
    readonly actions: readonly string[];
    /** Of a service order that belongs to no product order: where it runs. */
    readonly domain?: string;
  };
}

interface LeasedRow extends Record<string, unknown> {
  readonly tries: number;
  readonly command: Leased['command'];
  /** Postgres sends it as text. */
  readonly sequence: string;
  readonly externalId: string | null;
  readonly actions: string[] | null;
  readonly domain: string | null;
}

/**
 * Claims the oldest command of a lane for this relay by moving its due time, so that no lock is held while
 * Temporal is called; a relay that dies gives the lane back when the lease ends.
 */
export const leaseLane = (
  db: Database,
  { tenant, order }: Lane,
  leaseMs: number,
): Promise<Leased | undefined> =>
  withTenant(db, tenant, async (tx) => {
    const rows = await tx.execute<LeasedRow>(sql`
      update dispatch set due_at = now() + ${leaseMs} * interval '1 millisecond', tries = tries + 1
      where tenant_id = ${tenant} and order_id = ${order} and due_at <= now()
        and sequence = (select min(sequence) from dispatch where tenant_id = ${tenant} and order_id = ${order})
      returning tries, command, sequence,
        (select external_id from product_order where tenant_id = ${tenant} and id = ${order}
          union all select external_id from service_order
            where tenant_id = ${tenant} and id = ${order}) as "externalId",
        (select array_agg(distinct item.action) from (
          select action from order_item where tenant_id = ${tenant} and order_item.order_id = ${order}
          union all select action from service_item
            where tenant_id = ${tenant} and service_order_id = ${order}) as item) as actions,
        (select domain from service_order where tenant_id = ${tenant} and id = ${order}) as domain`);
    const [row] = rows;
    if (row === undefined) return undefined;
    const { tries, command, externalId, actions, domain } = row;
    return {
      tries,
      command,
      sequence: Number(row.sequence),
      start: {
        actions: actions ?? [],
        ...(externalId !== null && { externalId }),
        ...(domain !== null && { domain }),
      },
    };
  });

/** Grows with the tries, to a minute at most. */
export const pauseSeconds = (tries: number): number => Math.min(60, 2 ** Math.min(tries, 6));

/** Tried without success: due again after a growing pause. */
export const postponeLane = (
  db: Database,
  { tenant, order }: Lane,
  tries: number,
  reason: string,
): Promise<unknown> =>
  withTenant(db, tenant, (tx) =>
    tx
      .update(dispatch)
      .set({
        dueAt: sql`now() + ${pauseSeconds(tries)} * interval '1 second'`,
        lastError: reason.slice(0, 500),
      })
      .where(and(eq(dispatch.tenantId, tenant), eq(dispatch.orderId, order))),
  );
