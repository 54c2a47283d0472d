import { acceptCancel, type TakenCancel } from '../../drizzle/cancelStore.ts';
import { hashOf } from '../../src/kernel/json.ts';
import { answerTo, readPosted } from '../acceptance.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { creation, listing, mounted, retrieval } from '../operation.ts';
import type { CancelContract } from './contract.ts';
import { cancelTasks } from './resource.ts';
import { toDomain } from './toDomain.ts';
import { cancelToTmf } from './toTmf.ts';

const words = {
  asked: 'The order that is not wanted any more, and why',
  answered: 'The task: its state says what becomes of the wish',
};

/** The wish to cancel an order as a resource: posted, listed and read, never changed. */
export function cancelRoutes(contract: CancelContract, deps: ApiDeps) {
  const { tag, type, asked, answered } = contract;
  const documented = { tag, resource: cancelTasks(contract), schema: answered };
  const operationId = `create${type}`;
  const handle = (c: ApiContext) => create(c, deps, contract, operationId);
  return mounted([
    listing(deps, { ...documented, operationId: `list${type}` }), //                       GET  /cancel…
    creation({ ...documented, operationId, asked, handle, words, alsoErrors: [404] }), //  POST /cancel…       201 + Location
    retrieval(deps, { ...documented, operationId: `retrieve${type}` }), //                 GET  /cancel…/{id}
  ]);
}

async function create(
  c: ApiContext,
  deps: ApiDeps,
  contract: CancelContract,
  operationId: string,
): Promise<Response> {
  const { kind, name } = contract;
  const posted = await readPosted<TakenCancel>(c, deps, operationId, name, cancelToTmf(contract));
  const { orderId: taskId, limits, body, ...rest } = posted;
  const acceptance = await acceptCancel(deps.db, {
    ...rest,
    ...toDomain(contract, body, rest.now),
    ...{ kind, taskId, dispatchDelayMs: limits.dispatchDelayMs },
    subject: callerOf(c.req.raw).subject,
    fingerprint: hashOf(body),
  });
  if (acceptance.type === 'accepted') deps.tellCancel(posted.tenant, acceptance.order);
  return answerTo(c, acceptance, () => `${kind}.id`);
}
