import { catalogColumns, type CatalogEntryRead, listCatalogEntries } from '../../drizzle/reads/catalog.ts';
import type { ServiceSpecification } from '../../src/catalog/model.ts';
import { lifecycleFromTmf } from '../catalogWords.ts';
import type { Readable } from '../resource.ts';
import { toTmf } from './toTmf.ts';

export const serviceSpecifications: Readable<CatalogEntryRead<ServiceSpecification>> = {
  name: 'serviceSpecification',
  list: (tx, tenant, query) => listCatalogEntries(tx, tenant, 'serviceSpecification', query),
  toTmf,
  columns: catalogColumns,
  attributes: {
    id: { column: 'id' },
    name: { column: 'name' },
    version: { column: 'version' },
    lifecycleStatus: { column: 'lifecycle', values: lifecycleFromTmf },
    lastUpdate: { column: 'updatedAt' },
    domain: { column: 'domain' },
  },
};
