import { asc, isNotNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database, Tx } from './client.ts';
import { domain, system, type SystemLimits } from './schema.ts';

export interface System {
  readonly name: string;
  readonly adapter: string;
  readonly address: string;
  /** What it signs its callbacks with, as `standardwebhooks` has it: `whsec_…`. */
  readonly callbackSecret?: string | undefined;
}

const systemEntry = z.object({
  adapter: z.string().default('http'),
  callbackSecret: z.string().startsWith('whsec_').optional(),
});
const systemsFile = z.object({
  systems: z.record(z.string(), systemEntry),
});

/** The systems a file names, each below one common address. */
export const systemsOf = (json: string, networkUrl: string): System[] =>
  Object.entries(systemsFile.parse(JSON.parse(json)).systems).map(([name, { adapter, callbackSecret }]) => ({
    name,
    adapter,
    callbackSecret,
    address: `${networkUrl}/systems/${name}`,
  }));

/** What the file names is as it says, unless an operator said otherwise. Run by the owner of the tables. */
export async function saveSystems(db: Database, systems: readonly System[]): Promise<void> {
  if (systems.length === 0) return;
  await db
    .insert(system)
    .values([...systems])
    .onConflictDoUpdate({
      target: system.name,
      set: {
        adapter: sql`excluded.adapter`,
        address: sql`excluded.address`,
        callbackSecret: sql`coalesce(excluded.callback_secret, ${system.callbackSecret})`,
      },
      setWhere: sql`not ${system.edited}`,
    });
}

export interface LimitedSystem {
  readonly name: string;
  readonly limits: SystemLimits;
}

/** Systems that have, or once had, limits: their task queues stay, since open plans may name them. */
export async function limitedSystems(db: Database | Tx): Promise<LimitedSystem[]> {
  const rows = await db
    .select({ name: system.name, limits: system.limits })
    .from(system)
    .where(isNotNull(system.limits))
    .orderBy(asc(system.name));
  return rows.map(({ name, limits }) => ({ name, limits: limits ?? {} }));
}

/** Domains that some saved catalogue names, of all tenants. */
export async function savedDomains(db: Database): Promise<string[]> {
  const rows = await db.select({ name: domain.name }).from(domain).orderBy(domain.name);
  return rows.map(({ name }) => name);
}
