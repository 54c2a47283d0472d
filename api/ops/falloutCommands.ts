import { z } from '@hono/zod-openapi';
import {
  claimFallout,
  commandFallout,
  falloutAuditId,
  type FalloutAsk,
  releaseFallout,
} from '../../drizzle/falloutDesk.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { StepCommand } from '../../src/operator/commands.ts';
import { fitting, readJsonIfAny } from '../body.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { errors, idParameter, json, keyParameter, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { commander, commandSchema, ensureDone, reason } from './commandAnswer.ts';
import { attest } from './evidence.ts';
import { falloutSchema, inspectFallout } from './fallout.ts';

const anyReason = reason.exactOptional();
const values = z.record(z.string().min(1).max(200), z.unknown());

/** What a person has to say with each command about a step. */
const stepSchemas = {
  retryNow: z.strictObject({ reason: anyReason }).openapi('RetryNow'),
  editAndRetry: z
    .strictObject({
      reason,
      values: values.refine((given) => Object.keys(given).length > 0, 'must hold at least one value'),
    })
    .openapi('EditAndRetry', { description: 'Values that win over the mapping, now and in later changes' }),
  completeWithEvidence: z
    .strictObject({
      reason: anyReason,
      results: values.exactOptional(),
      againstEvidence: z.boolean().exactOptional(),
    })
    .refine((given) => !given.againstEvidence || given.reason !== undefined, {
      message: 'must say why the evidence is wrong',
      path: ['reason'],
    })
    .openapi('CompleteWithEvidence'),
  skip: z.strictObject({ reason }).openapi('Skip'),
  leaveBehind: z.strictObject({ reason }).openapi('LeaveBehind'),
} as const satisfies Record<StepCommand, z.ZodType>;

const claimSchema = z
  .strictObject({
    owner: z.string().trim().min(1).max(200).exactOptional(),
    takeOver: z.boolean().exactOptional(),
    reason: anyReason,
  })
  .openapi('Claim', { description: 'Who takes care of it: the caller, unless somebody else is named' });
const releaseSchema = z.strictObject({ reason: anyReason }).openapi('Release');

export const falloutCommandOperations = (deps: ApiDeps): readonly Operation[] => [
  step(deps, 'retryNow', stepSchemas.retryNow, plain), //          POST /ops/v1/fallout/{id}/retryNow
  step(deps, 'editAndRetry', stepSchemas.editAndRetry, edited),
  step(deps, 'completeWithEvidence', stepSchemas.completeWithEvidence, (ask, said) =>
    attest(deps, ask, said),
  ),
  step(deps, 'skip', stepSchemas.skip, plain),
  step(deps, 'leaveBehind', stepSchemas.leaveBehind, plain),
  owning(deps, 'claim', claimSchema, (ask, said) => {
    const given = { owner: ask.subject, ...said };
    return claimFallout(deps.db, { ...ask, command: 'claim', given: { owner: given.owner } }, given);
  }),
  owning(deps, 'release', releaseSchema, (ask) =>
    releaseFallout(deps.db, { ...ask, command: 'release', given: {} }),
  ),
];

type Ask = FalloutAsk<StepCommand>;
const plain = (ask: Ask): Promise<Ask> => Promise.resolve(ask);
const edited = (ask: Ask, said: { readonly values: unknown }): Promise<Ask> =>
  Promise.resolve({ ...ask, given: { values: said.values as JsonObject } });

/** What is commanded, by whom, and why. */
async function read<Schema extends z.ZodType<{ readonly reason?: string }>>(
  c: ApiContext,
  deps: ApiDeps,
  schema: Schema,
) {
  const said = fitting(schema, await readJsonIfAny(c, deps.config.bodyLimitBytes));
  const fallout = c.req.param('id') ?? '';
  if (!idPattern.test(fallout)) refuse('ResourceUnknown', 'there is no such fallout');
  const ask = { ...commander(c), fallout, reason: said.reason };
  return { said, ask };
}

const step = <Command extends StepCommand, Schema extends z.ZodType<{ readonly reason?: string }>>(
  deps: ApiDeps,
  command: Command,
  schema: Schema,
  complete: (ask: Ask, said: z.output<Schema>) => Promise<Ask>,
): Operation => ({
  handle: async (c) => {
    const { said, ask } = await read(c, deps, schema);
    const whole = await complete({ ...ask, command }, said);
    ensureDone(await commandFallout(deps.db, whole, deps.operate.commandStep), ask.key);
    return c.json({ command, id: ask.fallout, commandId: falloutAuditId(ask) }, 202);
  },
  route: {
    ...routeOf(command, schema),
    responses: {
      202: json('Carried out; what follows from it takes its time', commandSchema),
      ...errors(400, 404, 409, 413, 415, 422, 500, 503),
    },
  },
});

const owning = <Schema extends z.ZodType<{ readonly reason?: string }>>(
  deps: ApiDeps,
  command: 'claim' | 'release',
  schema: Schema,
  own: (ask: Omit<Ask, 'command'>, said: z.output<Schema>) => ReturnType<typeof claimFallout>,
): Operation => ({
  handle: async (c) => {
    const { said, ask } = await read(c, deps, schema);
    ensureDone(await own(ask, said), ask.key);
    return inspectFallout(c, deps);
  },
  route: {
    ...routeOf(command, schema),
    responses: {
      200: json('The fallout as it is now', falloutSchema),
      ...errors(400, 404, 409, 413, 415, 422, 500, 503),
    },
  },
});

const routeOf = (command: StepCommand | 'claim' | 'release', schema: z.ZodType) => ({
  method: 'post' as const,
  path: `/ops/v1/fallout/{id}/${command}`,
  operationId: command === 'claim' || command === 'release' ? `${command}Fallout` : command,
  tags: ['Operations'],
  parameters: [idParameter, keyParameter],
  request: { body: { required: true, ...json('What there is to say', schema) } },
});
