import { z } from '@hono/zod-openapi';
import { saveCatalog } from '../../drizzle/catalogStore.ts';
import { parseAuthored } from '../../src/catalog/authored.ts';
import { type CatalogEntry, type CatalogRefusal, entryName } from '../../src/catalog/model.ts';
import { fitting, readJson } from '../body.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { refuse } from '../problem.ts';

const documentsMax = 1_000;

export const catalogueSchema = z
  .object({
    documents: z
      .array(z.looseObject({}))
      .min(1)
      .max(documentsMax)
      .openapi({ description: 'Catalogue entries, as their author writes them' }),
  })
  .openapi('Catalogue');

export const savedSchema = z.object({ hash: z.string(), changed: z.boolean() });

/** All documents or none: whatever is wrong with any of them is answered in one go. */
export async function saveDocuments(c: ApiContext, deps: ApiDeps): Promise<Response> {
  const { tenant, client, subject } = callerOf(c.req.raw);
  const { documents } = fitting(catalogueSchema, await readJson(c, deps.config.bodyLimitBytes));
  const parsed = documents.map(parseAuthored);
  const entries = parsed.flatMap((document) => (document.ok ? [document.entry] : []));
  refuseCatalogue([
    ...parsed.flatMap((document) => (document.ok ? [] : [document.refusal])),
    ...twice(entries),
  ]);
  const saved = await saveCatalog(deps.db, tenant, entries, { client, subject });
  if (saved.type === 'refused') return refuseCatalogue(saved.refusals) ?? c.body(null);
  return c.json({ hash: saved.hash, changed: saved.changed }, 201);
}

function twice(entries: readonly CatalogEntry[]): CatalogRefusal[] {
  const seen = new Set<string>();
  return entries.flatMap((entry): CatalogRefusal[] => {
    const name = entryName(entry);
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const message = 'the entry is there twice';
    return [{ type: 'CatalogInvalid', code: 'duplicate', entry: name, path: '', message }];
  });
}

function refuseCatalogue(refusals: readonly CatalogRefusal[]): undefined {
  const [first] = refusals;
  if (first === undefined) return undefined;
  const { entry, path, message } = first;
  return refuse('CatalogInvalid', message, {
    path: path === '' ? entry : `${entry}.${path}`,
    details: refusals.map(({ type: _, ...refusal }) => refusal),
  });
}
