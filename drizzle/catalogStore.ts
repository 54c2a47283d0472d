import { randomUUID } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { checkCatalog } from '../src/catalog/check.ts';
import { type Catalog, type CatalogEntry, type CatalogRefusal, entryName } from '../src/catalog/model.ts';
import { domainsOf, emptyCatalog, snapshotOf, withEntries } from '../src/catalog/snapshot.ts';
import { must } from '../src/kernel/assert.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import { type NewAudit, type Person, recordDone } from './auditStore.ts';
import { type Database, type Tx, withTenant } from './client.ts';
import { catalogEntry, catalogHead, catalogSnapshot, domain, system } from './schema.ts';

export type SavedCatalog =
  | { readonly type: 'saved'; readonly hash: string; readonly changed: boolean }
  | { readonly type: 'refused'; readonly refusals: readonly CatalogRefusal[] };

/** All entries or none. Two that save at once wait for each other, so none is checked against a stale catalogue. */
export const saveCatalog = (
  db: Database,
  tenant: string,
  entries: readonly CatalogEntry[],
  by?: Person,
): Promise<SavedCatalog> =>
  withTenant(db, tenant, async (tx): Promise<SavedCatalog> => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtext('catalogue'), hashtext(${tenant}))`);
    const today = await currentCatalog(tx, tenant);
    const catalog = withEntries(today?.content ?? emptyCatalog, entries);
    const systems = await tx.select({ name: system.name }).from(system);
    const checked = checkCatalog(
      catalog,
      systems.map(({ name }) => name),
    );
    if (!checked.ok) return { type: 'refused', refusals: checked.refusals };
    const { hash, content } = snapshotOf(catalog);
    if (hash === today?.hash) return { type: 'saved', hash, changed: false };
    await tx.insert(catalogSnapshot).values({ tenantId: tenant, hash, content }).onConflictDoNothing();
    await tx
      .insert(catalogHead)
      .values({ tenantId: tenant, hash })
      .onConflictDoUpdate({ target: catalogHead.tenantId, set: { hash } });
    await saveEntries(tx, tenant, entries);
    const domains = domainsOf(catalog).map((name) => ({ name }));
    if (domains.length > 0) await tx.insert(domain).values(domains).onConflictDoNothing();
    if (by) await recordDone(tx, tenant, savingOf(by, hash, entries));
    return { type: 'saved', hash, changed: true };
  });

const savingOf = (by: Person, hash: string, entries: readonly CatalogEntry[]): NewAudit => ({
  ...by,
  id: randomUUID(),
  command: 'saveCatalogue',
  entity: 'catalogue',
  entityId: hash,
  given: { entries: entries.map(entryName) },
});

async function saveEntries(tx: Tx, tenant: string, entries: readonly CatalogEntry[]): Promise<void> {
  const rows = entries.map((entry) => ({
    tenantId: tenant,
    kind: entry.kind,
    id: entry.id,
    name: entry.name,
    version: entry.version,
    lifecycle: entry.kind === 'productOffering' ? entry.lifecycle : 'active',
    content: entry as unknown as JsonObject,
  }));
  await tx
    .insert(catalogEntry)
    .values(rows)
    .onConflictDoUpdate({
      target: [catalogEntry.tenantId, catalogEntry.kind, catalogEntry.id],
      set: {
        name: sql`excluded.name`,
        version: sql`excluded.version`,
        lifecycle: sql`excluded.lifecycle`,
        content: sql`excluded.content`,
        updatedAt: sql`now()`,
      },
    });
}

export interface StoredCatalog {
  readonly hash: string;
  readonly content: Catalog;
}

/** Snapshots never change, so one that was read once is kept. */
const snapshots = new Map<string, Catalog>();
const snapshotsMax = 50;

export async function catalogOf(tx: Tx, tenant: string, hash: string): Promise<Catalog> {
  const known = snapshots.get(`${tenant} ${hash}`);
  if (known !== undefined) return known;
  const where = and(eq(catalogSnapshot.tenantId, tenant), eq(catalogSnapshot.hash, hash));
  const [row] = await tx.select({ content: catalogSnapshot.content }).from(catalogSnapshot).where(where);
  const content = must(row, `the catalogue snapshot ${hash}`).content as Catalog;
  if (snapshots.size >= snapshotsMax) snapshots.clear();
  snapshots.set(`${tenant} ${hash}`, content);
  return content;
}

/** Undefined before the first save. */
export async function currentCatalog(tx: Tx, tenant: string): Promise<StoredCatalog | undefined> {
  const [head] = await tx
    .select({ hash: catalogHead.hash })
    .from(catalogHead)
    .where(eq(catalogHead.tenantId, tenant));
  return head && { hash: head.hash, content: await catalogOf(tx, tenant, head.hash) };
}
