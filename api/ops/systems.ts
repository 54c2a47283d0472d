import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { NewAudit } from '../../drizzle/auditStore.ts';
import {
  addSystem,
  changeSystem,
  type Deed,
  findSystem,
  listSystems,
  pauseSystem,
  resumeSystem,
  type SystemOverview,
} from '../../drizzle/systemDesk.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { AuditedCommand } from '../../src/operator/audit.ts';
import { fitting, readJson } from '../body.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { errors, json, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { askedWhole } from '../query.ts';
import { newSystemSchema, pauseSchema, systemChangeSchema, systemSchema, systemView } from './systemView.ts';

const path = '/ops/v1/systems';
const tags = ['Operations'];
const nameParameter = { name: 'name', in: 'path', required: true, schema: { type: 'string' } } as const;

/** The network systems and how they are: an operator adds them, limits them, and stops calls to them. */
export const systemOperations = (deps: ApiDeps): readonly Operation[] => [
  list(deps), //   GET   /ops/v1/systems
  add(deps), //    POST  /ops/v1/systems                201 + Location
  get(deps), //    GET   /ops/v1/systems/{name}
  change(deps), // PATCH /ops/v1/systems/{name}
  pause(deps), //  POST  /ops/v1/systems/{name}/pause
  resume(deps), // POST  /ops/v1/systems/{name}/resume
];

async function known(c: ApiContext, { db }: ApiDeps): Promise<SystemOverview> {
  const name = c.req.param('name') ?? '';
  const found = name.includes('\0') ? undefined : await findSystem(db, name);
  return found ?? refuse('ResourceUnknown', 'there is no such system');
}

const bodyOf = async <Schema extends z.ZodType>(c: ApiContext, deps: ApiDeps, schema: Schema) =>
  fitting(schema, await readJson(c, deps.config.bodyLimitBytes));

/** What the audit keeps of it. */
function deedOf(
  c: ApiContext,
  command: AuditedCommand,
  name: string,
  more: Pick<NewAudit, 'reason' | 'given'> = {},
): Deed {
  const { tenant, client, subject } = callerOf(c.req.raw);
  const about = { command, entity: 'system', entityId: name } as const;
  return { tenant, audit: { id: randomUUID(), client, subject, ...about, ...more } };
}

/** Nobody reads a secret again, not even in the audit. */
const told = ({ callbackSecret, ...rest }: { readonly callbackSecret?: string | null }): JsonObject => ({
  ...rest,
  ...(callbackSecret !== undefined && { hasCallbackSecret: callbackSecret !== null }),
});

const list = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    askedWhole(new URL(c.req.url).searchParams);
    return c.json((await listSystems(deps.db)).map(systemView));
  },
  route: {
    method: 'get',
    path,
    operationId: 'listSystems',
    tags,
    responses: { 200: json('All systems', z.array(systemSchema)), ...errors(400, 500, 503) },
  },
});

const add = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const given = await bodyOf(c, deps, newSystemSchema);
    const deed = deedOf(c, 'saveSystem', given.name, { given: told(given) });
    const added = await addSystem(deps.db, { limits: null, callbackSecret: null, ...given }, deed);
    if (!added) refuse('SystemExists', `there is a system ${given.name}`, { path: 'name' });
    c.header('Location', `${path}/${given.name}`);
    const stored = await findSystem(deps.db, given.name);
    return c.json(stored ? systemView(stored) : {}, 201);
  },
  route: {
    method: 'post',
    path,
    operationId: 'addSystem',
    tags,
    request: { body: { required: true, ...json('The system', newSystemSchema) } },
    responses: { 201: json('Added', systemSchema), ...errors(400, 409, 413, 415, 500, 503) },
  },
});

const get = (deps: ApiDeps): Operation => ({
  handle: async (c) => c.json(systemView(await known(c, deps))),
  route: {
    method: 'get',
    path: `${path}/{name}`,
    operationId: 'getSystem',
    tags,
    parameters: [nameParameter],
    responses: { 200: json('The system', systemSchema), ...errors(404, 500, 503) },
  },
});

/** Does something to a system that is there, and answers with how it is then. */
const changing =
  (deps: ApiDeps, work: (c: ApiContext, name: string) => Promise<void>) => async (c: ApiContext) => {
    const { name } = await known(c, deps);
    await work(c, name);
    return c.json(systemView(await known(c, deps)));
  };

const change = (deps: ApiDeps): Operation => ({
  handle: changing(deps, async (c, name) => {
    const change = await bodyOf(c, deps, systemChangeSchema);
    const isOfLimits = Object.keys(change).every((changed) => changed === 'limits');
    const deed = deedOf(c, isOfLimits ? 'setLimits' : 'saveSystem', name, { given: told(change) });
    await changeSystem(deps.db, name, change, deed);
  }),
  route: {
    method: 'patch',
    path: `${path}/{name}`,
    operationId: 'changeSystem',
    tags,
    parameters: [nameParameter],
    request: { body: { required: true, ...json('What changes; null takes away', systemChangeSchema) } },
    responses: { 200: json('The system', systemSchema), ...errors(400, 404, 413, 415, 500, 503) },
  },
});

const pause = (deps: ApiDeps): Operation => ({
  handle: changing(deps, async (c, name) => {
    const { reason } = await bodyOf(c, deps, pauseSchema);
    await pauseSystem(deps.db, name, reason, deedOf(c, 'pause', name, { reason }));
  }),
  route: {
    method: 'post',
    path: `${path}/{name}/pause`,
    operationId: 'pauseSystem',
    tags,
    parameters: [nameParameter],
    request: { body: { required: true, ...json('Why', pauseSchema) } },
    responses: { 200: json('The system', systemSchema), ...errors(400, 404, 413, 415, 500, 503) },
  },
});

const resume = (deps: ApiDeps): Operation => ({
  handle: changing(deps, (c, name) => resumeSystem(deps.db, name, deedOf(c, 'unpause', name))),
  route: {
    method: 'post',
    path: `${path}/{name}/resume`,
    operationId: 'resumeSystem',
    tags,
    parameters: [nameParameter],
    responses: { 200: json('The system', systemSchema), ...errors(404, 500, 503) },
  },
});
