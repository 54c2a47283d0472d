import { z } from '@hono/zod-openapi';
import { withTenant } from '../../drizzle/client.ts';
import { auditColumns, type AuditRead, listAudit } from '../../drizzle/reads/audit.ts';
import { byId } from '../../drizzle/reads/list.ts';
import type { VersionedOrder } from '../../drizzle/reads/versions.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { auditOutcomes } from '../../src/operator/audit.ts';
import { stepCommands } from '../../src/operator/commands.ts';
import { callerOf } from '../caller.ts';
import type { ApiDeps } from '../deps.ts';
import { errors, idParameter, json, listing, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { dateTime, given, type Links, linksOf, present, type Readable } from '../resource.ts';
import { versionHref } from './versions.ts';

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

const toView = (row: AuditRead, links: Links): JsonObject =>
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
    ...versionHrefs(row, links),
    ...triesView(row),
  });

/** Where the versions around the command can be read. */
function versionHrefs(row: AuditRead, links: Links) {
  const order = versionedBy(row);
  if (order === undefined) return {};
  const hrefOf = (version: number | null) =>
    version === null ? undefined : versionHref(links, order, version);
  return { beforeHref: hrefOf(row.before), afterHref: hrefOf(row.after) };
}

/** A restart within a product order is carried out, and counted, by the run of that one. */
function versionedBy({ entity, command, orderId, serviceOrderId }: AuditRead): VersionedOrder | undefined {
  const isOfProductOrder = entity === 'productOrder' || command === 'restart';
  if (orderId !== null && isOfProductOrder) return { kind: 'productOrder', id: orderId };
  return serviceOrderId === null ? undefined : { kind: 'serviceOrder', id: serviceOrderId };
}

/** A command about a step changes the step: its tries around the command, as its service order numbers them. */
function triesView({ command, tryBefore, tryAfter }: AuditRead) {
  if (!(stepCommands as readonly string[]).includes(command)) return {};
  return tryBefore === null && tryAfter === null
    ? {}
    : { tries: given({ before: tryBefore, after: tryAfter }) };
}

const audits: Readable<AuditRead> = {
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
    const found = auditIdPattern.test(id)
      ? await withTenant(deps.db, tenant, (tx) => listAudit(tx, tenant, byId(id)))
      : undefined;
    return c.json(
      toView(found?.rows[0] ?? refuse('ResourceUnknown', 'there is no such audit'), linksOf(c, deps)),
    );
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
