import { randomUUID } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import { withTenant } from '../../drizzle/client.ts';
import { readFallout } from '../../drizzle/reads/fallout.ts';
import { standOf } from '../../drizzle/serviceOrderStore.ts';
import { restartOrphan, restartOrphanedServiceOrder } from '../../drizzle/sweepStore.ts';
import { stepId } from '../../src/decomposition/plan.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import type { CommandAnswer } from '../../workflows/client.ts';
import { stateOfOrder } from '../../drizzle/orderStore.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import { fitting, readJson } from '../body.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { idempotencyKey } from '../idempotencyKey.ts';
import { refuse } from '../problem.ts';
import { allowedCommands, falloutIn } from './fallout.ts';

export const abortSchema = z
  .object({ reason: z.string().trim().min(1).max(500) })
  .openapi('Abort', { description: 'Why the order is not wanted any more' });

export const commandSchema = z
  .object({ command: z.enum(['retryNow', 'abort', 'restart']), id: z.string(), commandId: z.string() })
  .openapi('CommandAccepted');

/** Another try of a held or waiting step, at once. */
export async function retryNow(c: ApiContext, deps: ApiDeps): Promise<Response> {
  const { tenant } = callerOf(c.req.raw);
  const key = idempotencyKey(c);
  const row = await withTenant(deps.db, tenant, (tx) => falloutIn(c, (id) => readFallout(tx, tenant, id)));
  const commandId = key ?? randomUUID();
  const accepted = { command: 'retryNow', id: row.id, commandId };
  if (row.closedAt !== null) {
    if (key !== undefined && row.resolution === 'retryNow') return c.json(accepted, 202);
    return refuse('FalloutClosed', `it was closed by: ${row.resolution}`);
  }
  const { serviceOrderId, item, step } = row;
  const allowed = allowedCommands(row);
  if (serviceOrderId === null || item === null || step === null || !allowed.includes('retryNow'))
    return refuse('CommandUnfit', `what may be done: ${allowed.join(', ') || 'nothing by a command yet'}`);
  const target = { tenant, serviceOrder: serviceOrderId, step: stepId(item, step) };
  ensureDone(await deps.operate.retryNow(target, `${row.id}:${commandId}`), commandId);
  return c.json(accepted, 202);
}

/** What an operator may command as a whole: a product order, or a service order of its own. */
interface Commanded {
  readonly words: string;
  readonly logged: 'order' | 'serviceOrder';
  readonly overCode: 'OrderOver' | 'ServiceOrderOver';
  readonly find: typeof orderIn;
  readonly restartOrphan: typeof restartOrphan;
  readonly abort: (deps: ApiDeps, tenant: string, id: string, commandId: string) => Promise<CommandAnswer>;
}

const commanded = {
  productOrder: {
    ...{ words: 'order', logged: 'order', overCode: 'OrderOver', find: orderIn, restartOrphan },
    abort: ({ operate }, tenant, orderId, commandId) => operate.abort({ tenant, orderId }, commandId),
  },
  serviceOrder: {
    ...{ words: 'service order', logged: 'serviceOrder', overCode: 'ServiceOrderOver' },
    ...{ find: serviceOrderIn, restartOrphan: restartOrphanedServiceOrder },
    abort: ({ operate }, tenant, serviceOrder, commandId) =>
      operate.abortServiceOrder({ tenant, serviceOrder }, commandId),
  },
} as const satisfies Record<string, Commanded>;
export type CommandedKind = keyof typeof commanded;

/** Everything of it that may be taken back is taken back. */
export async function abort(c: ApiContext, deps: ApiDeps, kind: CommandedKind): Promise<Response> {
  const { words, logged, overCode, find, restartOrphan: restartIt, abort: send } = commanded[kind];
  const { tenant, subject } = callerOf(c.req.raw);
  const { reason } = fitting(abortSchema, await readJson(c, deps.config.bodyLimitBytes));
  const key = idempotencyKey(c);
  const commandId = key ?? randomUUID();
  const { id, over } = await find(c, deps, tenant);
  // A command that is repeated may have ended it: its run still knows the answer.
  if (over && key === undefined) return refuse(overCode, over);
  deps.log.info({ [logged]: id, subject, reason, commandId }, `an operator aborts the ${words}`);
  const isOrphan = await withTenant(deps.db, tenant, (tx) => restartIt(tx, tenant, id, 'abort'));
  if (!isOrphan) {
    const answer = await send(deps, tenant, id, commandId);
    if (over && answer.type === 'runMissing') return refuse(overCode, over);
    ensureDone(answer, commandId);
  }
  return c.json({ command: 'abort', id, commandId }, 202);
}

/** What lost its run goes on with another one. */
export async function restart(c: ApiContext, deps: ApiDeps, kind: CommandedKind): Promise<Response> {
  const { words, logged, find, restartOrphan: restartIt } = commanded[kind];
  const { tenant, subject } = callerOf(c.req.raw);
  const commandId = idempotencyKey(c) ?? randomUUID();
  const { id, over } = await find(c, deps, tenant);
  if (over) return refuse('OrderOver', over);
  const isOrphan = await withTenant(deps.db, tenant, (tx) => restartIt(tx, tenant, id, 'restart'));
  if (!isOrphan) refuse('OrderNotOrphaned', 'there is no open fallout of class orphaned for it');
  deps.log.info({ [logged]: id, subject, commandId }, `an operator restarts the ${words}`);
  return c.json({ command: 'restart', id, commandId }, 202);
}

/** What belongs to a product order goes and comes with it. */
async function serviceOrderIn(c: ApiContext, deps: ApiDeps, tenant: string) {
  const id = c.req.param('id') ?? '';
  const known = idPattern.test(id)
    ? await withTenant(deps.db, tenant, (tx) => standOf(tx, tenant, id))
    : undefined;
  const { state, orderId } = known ?? refuse('ResourceUnknown', 'there is no such serviceOrder');
  if (orderId !== null)
    refuse('ServiceOrderOfProductOrder', `it belongs to the product order ${orderId}: command that one`);
  return { id, over: isFinal(serviceOrderMachine, state) ? `the service order is ${state}` : undefined };
}

/** The order that the path names; `over` says so where it is. */
async function orderIn(c: ApiContext, deps: ApiDeps, tenant: string) {
  const id = c.req.param('id') ?? '';
  const known = idPattern.test(id)
    ? await withTenant(deps.db, tenant, (tx) => stateOfOrder(tx, tenant, id))
    : undefined;
  const state = known ?? refuse('ResourceUnknown', 'there is no such productOrder');
  return { id, over: isFinal(orderMachine, state) ? `the order is ${state}` : undefined };
}

function ensureDone(answer: CommandAnswer, commandId: string): void {
  if (answer.type === 'refused') refuse(answer.refusal.type, answer.refusal.message);
  if (answer.type === 'runMissing')
    refuse('RunMissing', 'it has not started, has just ended, or the sweep is about to find it');
  if (answer.type === 'unanswered') {
    const headers = { 'Retry-After': '2', 'Idempotency-Key': commandId };
    refuse('CommandUnanswered', `repeat it with the Idempotency-Key ${commandId}`, { headers });
  }
}
