import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { recordDone } from '../../drizzle/auditStore.ts';
import { type CallbackRef, replayCallback } from '../../drizzle/callbackStore.ts';
import { withTenant } from '../../drizzle/client.ts';
import {
  callbackColumns,
  type CallbackRead,
  type CallbackRow,
  listCallbacks,
  readCallback,
} from '../../drizzle/reads/callbacks.ts';
import { callbackStates, isMessageId } from '../../src/activation/callback.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import { callerOf } from '../caller.ts';
import { addressed } from '../contract.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { errors, json, listing, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { dateTime, type Links, linksOf, present, type Readable } from '../resource.ts';

const tag = 'Operations';

export const callbackOperations = (deps: ApiDeps): readonly Operation[] => [
  listing(deps, { tag, resource: callbacks, schema: callbackSchema, operationId: 'listCallback' }),
  retrieveCallback(deps), // GET  /ops/v1/callbacks/{system}/{messageId}
  replay(deps), //           POST /ops/v1/callbacks/{system}/{messageId}/replay
];

const callbackSchema = addressed
  .extend({
    system: z.string(),
    messageId: z.string(),
    correlationId: z.string(),
    state: z.enum(callbackStates),
    reason: z.string().exactOptional(),
    receivedAt: z.string(),
  })
  .openapi('Callback');

const toView = (row: CallbackRead, links: Links): JsonObject =>
  present({
    id: `${row.system}/${row.messageId}`,
    href: links.href('callback', `${row.system}/${encodeURIComponent(row.messageId)}`),
    system: row.system,
    messageId: row.messageId,
    correlationId: row.correlationId,
    state: row.state,
    reason: row.reason,
    serviceOrder: row.serviceOrderId,
    item: row.item,
    step: row.step,
    tries: row.tries,
    receivedAt: dateTime(row.receivedAt),
    dueAt: row.state === 'waiting' ? dateTime(row.dueAt) : undefined,
    settledAt: dateTime(row.settledAt),
  });

const callbacks: Readable<CallbackRead> = {
  name: 'callback',
  list: listCallbacks,
  toTmf: toView,
  columns: callbackColumns,
  attributes: {
    system: { column: 'system' },
    messageId: { column: 'messageId' },
    correlationId: { column: 'correlationId' },
    serviceOrder: { column: 'serviceOrder' },
    state: { column: 'state' },
    reason: { column: 'reason' },
    receivedAt: { column: 'receivedAt' },
  },
};

const retrieveCallback = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const ref = refOf(c);
    const row = await withTenant(deps.db, ref.tenant, (tx) => readCallback(tx, ref));
    return answerWith(c, deps, row);
  },
  route: {
    method: 'get',
    path: '/ops/v1/callbacks/{system}/{messageId}',
    operationId: 'retrieveCallback',
    tags: [tag],
    parameters: refParameters(),
    responses: { 200: json('The callback, with what it said', callbackSchema), ...errors(404, 500, 503) },
  },
});

const replay = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const ref = refOf(c);
    const { client, subject } = callerOf(c.req.raw);
    const { replayed, row } = await withTenant(deps.db, ref.tenant, async (tx) => {
      const replayed = await replayCallback(tx, ref, deps.config.dispatchDelayMs);
      const row = await readCallback(tx, ref);
      if (replayed.type === 'replayed') {
        const { serviceOrderId = null, item = null, step = null } = row ?? {};
        const place = { serviceOrderId, item, step };
        const about = { entity: 'callback', entityId: `${ref.system}/${ref.messageId}`, ...place } as const;
        const who = { id: randomUUID(), client, subject, command: 'replay' } as const;
        await recordDone(tx, ref.tenant, { ...who, ...about });
      }
      return { replayed, row };
    });
    if (replayed.type === 'notDead')
      refuse('CallbackNotDead', `it is ${row?.state}; only dead letters can be replayed`);
    if (replayed.type === 'replayed' && replayed.call !== undefined) deps.deliverCallback(replayed.call);
    return answerWith(c, deps, row);
  },
  route: {
    method: 'post',
    path: '/ops/v1/callbacks/{system}/{messageId}/replay',
    operationId: 'replayCallback',
    tags: [tag],
    parameters: refParameters(),
    responses: {
      200: json('Looked up again: waiting, or dead with its reason of now', callbackSchema),
      ...errors(404, 409, 500, 503),
    },
  },
});

const answerWith = (c: ApiContext, deps: ApiDeps, row: CallbackRow | undefined): Response => {
  const found = row ?? unknown();
  return c.json({ ...toView(found, linksOf(c, deps)), body: found.body as Json });
};

const unknown = (): never => refuse('ResourceUnknown', 'there is no such callback');

function refOf(c: ApiContext): CallbackRef {
  const { tenant } = callerOf(c.req.raw);
  const system = c.req.param('system') ?? '';
  const messageId = c.req.param('messageId') ?? '';
  return idPattern.test(system) && isMessageId(messageId) ? { tenant, system, messageId } : unknown();
}

function refParameters() {
  return ['system', 'messageId'].map(
    (name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }) as const,
  );
}
