import { releaseClaims } from '../drizzle/claimStore.ts';
import { withTenant } from '../drizzle/client.ts';
import {
  type Ending,
  settleServiceOrder,
  lockServiceOrder,
  moveServiceOrder,
  moveStep,
  recordReadyResults,
  skipSteps,
} from '../drizzle/serviceOrderStore.ts';
import { compactStepsOf } from '../drizzle/stepStore.ts';
import type { CompactStep } from '../src/decomposition/plan.ts';
import { isFinal } from '../src/kernel/machine.ts';
import type { ServiceOrderChange } from '../src/serviceOrder/run.ts';
import { serviceOrderMachine } from '../src/serviceOrder/machine.ts';
import type { ActivityDeps } from './deps.ts';

export interface ServiceOrderRef {
  readonly tenant: string;
  readonly serviceOrder: string;
}

/** Names of the service's results that changed. */
export interface ChangedResults {
  readonly changed: readonly string[];
}

const now = () => new Date().toISOString();

export const createServiceOrderRecords = (deps: ActivityDeps) => ({
  /** For plans too large to hand every child its steps. */
  openServiceOrder: ({ tenant, serviceOrder }: ServiceOrderRef): Promise<readonly CompactStep[]> =>
    withTenant(deps.db, tenant, (tx) => compactStepsOf(tx, tenant, serviceOrder)),

  recordServiceOrder: (
    { tenant, serviceOrder }: ServiceOrderRef,
    changes: readonly ServiceOrderChange[],
  ): Promise<void> =>
    withTenant(deps.db, tenant, async (tx) => {
      for (const change of changes) {
        if (change.type === 'step')
          await moveStep(tx, tenant, serviceOrder, change.step, change.arrow, now());
        else
          await moveServiceOrder(
            tx,
            tenant,
            await lockServiceOrder(tx, tenant, serviceOrder),
            [change.arrow],
            now(),
          );
      }
    }),

  /** Everything new is built: others may read the results, though nothing old is taken away yet. */
  recordReady: ({ tenant, serviceOrder }: ServiceOrderRef): Promise<ChangedResults> =>
    withTenant(deps.db, tenant, async (tx) => ({
      changed: await recordReadyResults(tx, tenant, await lockServiceOrder(tx, tenant, serviceOrder)),
    })),

  /** Service order, service and events in one transaction; asked again it answers the same. */
  settleServiceOrder: (
    { tenant, serviceOrder }: ServiceOrderRef,
    ending: Ending,
    skipped: readonly string[],
  ): Promise<ChangedResults> =>
    withTenant(deps.db, tenant, async (tx) => {
      const locked = await lockServiceOrder(tx, tenant, serviceOrder);
      if (isFinal(serviceOrderMachine, locked.row.state)) {
        return { changed: locked.items.flatMap((item) => item.changed) };
      }
      await skipSteps(tx, tenant, serviceOrder, now(), skipped);
      const changed = await settleServiceOrder(tx, tenant, locked, ending, now());
      if (locked.row.orderId === null) await releaseClaims(tx, tenant, serviceOrder);
      deps.failpoint('serviceOrder.settling');
      return { changed };
    }),
});
