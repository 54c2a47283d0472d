import { readdirSync, readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { parseAuthored } from '../../src/catalog/authored.ts';
import type { CatalogEntry } from '../../src/catalog/model.ts';

const demo = new URL('../../temporal-dev/demo/catalogue/', import.meta.url);

/** The demo catalogue as `npm start` loads it. */
export const demoEntries = (): CatalogEntry[] =>
  readdirSync(demo).flatMap((file) =>
    parseAllDocuments(readFileSync(new URL(file, demo), 'utf8')).map((document) => {
      const parsed = parseAuthored(document.toJS());
      if (!parsed.ok) throw new Error(`${file}: ${parsed.refusal.message}`);
      return parsed.entry;
    }),
  );

export const demoSystems = ['olt', 'bng', 'ipam', 'edge', 'acs', 'nms', 'voice', 'porting'] as const;
