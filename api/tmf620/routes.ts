import type { ApiDeps } from '../deps.ts';
import { listing, mounted, retrieval } from '../operation.ts';
import { productOfferings, productSpecifications } from './resource.ts';
import { productOfferingSchema, productSpecificationSchema } from './schema.ts';

const tag = 'TMF620 Product Catalog';
const offering = { tag, resource: productOfferings, schema: productOfferingSchema };
const specification = { tag, resource: productSpecifications, schema: productSpecificationSchema };

export const productCatalogRoutes = (deps: ApiDeps) =>
  mounted([
    listing(deps, { ...offering, operationId: 'listProductOffering' }), //                 GET /productOffering
    retrieval(deps, { ...offering, operationId: 'retrieveProductOffering' }), //           GET /productOffering/{id}
    listing(deps, { ...specification, operationId: 'listProductSpecification' }), //       GET /productSpecification
    retrieval(deps, { ...specification, operationId: 'retrieveProductSpecification' }), // GET /productSpecification/{id}
  ]);
