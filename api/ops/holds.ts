import { z } from '@hono/zod-openapi';
import type { AuditRow } from '../../drizzle/auditStore.ts';
import { holdColumns, type HoldRead, listHolds } from '../../drizzle/reads/holds.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { addressed } from '../contract.ts';
import type { ApiDeps } from '../deps.ts';
import { listing, type Operation } from '../operation.ts';
import { dateTime, given, type Links, type Readable } from '../resource.ts';

/** What people hold now: GET /ops/v1/holds */
export const holdOperations = (deps: ApiDeps): readonly Operation[] => [
  listing(deps, { tag: 'Operations', resource: holds, schema: holdSchema, operationId: 'listHold' }),
];

const holdSchema = addressed
  .extend({
    kind: z.enum(['productOrder', 'serviceOrder']),
    state: z.string(),
    command: z.string(),
    by: z.string(),
    client: z.string(),
    since: z.string(),
    reason: z.string().exactOptional(),
  })
  .openapi('OnHold');

/** Who holds an order, since when and why; the command is its row in the audit. */
export const holdView = ({ id, subject, client, at, decidedAt, reason }: AuditRow): JsonObject =>
  given({ command: id, by: subject, client, since: dateTime(decidedAt ?? at), reason });

const places = { productOrder: 'productOrders', serviceOrder: 'serviceOrders' } as const;

const toView = ({ kind, id, state, hold }: HoldRead, { origin }: Links): JsonObject => ({
  ...{ id, href: `${origin}/ops/v1/${places[kind]}/${id}`, kind, state },
  ...holdView(hold),
});

const holds: Readable<HoldRead> = {
  name: 'hold',
  list: listHolds,
  toTmf: toView,
  columns: holdColumns,
  attributes: Object.fromEntries(Object.keys(holdColumns).map((column) => [column, { column }])),
};
