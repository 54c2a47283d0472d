import { z } from '@hono/zod-openapi';
import { withTenant } from '../../drizzle/client.ts';
import { removeOnce } from '../../drizzle/overrideRemoval.ts';
import {
  listOverrides,
  overrideColumns,
  type OverrideRead,
  readOverride,
} from '../../drizzle/reads/overrides.ts';
import { isStorableText } from '../../src/catalog/values.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { callerOf } from '../caller.ts';
import { addressed } from '../contract.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { errors, json, listing, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { dateTime, given, type Links, linksOf, type Readable } from '../resource.ts';
import { commander } from './commandAnswer.ts';

const tag = 'Operations';
const reasonMax = 500;

export const overrideOperations = (deps: ApiDeps): readonly Operation[] => [
  listing(deps, { tag, resource: overrides, schema: overrideSchema, operationId: 'listOverride' }),
  retrieve(deps), // GET    /ops/v1/overrides/{service}/{step}
  remove(deps), //   DELETE /ops/v1/overrides/{service}/{step}   204
];

const overrideSchema = addressed
  .extend({ service: z.string(), step: z.string(), values: z.looseObject({}), setBy: z.string() })
  .openapi('Override');

const toView = (row: OverrideRead, links: Links): JsonObject =>
  given({
    id: `${row.serviceId}/${row.step}`,
    href: links.href('override', `${row.serviceId}/${row.step}`),
    service: row.serviceId,
    step: row.step,
    values: row.values,
    setBy: row.setBy,
    setAt: dateTime(row.setAt),
    subject: row.subject,
    reason: row.reason,
  });

const overrides: Readable<OverrideRead> = {
  name: 'override',
  list: listOverrides,
  toTmf: toView,
  columns: overrideColumns,
  attributes: Object.fromEntries(Object.keys(overrideColumns).map((column) => [column, { column }])),
};

const path = '/ops/v1/overrides/{service}/{step}';
const parameters = ['service', 'step'].map(
  (name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }) as const,
);

const keyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  schema: { type: 'string', maxLength: 255 },
} as const;

const retrieve = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const { tenant } = callerOf(c.req.raw);
    const { service, step } = placeOf(c);
    const row = await withTenant(deps.db, tenant, (tx) => readOverride(tx, tenant, service, step));
    return c.json(toView(row ?? unknown(), linksOf(c, deps)));
  },
  route: {
    method: 'get',
    path,
    operationId: 'retrieveOverride',
    tags: [tag],
    parameters,
    responses: { 200: json('What is set, by whom and why', overrideSchema), ...errors(404, 500, 503) },
  },
});

const remove = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const { commandId: id, tenant, client, subject } = commander(c);
    const { service: serviceId, step } = placeOf(c);
    const removal = { id, tenant, client, subject, serviceId, step, reason: reasonIn(c) };
    const removed = await withTenant(deps.db, tenant, (tx) => removeOnce(tx, removal));
    if (removed === 'unknown') unknown();
    if (removed === 'keyReused') refuse('IdempotencyKeyReused', 'the key belongs to another command');
    return c.body(null, 204);
  },
  route: {
    method: 'delete',
    path,
    operationId: 'removeOverride',
    tags: [tag],
    parameters: [
      ...parameters,
      keyParameter,
      { name: 'reason', in: 'query', schema: { type: 'string', maxLength: reasonMax } },
    ],
    responses: {
      204: { description: 'Removed: the next modify of the service writes the value of the mapping' },
      ...errors(400, 404, 422, 500, 503),
    },
  },
});

function reasonIn(c: ApiContext): string | null {
  const reason = c.req.query('reason')?.trim() ?? '';
  if (reason.length > reasonMax || !isStorableText(reason))
    refuse('ParameterInvalid', `is text of at most ${reasonMax} characters`, { path: 'reason' });
  return reason === '' ? null : reason;
}

const unknown = (): never => refuse('ResourceUnknown', 'there is no such override');

function placeOf(c: ApiContext) {
  const service = c.req.param('service') ?? '';
  const step = c.req.param('step') ?? '';
  return idPattern.test(service) && idPattern.test(step) ? { service, step } : unknown();
}
