import { acceptServiceOrder } from '../../drizzle/serviceAcceptance.ts';
import { hashOf } from '../../src/kernel/json.ts';
import { answerTo, readPosted } from '../acceptance.ts';
import { fitting } from '../body.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { creation, listing, mounted, retrieval } from '../operation.ts';
import { pathOf } from './pathOf.ts';
import { serviceOrders } from './resource.ts';
import { serviceOrderCreate, serviceOrderSchema } from './schema.ts';
import { toDomain } from './toDomain.ts';
import { toTmf } from './toTmf.ts';

const documented = { tag: 'TMF641 Service Ordering', resource: serviceOrders, schema: serviceOrderSchema };
const creating = { operationId: 'createServiceOrder', asked: serviceOrderCreate };

export const serviceOrderRoutes = (deps: ApiDeps) =>
  mounted([
    listing(deps, { ...documented, operationId: 'listServiceOrder' }), //        GET  /serviceOrder
    creation({ ...documented, ...creating, handle: (c) => create(c, deps) }), // POST /serviceOrder       201 + Location
    retrieval(deps, { ...documented, operationId: 'retrieveServiceOrder' }), //  GET  /serviceOrder/{id}
  ]);

async function create(c: ApiContext, deps: ApiDeps): Promise<Response> {
  const posted = await readPosted(c, deps, creating.operationId, 'serviceOrder', toTmf);
  const wanted = fitting(serviceOrderCreate, posted.body);
  const request = toDomain(wanted);
  const acceptance = await acceptServiceOrder(deps.db, { ...posted, request, fingerprint: hashOf(request) });
  if (acceptance.type === 'accepted' && acceptance.isNew) {
    deps.startServiceOrder(posted.tenant, acceptance.order);
  }
  return answerTo(c, acceptance, (refusal) => pathOf(wanted, refusal));
}
