import type { ApiDeps } from '../deps.ts';
import { listing, mounted, retrieval } from '../operation.ts';
import { serviceOrders } from './resource.ts';
import { serviceOrderSchema } from './schema.ts';

const documented = { tag: 'TMF641 Service Ordering', resource: serviceOrders, schema: serviceOrderSchema };

export const serviceOrderRoutes = (deps: ApiDeps) =>
  mounted([
    listing(deps, { ...documented, operationId: 'listServiceOrder' }), //        GET /serviceOrder
    retrieval(deps, { ...documented, operationId: 'retrieveServiceOrder' }), //  GET /serviceOrder/{id}
  ]);
