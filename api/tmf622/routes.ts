import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Acceptance, acceptOrder } from '../../drizzle/acceptance.ts';
import { hashOf } from '../../src/kernel/json.ts';
import { fitting, readJson } from '../body.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { idempotencyKey } from '../idempotencyKey.ts';
import { errors, json, listing, mounted, type Operation, retrieval } from '../operation.ts';
import { refuse } from '../problem.ts';
import { collections, linksOf } from '../resource.ts';
import { pathOf } from './pathOf.ts';
import { productOrders } from './resource.ts';
import { type ProductOrderCreate, productOrderCreate, productOrderSchema } from './schema.ts';
import { toDomain } from './toDomain.ts';
import { toTmf } from './toTmf.ts';

const documented = { tag: 'TMF622 Product Ordering', resource: productOrders, schema: productOrderSchema };

export const productOrderRoutes = (deps: ApiDeps) =>
  mounted([
    listing(deps, { ...documented, operationId: 'listProductOrder' }), //         GET  /productOrder
    createProductOrder(deps), //                                                  POST /productOrder       201 + Location
    retrieval(deps, { ...documented, operationId: 'retrieveProductOrder' }), //   GET  /productOrder/{id}
  ]);

const createProductOrder = (deps: ApiDeps): Operation => ({
  handle: (c) => create(c, deps),
  route: {
    method: 'post',
    path: collections.productOrder,
    operationId: 'createProductOrder',
    tags: [documented.tag],
    parameters: [{ name: 'Idempotency-Key', in: 'header', schema: { type: 'string', maxLength: 255 } }],
    request: { body: { required: true, ...json('The order', productOrderCreate) } },
    responses: {
      201: json('The order as it was accepted, or as it stands', productOrderSchema),
      ...errors(400, 409, 413, 415, 422, 500, 503),
    },
  },
});

async function create(c: ApiContext, deps: ApiDeps): Promise<Response> {
  const { tenant, client } = callerOf(c.req.raw);
  const key = idempotencyKey(c);
  const body = await readJson(c, deps.config.bodyLimitBytes);
  const wanted = fitting(productOrderCreate, body);
  const request = toDomain(wanted);
  const fingerprint = hashOf(request);
  const links = linksOf(c, deps);
  const acceptance = await acceptOrder(deps.db, {
    tenant,
    client,
    orderId: deps.newOrderId(),
    now: deps.clock().toISOString(),
    request,
    fingerprint,
    ...(key !== undefined && {
      idempotency: { operation: 'createProductOrder', key, fingerprint: hashOf(body) },
    }),
    render: (order) => ({
      status: 201,
      location: links.href('productOrder', order.id),
      body: toTmf(order, links),
    }),
    ...(deps.failpoint && { failpoint: deps.failpoint }),
    limits: {
      serviceItemsMax: deps.config.planServiceItemsMax,
      dispatchDelayMs: deps.config.dispatchDelayMs,
    },
  });
  if (acceptance.type === 'accepted' && acceptance.isNew) deps.startOrder(tenant, acceptance.order);
  return answerTo(c, acceptance, wanted);
}

function answerTo(c: ApiContext, acceptance: Acceptance, wanted: ProductOrderCreate): Response {
  switch (acceptance.type) {
    case 'accepted':
    case 'replayed': {
      const { status, location, body } = acceptance.reply;
      return c.json(body, status as ContentfulStatusCode, { Location: location });
    }
    case 'refused': {
      const path = pathOf(wanted, acceptance.refusal);
      const { type, message } = acceptance.refusal;
      return refuse(type, message, path === undefined ? {} : { path });
    }
    case 'keyReused':
      return refuse('IdempotencyKeyReused', 'the key belongs to a request with another body');
    case 'externalIdReused':
      return refuse('ExternalIdReused', `order ${acceptance.order} has it, with other content`, {
        path: 'externalId',
      });
  }
}
