import type { ApiDeps } from '../deps.ts';
import { listing, mounted, retrieval } from '../operation.ts';
import { serviceSpecifications } from './resource.ts';
import { serviceSpecificationSchema } from './schema.ts';

const documented = {
  tag: 'TMF633 Service Catalog',
  resource: serviceSpecifications,
  schema: serviceSpecificationSchema,
};

export const serviceCatalogRoutes = (deps: ApiDeps) =>
  mounted([
    listing(deps, { ...documented, operationId: 'listServiceSpecification' }), //        GET /serviceSpecification
    retrieval(deps, { ...documented, operationId: 'retrieveServiceSpecification' }), //  GET /serviceSpecification/{id}
  ]);
