import type { Logger } from 'pino';
import type { Database } from '../../drizzle/client.ts';
import {
  type CallbackRef,
  dueCallbacks,
  leaseCallback,
  postponeCallback,
  settleCallback,
} from '../../drizzle/callbackStore.ts';
import { reasonOf } from '../../src/kernel/reason.ts';
import type { WorkflowDoor } from '../../workflows/client.ts';

export interface DeliveryDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: Pick<WorkflowDoor, 'called'>;
  readonly failpoint: (name: string) => void;
}

/** Tells the running service orders what their systems reported; answers how many callbacks were due. */
export async function deliverCallbacks(deps: DeliveryDeps, limit: number): Promise<number> {
  const due = await dueCallbacks(deps.db, limit);
  await Promise.all(due.map((ref) => deliver(deps, ref)));
  return due.length;
}

async function deliver(deps: DeliveryDeps, ref: CallbackRef): Promise<void> {
  const leased = await leaseCallback(deps.db, ref);
  if (leased === undefined) return;
  const { call, tries } = leased;
  try {
    deps.failpoint('callback.leased');
    const told = await deps.workflows.called(call);
    deps.failpoint('callback.told');
    await settleCallback(deps.db, ref, told ? 'delivered' : 'noRun');
  } catch (error) {
    deps.log.warn({ ...ref, tries, reason: reasonOf(error) }, 'a callback could not be delivered yet');
    await postponeCallback(deps.db, ref, tries);
  }
}
