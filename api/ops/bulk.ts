import { z } from '@hono/zod-openapi';
import { acceptBulk, type BulkTask } from '../../drizzle/bulkStore.ts';
import type { Tx } from '../../drizzle/client.ts';
import {
  bulkEntryColumns,
  type BulkEntryRead,
  bulkTaskColumns,
  isBulkTask,
  listBulkEntries,
  listBulkTasks,
} from '../../drizzle/reads/bulkTasks.ts';
import type { ListQuery } from '../../drizzle/reads/list.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import { hashOf, type JsonObject } from '../../src/kernel/json.ts';
import { bulkEntryStates } from '../../src/operator/audit.ts';
import { answerTo, readPosted } from '../acceptance.ts';
import { fitting } from '../body.ts';
import { callerOf } from '../caller.ts';
import { addressed } from '../contract.ts';
import type { ApiDeps } from '../deps.ts';
import {
  errors,
  json,
  keyParameter,
  listing,
  listingWithin,
  type Operation,
  retrieval,
} from '../operation.ts';
import { refuse } from '../problem.ts';
import { dateTime, type Links, present, type Readable } from '../resource.ts';
import { bulkSchema } from './bulkSchema.ts';

const tag = 'Operations';
const operationId = 'commandFalloutInBulk';

/** One command for many fallouts: a task, worked off by the relay. */
export const bulkOperations = (deps: ApiDeps): readonly Operation[] => [
  command(deps), //     POST /ops/v1/fallout/bulk               201 + Location
  listing(deps, { ...documented, operationId: 'listBulkTask' }), //       GET  /ops/v1/bulkTasks
  retrieval(deps, { ...documented, operationId: 'retrieveBulkTask' }), // GET  /ops/v1/bulkTasks/{id}
  listingWithin(deps, documentedEntries), //                              GET  /ops/v1/bulkTasks/{id}/entries
];

const counts = z.object({ waiting: z.int(), done: z.int(), refused: z.int() });

const bulkTaskSchema = addressed
  .extend({
    command: z.string(),
    state: z.enum(['inProgress', 'done']),
    entries: counts,
    createdAt: z.string(),
  })
  .openapi('BulkTask');

const taskView = (row: BulkTask, links: Links): JsonObject =>
  present({
    id: row.id,
    href: links.href('bulkTask', row.id),
    command: row.command,
    class: row.class,
    system: row.system,
    reason: row.reason,
    client: row.client,
    subject: row.subject,
    state: row.endedAt === null ? 'inProgress' : 'done',
    entries: { ...row.counts },
    createdAt: dateTime(row.createdAt),
    endedAt: dateTime(row.endedAt),
  });

const bulkTasks: Readable<BulkTask> = {
  name: 'bulkTask',
  list: listBulkTasks,
  toTmf: taskView,
  columns: bulkTaskColumns,
  attributes: Object.fromEntries(Object.keys(bulkTaskColumns).map((column) => [column, { column }])),
};
const documented = { tag, resource: bulkTasks, schema: bulkTaskSchema };

const command = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const posted = await readPosted<BulkTask>(c, deps, operationId, 'bulkTask', taskView);
    const { orderId: taskId, body, ...rest } = posted;
    const bulk = fitting(bulkSchema, body);
    const { subject } = callerOf(c.req.raw);
    const acceptance = await acceptBulk(deps.db, {
      ...rest,
      ...bulk,
      ...{ taskId, subject, fingerprint: hashOf(body) },
    });
    if (acceptance.type === 'accepted')
      deps.log.info({ task: taskId, subject, ...bulk }, 'an operator commands fallout in bulk');
    return answerTo(c, acceptance, () => undefined);
  },
  route: {
    method: 'post',
    path: '/ops/v1/fallout/bulk',
    operationId,
    tags: [tag],
    parameters: [keyParameter],
    request: { body: { required: true, ...json('What shall be done, and about which fallout', bulkSchema) } },
    responses: {
      201: json('The task: it has an entry for each fallout that is open now', bulkTaskSchema),
      ...errors(400, 409, 413, 415, 422, 500, 503),
    },
  },
});

const bulkEntrySchema = z
  .looseObject({ fallout: z.string(), href: z.string(), state: z.enum(bulkEntryStates) })
  .openapi('BulkEntry');

const entryView = (row: BulkEntryRead, links: Links): JsonObject =>
  present({
    fallout: row.falloutId,
    href: links.href('fallout', row.falloutId),
    order: row.orderId,
    serviceOrder: row.serviceOrderId,
    state: row.state,
    code: row.code,
    message: row.message,
    tries: row.tries,
    dueAt: row.state === 'waiting' ? dateTime(row.dueAt) : undefined,
  });

const entriesOf = (task: string): Readable<BulkEntryRead> => ({
  name: 'bulkEntry',
  list: async (tx: Tx, tenant: string, query: ListQuery) => {
    const isKnown = idPattern.test(task) && (await isBulkTask(tx, tenant, task));
    if (!isKnown) refuse('ResourceUnknown', 'there is no such bulkTask');
    return listBulkEntries(tx, tenant, task, query);
  },
  toTmf: entryView,
  columns: bulkEntryColumns,
  attributes: Object.fromEntries(Object.keys(bulkEntryColumns).map((column) => [column, { column }])),
});

const documentedEntries = {
  ...{ tag, operationId: 'listBulkEntry' },
  resourceOf: entriesOf,
  schema: bulkEntrySchema,
};
