import { z } from '@hono/zod-openapi';
import { withTenant } from '../../drizzle/client.ts';
import { readOneServiceOrder, readOrderDetails } from '../../drizzle/reads/orderDetails.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { errors, idParameter, json, listing, mounted, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { callbackOperations } from './callbacks.ts';
import { catalogueSchema, savedSchema, saveDocuments } from './catalogue.ts';
import { abort, abortSchema, type CommandedKind, commandSchema, restart, retryNow } from './commands.ts';
import { falloutOf, falloutSchema, inspectFallout } from './fallout.ts';
import { orderView, serviceOrderView } from './orderView.ts';
import { systemOperations } from './systems.ts';

const tag = 'Operations';

export const opsRoutes = (deps: ApiDeps) =>
  mounted([
    inspectProductOrder(deps), // GET  /ops/v1/productOrders/{id}
    inspectServiceOrder(deps), // GET  /ops/v1/serviceOrders/{id}
    saveCatalogue(deps), //       POST /ops/v1/catalogue           201
    ...systemOperations(deps), // /ops/v1/systems
    ...callbackOperations(deps), // /ops/v1/callbacks
    listing(deps, documentedFallout(deps)), // GET  /ops/v1/fallout
    inspectOneFallout(deps), //   GET  /ops/v1/fallout/{id}
    retryNowOperation(deps), //   POST /ops/v1/fallout/{id}/retryNow      202
    abortOperation(deps, 'productOrder'), //   POST /ops/v1/productOrders/{id}/abort   202
    restartOperation(deps, 'productOrder'), // POST /ops/v1/productOrders/{id}/restart 202
    abortOperation(deps, 'serviceOrder'), //   POST /ops/v1/serviceOrders/{id}/abort   202
    restartOperation(deps, 'serviceOrder'), // POST /ops/v1/serviceOrders/{id}/restart 202
  ]);

const inspectProductOrder = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const { tenant } = callerOf(c.req.raw);
    const id = c.req.param('id') ?? '';
    const details = idPattern.test(id)
      ? await withTenant(deps.db, tenant, (tx) => readOrderDetails(tx, tenant, id))
      : undefined;
    return c.json(orderView(details ?? refuse('ResourceUnknown', 'there is no such productOrder')));
  },
  route: {
    method: 'get',
    path: '/ops/v1/productOrders/{id}',
    operationId: 'inspectProductOrder',
    tags: [tag],
    parameters: [idParameter],
    responses: {
      200: json('Plan, service orders, steps, tries, times, footprints, claims', z.looseObject({})),
      ...errors(404, 500, 503),
    },
  },
});

const inspectServiceOrder = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const { tenant } = callerOf(c.req.raw);
    const id = c.req.param('id') ?? '';
    const details = idPattern.test(id)
      ? await withTenant(deps.db, tenant, (tx) => readOneServiceOrder(tx, tenant, id))
      : undefined;
    return c.json(serviceOrderView(details ?? refuse('ResourceUnknown', 'there is no such serviceOrder')));
  },
  route: {
    method: 'get',
    path: '/ops/v1/serviceOrders/{id}',
    operationId: 'inspectServiceOrder',
    tags: [tag],
    parameters: [idParameter],
    responses: {
      200: json('Items, steps, tries, times, footprints, fallout, claims', z.looseObject({})),
      ...errors(404, 500, 503),
    },
  },
});

const documentedFallout = ({ clock }: ApiDeps) => ({
  operationId: 'listFallout',
  tag,
  resource: falloutOf(clock),
  schema: falloutSchema,
});

const inspectOneFallout = (deps: ApiDeps): Operation => ({
  handle: (c) => inspectFallout(c, deps),
  route: {
    method: 'get',
    path: '/ops/v1/fallout/{id}',
    operationId: 'inspectFallout',
    tags: [tag],
    parameters: [idParameter],
    responses: {
      200: json('What needs a person, what was tried, and what may be done', falloutSchema),
      ...errors(404, 500, 503),
    },
  },
});

const accepted = { 202: json('Carried out; what follows from it takes its time', commandSchema) };

const retryNowOperation = (deps: ApiDeps): Operation => ({
  handle: (c) => retryNow(c, deps),
  route: {
    method: 'post',
    path: '/ops/v1/fallout/{id}/retryNow',
    operationId: 'retryNow',
    tags: [tag],
    parameters: [idParameter],
    responses: { ...accepted, ...errors(404, 409, 500, 503) },
  },
});

const places = {
  productOrder: { path: '/ops/v1/productOrders/{id}', name: 'ProductOrder' },
  serviceOrder: { path: '/ops/v1/serviceOrders/{id}', name: 'ServiceOrder' },
} as const satisfies Record<CommandedKind, object>;

const abortOperation = (deps: ApiDeps, kind: CommandedKind): Operation => ({
  handle: (c) => abort(c, deps, kind),
  route: {
    method: 'post',
    path: `${places[kind].path}/abort`,
    operationId: `abort${places[kind].name}`,
    tags: [tag],
    parameters: [idParameter],
    request: { body: { required: true, ...json('Why', abortSchema) } },
    responses: { ...accepted, ...errors(400, 404, 409, 413, 415, 500, 503) },
  },
});

const restartOperation = (deps: ApiDeps, kind: CommandedKind): Operation => ({
  handle: (c) => restart(c, deps, kind),
  route: {
    method: 'post',
    path: `${places[kind].path}/restart`,
    operationId: `restart${places[kind].name}`,
    tags: [tag],
    parameters: [idParameter],
    responses: { ...accepted, ...errors(404, 409, 500, 503) },
  },
});

const saveCatalogue = (deps: ApiDeps): Operation => ({
  handle: (c: ApiContext) => saveDocuments(c, deps),
  route: {
    method: 'post',
    path: '/ops/v1/catalogue',
    operationId: 'saveCatalogue',
    tags: [tag],
    request: { body: { required: true, ...json('The entries', catalogueSchema) } },
    responses: { 201: json('Saved', savedSchema), ...errors(400, 413, 415, 500, 503) },
  },
});
