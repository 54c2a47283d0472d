import type { ApiDeps } from '../deps.ts';
import { listing, mounted, retrieval } from '../operation.ts';
import { services } from './resource.ts';
import { serviceSchema } from './schema.ts';

const documented = { tag: 'TMF638 Service Inventory', resource: services, schema: serviceSchema };

export const serviceRoutes = (deps: ApiDeps) =>
  mounted([
    listing(deps, { ...documented, operationId: 'listService' }), //        GET /service
    retrieval(deps, { ...documented, operationId: 'retrieveService' }), //  GET /service/{id}
  ]);
