import { z } from '@hono/zod-openapi';
import { retryStep } from '../../drizzle/stepDesk.ts';
import { stepIdPattern, stepItem, stepName } from '../../src/decomposition/plan.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import { fitting, readJson } from '../body.ts';
import type { ApiDeps } from '../deps.ts';
import { errors, idParameter, json, keyParameter, type Operation } from '../operation.ts';
import { refuse } from '../problem.ts';
import { commander, commandSchema, ensureDone, reason } from './commandAnswer.ts';

const retrySchema = z
  .strictObject({
    step: z.string().regex(stepIdPattern, 'an item and a name, such as 1/line'),
    reason: reason.exactOptional(),
  })
  .openapi('RetryStep', { description: 'The step that shall not wait any longer' });

/** POST /ops/v1/serviceOrders/{id}/retryNow: 202 */
export const retryStepOperation = (deps: ApiDeps): Operation => ({
  handle: async (c) => {
    const said = fitting(retrySchema, await readJson(c, deps.config.bodyLimitBytes));
    const id = c.req.param('id') ?? '';
    if (!idPattern.test(id)) refuse('ResourceUnknown', 'there is no such serviceOrder');
    const { key, ...who } = commander(c);
    const place = { item: Number(stepItem(said.step)), step: stepName(said.step) };
    const ask = { ...who, serviceOrder: id, ...place, reason: said.reason };
    ensureDone(await retryStep(deps.db, ask, deps.operate.commandStep), key);
    return c.json({ command: 'retryNow', id, commandId: who.commandId }, 202);
  },
  route: {
    method: 'post',
    path: '/ops/v1/serviceOrders/{id}/retryNow',
    operationId: 'retryStepNow',
    tags: ['Operations'],
    parameters: [idParameter, keyParameter],
    request: { body: { required: true, ...json('Which step, and why', retrySchema) } },
    responses: {
      202: json('Carried out; what follows from it takes its time', commandSchema),
      ...errors(400, 404, 409, 413, 415, 422, 500, 503),
    },
  },
});
