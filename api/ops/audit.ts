import { z } from '@hono/zod-openapi';
import { type AuditRow, findAudit } from '../../drizzle/auditStore.ts';
import { withTenant } from '../../drizzle/client.ts';
import { auditColumns, listAudit } from '../../drizzle/reads/audit.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { auditOutcomes } from '../../src/operator/audit.ts';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { errors, idParameter, json, listing, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { dateTime, type Links, linksOf, present, type Readable } from '../resource.ts';

const tag = 'Operations';

/** Who did what to which order, when, why, and what came of it. */
export const auditOperations = (deps: ApiDeps): readonly Operation[] => [
  listing(deps, { tag, resource: audits, schema: auditSchema, operationId: 'listAudit' }),
  retrieveAudit(deps), // GET /ops/v1/audit/{id}
];

const auditSchema = z
  .looseObject({
    id: z.string(),
    at: z.string(),
    subject: z.string(),
    command: z.string(),
    entity: z.string(),
    entityId: z.string(),
    outcome: z.enum(auditOutcomes),
  })
  .openapi('Audit');

const toView = (row: AuditRow, links: Links): JsonObject =>
  present({
    id: row.id,
    href: links.href('audit', encodeURIComponent(row.id)),
    at: dateTime(row.at),
    client: row.client,
    subject: row.subject,
    command: row.command,
    entity: row.entity,
    entityId: row.entityId,
    order: row.orderId,
    serviceOrder: row.serviceOrderId,
    item: row.item,
    step: row.step,
    reason: row.reason,
    given: row.given,
    outcome: row.outcome,
    code: row.code,
    message: row.message,
    decidedAt: dateTime(row.decidedAt),
    before: row.before,
    after: row.after,
  });

const audits: Readable<AuditRow> = {
  name: 'audit',
  list: listAudit,
  toTmf: toView,
  columns: auditColumns,
  attributes: Object.fromEntries(Object.keys(auditColumns).map((column) => [column, { column }])),
};

/** Ids of the audit hold keys that clients chose: longer and freer than ours. */
const auditIdPattern = /^[^\0]{1,1000}$/;

const retrieveAudit = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const { tenant } = callerOf(c.req.raw);
    const id = c.req.param('id') ?? '';
    const row = auditIdPattern.test(id)
      ? await withTenant(deps.db, tenant, (tx) => findAudit(tx, tenant, id))
      : undefined;
    return c.json(toView(row ?? refuse('ResourceUnknown', 'there is no such audit'), linksOf(c, deps)));
  },
  route: {
    method: 'get',
    path: '/ops/v1/audit/{id}',
    operationId: 'retrieveAudit',
    tags: [tag],
    parameters: [idParameter],
    responses: {
      200: json('What was commanded, and what came of it', auditSchema),
      ...errors(404, 500, 503),
    },
  },
});
