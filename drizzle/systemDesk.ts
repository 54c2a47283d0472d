import { asc, eq, sql } from 'drizzle-orm';
import { breakerState, type BreakerState, well } from '../src/activation/breaker.ts';
import { type NewAudit, recordDone } from './auditStore.ts';
import { type Database, enterTenant, type Tx } from './client.ts';
import { system, systemHealth, type SystemLimits } from './schema.ts';
import { openForMs } from './systemHealthStore.ts';

/** The operator's desk for systems. They belong to no tenant: all this runs as the owner of the tables. */

export interface SystemOverview {
  readonly name: string;
  readonly adapter: string;
  readonly address: string;
  readonly limits: SystemLimits | null;
  readonly paused: boolean;
  readonly pausedWhy: string | null;
  readonly hasCallbackSecret: boolean;
  readonly breaker: {
    readonly state: BreakerState;
    readonly failures: number;
    readonly since: string | null;
    readonly until: string | null;
    readonly lastError: string | null;
  };
}

const overview = (db: Database) =>
  db
    .select({
      name: system.name,
      adapter: system.adapter,
      address: system.address,
      limits: system.limits,
      paused: system.paused,
      pausedWhy: system.pausedWhy,
      hasCallbackSecret: sql<boolean>`${system.callbackSecret} is not null`,
      failures: systemHealth.failures,
      openUntil: systemHealth.openUntil,
      openForMs: sql<number | null>`${openForMs(sql`${systemHealth.openUntil}`)}`,
      lastError: systemHealth.lastError,
      changedAt: systemHealth.changedAt,
    })
    .from(system)
    .leftJoin(systemHealth, eq(systemHealth.system, system.name));

type Row = Awaited<ReturnType<typeof overview>>[number];

const toOverview = ({ failures, openUntil, openForMs, lastError, changedAt, ...rest }: Row) => ({
  ...rest,
  breaker: {
    state: breakerState(failures === null ? well : { failures, openForMs }),
    failures: failures ?? 0,
    since: changedAt,
    until: openUntil,
    lastError,
  },
});

export const listSystems = async (db: Database): Promise<SystemOverview[]> =>
  (await overview(db).orderBy(asc(system.name))).map(toOverview);

export async function findSystem(db: Database, name: string): Promise<SystemOverview | undefined> {
  const [row] = await overview(db).where(eq(system.name, name));
  return row && toOverview(row);
}

export interface NewSystem {
  readonly name: string;
  readonly adapter: string;
  readonly address: string;
  readonly limits: SystemLimits | null;
  readonly callbackSecret: string | null;
}

/** False where the name is taken; then nothing changed. */
export const addSystem = (db: Database, added: NewSystem, deed?: Deed): Promise<boolean> =>
  db.transaction(async (tx) => {
    const rows = await tx
      .insert(system)
      .values({ ...added, edited: true })
      .onConflictDoNothing()
      .returning({ name: system.name });
    if (rows.length === 1) await note(tx, deed);
    return rows.length === 1;
  });

/** By whose command, for the audit: no tenant owns a system, but somebody of one changed it. */
export interface Deed {
  readonly tenant: string;
  readonly audit: NewAudit;
}

async function note(tx: Tx, deed: Deed | undefined): Promise<void> {
  if (deed === undefined) return;
  await enterTenant(tx, deed.tenant);
  await recordDone(tx, deed.tenant, deed.audit);
}

/** What is undefined stays as it is. */
export interface SystemChange {
  readonly address?: string | undefined;
  readonly limits?: SystemLimits | null | undefined;
  readonly callbackSecret?: string | null | undefined;
}

/** Limits that are taken away leave the system its queue, which open plans may name. */
export const changeSystem = (db: Database, name: string, change: SystemChange, deed?: Deed): Promise<void> =>
  update(
    db,
    name,
    {
      ...change,
      ...((change.address ?? change.callbackSecret) !== undefined && { edited: true }),
      ...(change.limits === null && {
        limits: sql`case when ${system.limits} is null then null else '{}'::jsonb end`,
      }),
    },
    deed,
  );

export const pauseSystem = (db: Database, name: string, reason: string, deed?: Deed): Promise<void> =>
  update(db, name, { paused: true, pausedWhy: reason }, deed);

/** Also closes the breaker: the next call may leave at once. */
export const resumeSystem = (db: Database, name: string, deed?: Deed): Promise<void> =>
  db.transaction(async (tx) => {
    await tx.update(system).set({ paused: false, pausedWhy: null }).where(eq(system.name, name));
    await tx
      .update(systemHealth)
      .set({ failures: 0, unheard: [], openUntil: null, lastError: null, changedAt: sql`now()` })
      .where(eq(systemHealth.system, name));
    await note(tx, deed);
  });

type Changes = Parameters<ReturnType<Database['update']>['set']>[0] & object;

async function update(db: Database, name: string, changes: Changes, deed: Deed | undefined): Promise<void> {
  if (Object.values(changes).every((value) => value === undefined)) return;
  await db.transaction(async (tx) => {
    await tx.update(system).set(changes).where(eq(system.name, name));
    await note(tx, deed);
  });
}
