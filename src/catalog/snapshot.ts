import { hashOf } from '../kernel/json.ts';
import type { Catalog, CatalogEntry } from './model.ts';

/** The whole catalogue of a tenant under the hash of its content; an order is bound to one for good. */
export interface CatalogSnapshot {
  readonly hash: string;
  readonly content: Catalog;
}

export const snapshotOf = (catalog: Catalog): CatalogSnapshot => ({
  hash: hashOf(catalog),
  content: catalog,
});

export const emptyCatalog: Catalog = {
  serviceSpecifications: {},
  productSpecifications: {},
  productOfferings: {},
};

/** The catalogue with these entries in place of those of the same kind and id. */
export const withEntries = (catalog: Catalog, entries: readonly CatalogEntry[]): Catalog =>
  entries.reduce(withEntry, catalog);

function withEntry(catalog: Catalog, entry: CatalogEntry): Catalog {
  switch (entry.kind) {
    case 'serviceSpecification':
      return {
        ...catalog,
        serviceSpecifications: { ...catalog.serviceSpecifications, [entry.id]: entry },
      };
    case 'productSpecification':
      return {
        ...catalog,
        productSpecifications: { ...catalog.productSpecifications, [entry.id]: entry },
      };
    case 'productOffering':
      return { ...catalog, productOfferings: { ...catalog.productOfferings, [entry.id]: entry } };
  }
}

export const entriesOf = (catalog: Catalog): readonly CatalogEntry[] => [
  ...Object.values(catalog.serviceSpecifications),
  ...Object.values(catalog.productSpecifications),
  ...Object.values(catalog.productOfferings),
];

/** The domains whose queues somebody must serve. */
export const domainsOf = (catalog: Catalog): readonly string[] =>
  [...new Set(Object.values(catalog.serviceSpecifications).map(({ domain }) => domain))].sort();
