import { acceptOrder } from '../../drizzle/acceptance.ts';
import { hashOf } from '../../src/kernel/json.ts';
import { answerTo, readPosted } from '../acceptance.ts';
import { fitting } from '../body.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { creation, listing, mounted, retrieval } from '../operation.ts';
import { pathOf } from './pathOf.ts';
import { productOrders } from './resource.ts';
import { productOrderCreate, productOrderSchema } from './schema.ts';
import { toDomain } from './toDomain.ts';
import { toTmf } from './toTmf.ts';

const documented = { tag: 'TMF622 Product Ordering', resource: productOrders, schema: productOrderSchema };
const creating = { operationId: 'createProductOrder', asked: productOrderCreate };

export const productOrderRoutes = (deps: ApiDeps) =>
  mounted([
    listing(deps, { ...documented, operationId: 'listProductOrder' }), //         GET  /productOrder
    creation({ ...documented, ...creating, handle: (c) => create(c, deps) }), //   POST /productOrder       201 + Location
    retrieval(deps, { ...documented, operationId: 'retrieveProductOrder' }), //   GET  /productOrder/{id}
  ]);

async function create(c: ApiContext, deps: ApiDeps): Promise<Response> {
  const posted = await readPosted(c, deps, creating.operationId, 'productOrder', toTmf);
  const wanted = fitting(productOrderCreate, posted.body);
  const request = toDomain(wanted);
  const acceptance = await acceptOrder(deps.db, { ...posted, request, fingerprint: hashOf(request) });
  if (acceptance.type === 'accepted' && acceptance.isNew) deps.startOrder(posted.tenant, acceptance.order);
  return answerTo(c, acceptance, (refusal) => pathOf(wanted, refusal));
}
