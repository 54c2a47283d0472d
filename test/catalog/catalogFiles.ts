import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { parseAuthored } from '../../src/catalog/authored.ts';
import type { Catalog, CatalogEntry } from '../../src/catalog/model.ts';
import { emptyCatalog, withEntries } from '../../src/catalog/snapshot.ts';

const demo = join(import.meta.dirname, '../../temporal-dev/demo');

export const demoSystems = ['olt', 'bng', 'ipam', 'edge', 'acs', 'nms', 'voice', 'porting'];

export function entryOf(document: unknown): CatalogEntry {
  const parsed = parseAuthored(document);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.refusal));
  return parsed.entry;
}

export const catalogOf = (...documents: readonly unknown[]): Catalog =>
  withEntries(emptyCatalog, documents.map(entryOf));

export const documentsIn = (folder: 'catalogue' | 'more'): readonly unknown[] =>
  readdirSync(join(demo, folder)).flatMap((file) =>
    parseAllDocuments(readFileSync(join(demo, folder, file), 'utf8')).map((document) => document.toJS()),
  );
