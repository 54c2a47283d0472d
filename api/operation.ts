import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import type { ApiContext, ApiDeps, Env } from './deps.ts';
import type { Attributes } from './query.ts';
import { collections, type Readable, list, retrieve } from './resource.ts';

/** One operation of the contract: its documentation and what answers it. */
export interface Operation {
  readonly route: RouteConfig;
  readonly handle: (c: ApiContext) => Promise<Response>;
}

export function mounted(operations: readonly Operation[]): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>();
  for (const { route, handle } of operations) {
    app.openAPIRegistry.registerPath(route);
    app.on(route.method.toUpperCase(), route.path.replace(/\{(\w+)\}/g, ':$1'), handle);
  }
  return app;
}

export const errorSchema = z
  .object({
    '@type': z.literal('Error'),
    code: z.string(),
    reason: z.string(),
    message: z.string(),
    status: z.string(),
    path: z.string().optional(),
    details: z.array(z.looseObject({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi('Error');

export const json = (description: string, schema: z.ZodType) => ({
  description,
  content: { 'application/json': { schema } },
});

export const errors = (...statuses: readonly number[]) =>
  Object.fromEntries(statuses.map((status) => [status, json('Error', errorSchema)]));

interface Documented<Entity> {
  readonly operationId: string;
  readonly tag: string;
  readonly resource: Readable<Entity>;
  readonly schema: z.ZodType;
}

export const listing = <Entity>(deps: ApiDeps, documented: Documented<Entity>): Operation => ({
  handle: (c) => list(c, deps, documented.resource),
  route: listRoute(documented),
});

interface DocumentedWithin<Entity> extends Omit<Documented<Entity>, 'resource'> {
  readonly resourceOf: (id: string) => Readable<Entity>;
}

/** A list that belongs to one resource, whose id is in its path. */
export const listingWithin = <Entity>(
  deps: ApiDeps,
  { resourceOf, ...documented }: DocumentedWithin<Entity>,
): Operation => ({
  handle: (c) => list(c, deps, resourceOf(c.req.param('id') ?? '')),
  route: listRoute({ ...documented, resource: resourceOf('') }, [idParameter], [404]),
});

const listRoute = <Entity>(
  { operationId, tag, resource, schema }: Documented<Entity>,
  inPath: readonly (typeof idParameter)[] = [],
  alsoErrors: readonly number[] = [],
) => ({
  method: 'get' as const,
  path: collections[resource.name],
  operationId,
  tags: [tag],
  parameters: [
    ...inPath,
    ...['fields', 'sort'].map((name) => query(name, 'string')),
    ...['offset', 'limit'].map((name) => query(name, 'integer')),
    ...filters(resource.attributes),
  ],
  responses: {
    200: json('A list; X-Total-Count and X-Result-Count count it', z.array(schema)),
    206: json('A part of a list that was asked for in parts', z.array(schema)),
    ...errors(400, ...alsoErrors, 500, 503),
  },
});

export const retrieval = <Entity>(deps: ApiDeps, documented: Documented<Entity>): Operation => ({
  handle: (c) => retrieve(c, deps, documented.resource),
  route: {
    method: 'get',
    path: `${collections[documented.resource.name]}/{id}`,
    operationId: documented.operationId,
    tags: [documented.tag],
    parameters: [idParameter, query('fields', 'string')],
    responses: { 200: json('The resource', documented.schema), ...errors(400, 404, 500, 503) },
  },
});

interface Creating<Entity> extends Documented<Entity> {
  /** What a client may say. */
  readonly asked: z.ZodType;
  readonly handle: Operation['handle'];
  /** What is created; without a word, an order. */
  readonly words?: { readonly asked: string; readonly answered: string };
  /** What a creation is refused with beside the usual. */
  readonly alsoErrors?: readonly number[];
}

const ofOrders = { asked: 'The order', answered: 'The order as it was accepted, or as it stands' };

export const creation = <Entity>({
  asked,
  handle,
  words = ofOrders,
  alsoErrors = [],
  ...documented
}: Creating<Entity>): Operation => ({
  handle,
  route: {
    method: 'post',
    path: collections[documented.resource.name],
    operationId: documented.operationId,
    tags: [documented.tag],
    parameters: [keyParameter],
    request: { body: { required: true, ...json(words.asked, asked) } },
    responses: {
      201: json(words.answered, documented.schema),
      ...errors(400, ...alsoErrors, 409, 413, 415, 422, 500, 503),
    },
  },
});

export const idParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
} as const;

export const keyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', maxLength: 255 },
} as const;

const query = (name: string, type: 'string' | 'integer') =>
  ({ name, in: 'query', schema: { type } }) as const;
const filters = (attributes: Attributes) => Object.keys(attributes).map((name) => query(name, 'string'));
