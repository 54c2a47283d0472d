import {
  type CallbackRef,
  dueCallbacks,
  leaseCallback,
  postponeCallback,
  settleCallback,
} from '../../drizzle/callbackStore.ts';
import type { RelayDeps } from './relay.ts';

/** Tells the running service orders what their systems reported; answers how many callbacks were due. */
export async function deliverCallbacks(deps: RelayDeps, limit: number): Promise<number> {
  const due = await dueCallbacks(deps.db, limit);
  await Promise.all(due.map((ref) => deliver(deps, ref)));
  return due.length;
}

async function deliver(deps: RelayDeps, ref: CallbackRef): Promise<void> {
  const leased = await leaseCallback(deps.db, ref);
  if (leased === undefined) return;
  const { call, tries } = leased;
  try {
    deps.failpoint('callback.leased');
    const told = await deps.workflows.called(call);
    deps.failpoint('callback.told');
    await settleCallback(deps.db, ref, told ? 'delivered' : 'noRun');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    deps.log.warn({ ...ref, tries, reason }, 'a callback could not be delivered yet');
    await postponeCallback(deps.db, ref, tries);
  }
}
