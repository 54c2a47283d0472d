import type { CancelTask } from '../../drizzle/cancelStore.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { dateTime, type Links, present } from '../resource.ts';
import type { CancelContract } from './contract.ts';

const referredTypes = { productOrder: 'ProductOrder', serviceOrder: 'ServiceOrder' } as const;

/** The task as its contract has it: what its client said comes back as it went in. */
export const cancelToTmf =
  ({ kind, name, type, stateToTmf }: CancelContract) =>
  (task: CancelTask, links: Links): JsonObject => {
    const { order, ...carried } = task.carried;
    return present({
      id: task.id,
      href: links.href(name, task.id),
      state: stateToTmf[task.state],
      cancellationReason: task.reason,
      effectiveCancellationDate: dateTime(task.effectiveAt),
      '@type': type,
      ...carried,
      [kind]: {
        '@referredType': referredTypes[kind],
        ...(order as JsonObject | undefined),
        id: task.target,
        href: links.href(kind, task.target),
      },
      ...outcomeOf(task),
    });
  };

function outcomeOf({ state, code, message }: CancelTask): JsonObject {
  if (state === 'done') return message === null ? {} : { completionMessage: message };
  if (state !== 'terminatedWithError') return {};
  const reason = 'The order was not cancelled';
  return { errorMessage: present({ code: code ?? 'CancelRefused', reason, message }) };
}
