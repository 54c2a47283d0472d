import { z } from '@hono/zod-openapi';
import { withTenant } from '../../drizzle/client.ts';
import { readOneServiceOrder, readOrderDetails } from '../../drizzle/reads/orderDetails.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { errors, idParameter, json, listing, mounted, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { auditOperations } from './audit.ts';
import { bulkOperations } from './bulk.ts';
import { callbackOperations } from './callbacks.ts';
import { catalogueSchema, savedSchema, saveDocuments } from './catalogue.ts';
import { falloutOf, falloutSchema, inspectFallout } from './fallout.ts';
import { falloutCommandOperations } from './falloutCommands.ts';
import { holdOperations } from './holds.ts';
import { orderOperations } from './orderCommands.ts';
import { retryStepOperation } from './retryStep.ts';
import { orderView, serviceOrderView } from './orderView.ts';
import { overrideOperations } from './overrides.ts';
import { systemOperations } from './systems.ts';
import { versionOperations } from './versions.ts';

const tag = 'Operations';

export const opsRoutes = (deps: ApiDeps) =>
  mounted([
    inspectProductOrder(deps), // GET  /ops/v1/productOrders/{id}
    inspectServiceOrder(deps), // GET  /ops/v1/serviceOrders/{id}
    saveCatalogue(deps), //       POST /ops/v1/catalogue           201
    ...systemOperations(deps), // /ops/v1/systems
    ...callbackOperations(deps), // /ops/v1/callbacks
    ...overrideOperations(deps), // /ops/v1/overrides
    listing(deps, documentedFallout(deps)), // GET  /ops/v1/fallout
    inspectOneFallout(deps), //   GET  /ops/v1/fallout/{id}
    ...falloutCommandOperations(deps), // POST /ops/v1/fallout/{id}/{retryNow,skip,claim,…}
    ...bulkOperations(deps), //    POST /ops/v1/fallout/bulk, /ops/v1/bulkTasks
    ...orderOperations(deps), //    POST /ops/v1/{productOrders,serviceOrders}/{id}/{hold,resume,abort,restart}
    retryStepOperation(deps), //    POST /ops/v1/serviceOrders/{id}/retryNow
    ...holdOperations(deps), // /ops/v1/holds
    ...auditOperations(deps), // /ops/v1/audit
    ...versionOperations(deps), // /ops/v1/{productOrders,serviceOrders}/{id}/versions
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
