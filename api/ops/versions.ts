import { z } from '@hono/zod-openapi';
import { withTenant } from '../../drizzle/client.ts';
import {
  listVersions,
  readVersion,
  type VersionedOrder,
  type VersionRead,
} from '../../drizzle/reads/versions.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { errors, idParameter, json, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { dateTime, given, type Links, linksOf } from '../resource.ts';

/** An order as it stood: what `before` and `after` in the audit refer to. */
export const versionOperations = (deps: ApiDeps): readonly Operation[] => [
  list(deps, 'productOrder'), //     GET /ops/v1/productOrders/{id}/versions
  retrieve(deps, 'productOrder'), // GET /ops/v1/productOrders/{id}/versions/{version}
  list(deps, 'serviceOrder'), //     GET /ops/v1/serviceOrders/{id}/versions
  retrieve(deps, 'serviceOrder'), // GET /ops/v1/serviceOrders/{id}/versions/{version}
];

const versionSchema = z
  .looseObject({ version: z.int(), href: z.string(), type: z.string(), at: z.string() })
  .openapi('OrderVersion');

const places = { productOrder: 'productOrders', serviceOrder: 'serviceOrders' } as const;

export const versionHref = ({ origin }: Links, { kind, id }: VersionedOrder, version: number): string =>
  `${origin}/ops/v1/${places[kind]}/${id}/versions/${version}`;

const toView = (links: Links, order: VersionedOrder, row: VersionRead): JsonObject =>
  given({
    version: row.version,
    href: versionHref(links, order, row.version),
    type: row.type,
    at: dateTime(row.at),
    state: row.state,
  });

const list = (deps: ApiDeps, kind: VersionedOrder['kind']): Operation => ({
  handle: async (c) => {
    const { tenant } = callerOf(c.req.raw);
    const order = orderIn(c, kind);
    const rows = await withTenant(deps.db, tenant, (tx) => listVersions(tx, tenant, order));
    if (rows.length === 0) unknown(kind);
    return c.json(rows.map((row) => toView(linksOf(c, deps), order, row)));
  },
  route: {
    method: 'get',
    path: `/ops/v1/${places[kind]}/{id}/versions`,
    operationId: `list${upper(kind)}Version`,
    tags: ['Operations'],
    parameters: [idParameter],
    responses: {
      200: json('All versions of the order, the first one first', z.array(versionSchema)),
      ...errors(404, 500, 503),
    },
  },
});

const retrieve = (deps: ApiDeps, kind: VersionedOrder['kind']): Operation => ({
  handle: async (c) => {
    const { tenant } = callerOf(c.req.raw);
    const order = orderIn(c, kind);
    const text = c.req.param('version') ?? '';
    const version = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : unknown('version');
    const row = await withTenant(deps.db, tenant, (tx) => readVersion(tx, tenant, order, version));
    const { snapshot, ...found } = row ?? unknown('version');
    const { state = null } = snapshot as { readonly state?: string | null };
    const view = toView(linksOf(c, deps), order, { ...found, state });
    return c.json({ ...view, snapshot: snapshot as Json });
  },
  route: {
    method: 'get',
    path: `/ops/v1/${places[kind]}/{id}/versions/{version}`,
    operationId: `retrieve${upper(kind)}Version`,
    tags: ['Operations'],
    parameters: [idParameter, { ...idParameter, name: 'version', schema: { type: 'integer' } }],
    responses: {
      200: json('The order as it stood at this version', versionSchema),
      ...errors(404, 500, 503),
    },
  },
});

function orderIn(c: ApiContext, kind: VersionedOrder['kind']): VersionedOrder {
  const id = c.req.param('id') ?? '';
  return idPattern.test(id) ? { kind, id } : unknown(kind);
}

const unknown = (what: string): never => refuse('ResourceUnknown', `there is no such ${what}`);

const upper = (kind: VersionedOrder['kind']) => (kind === 'productOrder' ? 'ProductOrder' : 'ServiceOrder');
