import type { ApiDeps } from '../deps.ts';
import { listing, mounted, retrieval } from '../operation.ts';
import { products } from './resource.ts';
import { productSchema } from './schema.ts';

const documented = { tag: 'TMF637 Product Inventory', resource: products, schema: productSchema };

export const productRoutes = (deps: ApiDeps) =>
  mounted([
    listing(deps, { ...documented, operationId: 'listProduct' }), //        GET /product
    retrieval(deps, { ...documented, operationId: 'retrieveProduct' }), //  GET /product/{id}
  ]);
