import { catalogColumns, type CatalogEntryRead, listCatalogEntries } from '../../drizzle/reads/catalog.ts';
import type { ProductOffering, ProductSpecification } from '../../src/catalog/model.ts';
import { lifecycleFromTmf } from '../catalogWords.ts';
import type { Readable } from '../resource.ts';
import { offeringToTmf, specificationToTmf } from './toTmf.ts';

const attributes = {
  id: { column: 'id' },
  name: { column: 'name' },
  version: { column: 'version' },
  lifecycleStatus: { column: 'lifecycle', values: lifecycleFromTmf },
  lastUpdate: { column: 'updatedAt' },
};

export const productOfferings: Readable<CatalogEntryRead<ProductOffering>> = {
  name: 'productOffering',
  list: (tx, tenant, query) => listCatalogEntries(tx, tenant, 'productOffering', query),
  toTmf: offeringToTmf,
  columns: catalogColumns,
  attributes: { ...attributes, 'productSpecification.id': { column: 'specification' } },
};

export const productSpecifications: Readable<CatalogEntryRead<ProductSpecification>> = {
  name: 'productSpecification',
  list: (tx, tenant, query) => listCatalogEntries(tx, tenant, 'productSpecification', query),
  toTmf: specificationToTmf,
  columns: catalogColumns,
  attributes,
};
