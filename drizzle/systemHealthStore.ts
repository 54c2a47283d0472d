import { eq, type SQL, sql } from 'drizzle-orm';
import { isWell, type SystemHealth, well } from '../src/activation/breaker.ts';
import type { Tx } from './client.ts';
import { systemHealth } from './schema.ts';

/** The breakers of all systems, shared by all workers. Time is the database's alone, so no clocks disagree. */

export const inMs = (ms: number): SQL => sql`now() + ${ms}::double precision * interval '1 millisecond'`;
export const openForMs = (openUntil: SQL): SQL =>
  sql`(extract(epoch from (${openUntil} - now())) * 1000)::double precision`;

/**
 * The probe of an open breaker whose time is up goes to whoever asks first. For as long as it may take the
 * breaker is open again, so that nobody else probes, and somebody does should its worker die.
 */
export async function takeProbe(tx: Tx, system: string, probeMs: number): Promise<boolean> {
  const rows = await tx.execute(sql`
    update system_health set open_until = ${inMs(probeMs)}
    where system = ${system} and open_until <= now() returning system`);
  return rows.length === 1;
}

/** Changes a system's health under lock; nothing is written where nothing changes. */
export async function changeHealth(
  tx: Tx,
  system: string,
  change: (health: SystemHealth) => SystemHealth,
  error: string | null,
): Promise<SystemHealth> {
  await tx.insert(systemHealth).values({ system, failures: 0 }).onConflictDoNothing();
  const [row] = await tx
    .select({
      failures: systemHealth.failures,
      unheard: systemHealth.unheard,
      openForMs: sql<number | null>`${openForMs(sql`open_until`)}`,
    })
    .from(systemHealth)
    .where(eq(systemHealth.system, system))
    .for('update');
  const before: SystemHealth = row ?? well;
  const after = change(before);
  if (after === before || (isWell(after) && isWell(before))) return after;
  const opensOrCloses = (after.openForMs === null) !== (before.openForMs === null);
  await tx
    .update(systemHealth)
    .set({
      failures: after.failures,
      unheard: after.unheard ?? [],
      openUntil: after.openForMs === null ? null : inMs(after.openForMs),
      lastError: error,
      ...((opensOrCloses || after.openForMs === null) && { changedAt: sql`now()` }),
    })
    .where(eq(systemHealth.system, system));
  return after;
}
