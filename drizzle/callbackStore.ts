import { and, eq, sql } from 'drizzle-orm';
import {
  type CallbackState,
  type Correlation,
  fateOf,
  readCorrelation,
  type ReportedStep,
} from '../src/activation/callback.ts';
import { stepId } from '../src/decomposition/plan.ts';
import { must } from '../src/kernel/assert.ts';
import { shortHash } from '../src/kernel/json.ts';
import { type Database, type Tx, withRelay, withTenant } from './client.ts';
import { pauseSeconds } from './dispatchStore.ts';
import { callback, system as systemTable } from './schema.ts';

export interface CallbackRef {
  readonly tenant: string;
  readonly system: string;
  readonly messageId: string;
}

export interface ReceivedCallback extends Correlation {
  readonly messageId: string;
  readonly body: unknown;
}

/** Who is to be told of a callback: ids only. */
export interface Call {
  readonly callback: CallbackRef;
  readonly tenant: string;
  readonly serviceOrder: string;
  /** `<item ordinal>/<step>`. */
  readonly step: string;
}

/** Read by the owner of the tables: the application's role may not see it. */
export async function callbackSecretOf(db: Database, system: string): Promise<string | undefined> {
  const [row] = await db
    .select({ secret: systemTable.callbackSecret })
    .from(systemTable)
    .where(eq(systemTable.name, system));
  return row?.secret ?? undefined;
}

/**
 * Stores a callback once, whatever it names. Answers whom to tell, if it is new and there is somebody; the relay
 * tells them when `delayMs` have passed and nobody was faster.
 */
export async function storeCallback(
  tx: Tx,
  received: ReceivedCallback,
  delayMs: number,
): Promise<Call | undefined> {
  const found = await findStep(tx, received);
  const standing = standingOf(received.system, found, delayMs);
  const told = { ...received, messageId: received.messageId };
  let state = await insertCallback(tx, told, standing);
  if (state === undefined && (await isAboutAnother(tx, received))) {
    told.messageId = idBesides(received);
    state = await insertCallback(tx, told, standing);
  }
  return state === 'waiting' ? callFor(told, found) : undefined;
}

/** The state of the row; undefined where its id is taken. */
async function insertCallback(
  tx: Tx,
  { tenant, system, random, messageId, body }: ReceivedCallback,
  standing: ReturnType<typeof standingOf>,
): Promise<CallbackState | undefined> {
  const rows = await tx
    .insert(callback)
    .values({
      ...{ tenantId: tenant, system, messageId, correlationId: `${tenant}.${system}.${random}` },
      body: sql`${JSON.stringify(body)}::jsonb`,
      ...standing,
    })
    .onConflictDoNothing()
    .returning({ state: callback.state });
  return rows[0]?.state;
}

/** The signature does not cover the correlation id: one under the same id may have been sent on by a third party. */
async function isAboutAnother(tx: Tx, received: ReceivedCallback): Promise<boolean> {
  const { tenant, system, random } = received;
  const [row] = await tx.select({ known: callback.correlationId }).from(callback).where(isRow(received));
  return row !== undefined && row.known !== `${tenant}.${system}.${random}`;
}

/** The same for every try of the message, and short enough to be one. */
const idBesides = ({ tenant, system, random, messageId }: ReceivedCallback): string =>
  `${messageId.slice(0, 200)}~${shortHash({ messageId, correlation: `${tenant}.${system}.${random}` })}`;

export type Replay =
  | { readonly type: 'unknown' | 'notDead' }
  | { readonly type: 'replayed'; readonly call: Call | undefined };

/** Looks a dead letter up again, as if it had come now; its row is locked, so that two replays make one. */
export async function replayCallback(tx: Tx, ref: CallbackRef, delayMs: number): Promise<Replay> {
  const [row] = await tx.select().from(callback).where(isRow(ref)).for('update');
  if (row === undefined) return { type: 'unknown' };
  if (row.state !== 'dead') return { type: 'notDead' };
  const correlation = must(readCorrelation(row.correlationId), 'a correlation id that was read before');
  const found = await findStep(tx, correlation);
  const standing = standingOf(ref.system, found, delayMs);
  await tx.update(callback).set(standing).where(isRow(ref));
  return { type: 'replayed', call: standing.state === 'waiting' ? callFor(ref, found) : undefined };
}

interface FoundStep extends ReportedStep, Record<string, unknown> {
  readonly serviceOrder: string;
  readonly item: number;
  readonly step: string;
}

/** Also finds an attempt of another system that has the same random part, to tell it from one nobody made. */
async function findStep(tx: Tx, { tenant, system, random }: Correlation): Promise<FoundStep | undefined> {
  const [found] = await tx.execute<FoundStep>(sql`
    select a.service_order_id as "serviceOrder", a.item, a.step, st.system, st.state,
      so.state as "serviceOrderState"
    from system y
    join attempt a on a.tenant_id = ${tenant} and a.correlation_id = ${tenant} || '.' || y.name || '.' || ${random}
    join step st on st.tenant_id = a.tenant_id and st.service_order_id = a.service_order_id and st.item = a.item
      and st.name = a.step
    join service_order so on so.tenant_id = a.tenant_id and so.id = a.service_order_id
    order by y.name = ${system} desc limit 1`);
  return found;
}

/** What a callback's row says at first. Who is not to be told is not named by it, unless that is over. */
function standingOf(system: string, found: FoundStep | undefined, delayMs: number) {
  const { state, reason } = fateOf(system, found);
  const place = state === 'waiting' || reason === 'closed' ? found : undefined;
  return {
    ...{ state, reason, tries: 0 },
    ...{ serviceOrderId: place?.serviceOrder ?? null, item: place?.item ?? null, step: place?.step ?? null },
    dueAt: sql`now() + ${delayMs} * interval '1 millisecond'`,
    settledAt: state === 'waiting' ? null : sql`now()`,
  };
}

const callFor = ({ tenant, system, messageId }: CallbackRef, found: FoundStep | undefined): Call => {
  const { serviceOrder, item, step } = must(found, 'the step a waiting callback names');
  return { callback: { tenant, system, messageId }, tenant, serviceOrder, step: stepId(item, step) };
};

const isRow = ({ tenant, system, messageId }: CallbackRef) =>
  and(eq(callback.tenantId, tenant), eq(callback.system, system), eq(callback.messageId, messageId));

/** Due callbacks of all tenants, the oldest first. */
export const dueCallbacks = (db: Database, limit: number): Promise<readonly CallbackRef[]> =>
  withRelay(db, (tx) =>
    tx
      .select({ tenant: callback.tenantId, system: callback.system, messageId: callback.messageId })
      .from(callback)
      .where(sql`${callback.state} = 'waiting' and ${callback.dueAt} <= now()`)
      .orderBy(callback.dueAt)
      .limit(limit),
  );

const leaseSeconds = 30;

/** Takes a callback for this relay as `leaseLane` takes a lane: who dies with it gives it back in time. */
export const leaseCallback = (
  db: Database,
  ref: CallbackRef,
): Promise<{ readonly call: Call; readonly tries: number } | undefined> =>
  withTenant(db, ref.tenant, async (tx) => {
    const [row] = await tx
      .update(callback)
      .set({
        dueAt: sql`now() + ${leaseSeconds} * interval '1 second'`,
        tries: sql`${callback.tries} + 1`,
      })
      .where(and(isRow(ref), sql`${callback.state} = 'waiting' and ${callback.dueAt} <= now()`))
      .returning();
    if (row === undefined) return undefined;
    const serviceOrder = must(row.serviceOrderId, 'the service order of a waiting callback');
    const step = stepId(must(row.item, 'its item'), must(row.step, 'its step'));
    return { call: { callback: ref, tenant: ref.tenant, serviceOrder, step }, tries: row.tries };
  });

/** The workflow has been told, or there is none; a callback that was settled meanwhile stays as it is. */
export const settleCallback = (
  db: Database,
  ref: CallbackRef,
  told: 'delivered' | 'noRun',
): Promise<unknown> =>
  withTenant(db, ref.tenant, (tx) =>
    tx
      .update(callback)
      .set({
        ...(told === 'delivered' ? { state: 'delivered' } : { state: 'dead', reason: 'noRun' }),
        settledAt: sql`now()`,
      })
      .where(and(isRow(ref), eq(callback.state, 'waiting'))),
  );

/** Told without success: due again after a growing pause. */
export const postponeCallback = (db: Database, ref: CallbackRef, tries: number): Promise<unknown> =>
  withTenant(db, ref.tenant, (tx) =>
    tx
      .update(callback)
      .set({ dueAt: sql`now() + ${pauseSeconds(tries)} * interval '1 second'` })
      .where(and(isRow(ref), eq(callback.state, 'waiting'))),
  );
