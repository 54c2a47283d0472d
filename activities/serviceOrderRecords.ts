import { releaseClaims } from '../drizzle/claimStore.ts';
import { type Tx, withTenant } from '../drizzle/client.ts';
import { closeStepFallout, openOrphan, openStepFallout } from '../drizzle/falloutStore.ts';
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
import { unreachable } from '../src/kernel/assert.ts';
import { hasFollowed, isFinal } from '../src/kernel/machine.ts';
import type { StandingServiceOrder } from '../src/serviceOrder/resume.ts';
import type { Outcome, ServiceOrderChange } from '../src/serviceOrder/run.ts';
import { standingServiceOrder } from '../drizzle/remains.ts';
import {
  type ServiceOrderArrow,
  serviceOrderMachine,
  type ServiceOrderState,
} from '../src/serviceOrder/machine.ts';
import type { ActivityDeps } from './deps.ts';

export interface ServiceOrderRef {
  readonly tenant: string;
  readonly serviceOrder: string;
}

/** Names of the service's results that changed. */
export interface ChangedResults {
  readonly changed: readonly string[];
}

export type OutcomeRead =
  | { readonly type: 'open' }
  | {
      readonly type: 'settled';
      readonly result: {
        readonly outcome: Outcome;
        readonly code: string | null;
        readonly changed: readonly string[];
      };
    };

const outcomes: readonly Outcome[] = ['completed', 'failed', 'cancelled'];

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
        await recordChange(tx, tenant, serviceOrder, change);
      }
    }),

  /** What an earlier run of it left. */
  remainingSteps: ({ tenant, serviceOrder }: ServiceOrderRef): Promise<StandingServiceOrder> =>
    withTenant(deps.db, tenant, (tx) => standingServiceOrder(tx, tenant, serviceOrder)),

  /** How it ended, for who could not hear it from its run. */
  readOutcome: ({ tenant, serviceOrder }: ServiceOrderRef): Promise<OutcomeRead> =>
    withTenant(deps.db, tenant, async (tx): Promise<OutcomeRead> => {
      const { row, items } = await lockServiceOrder(tx, tenant, serviceOrder);
      const outcome = outcomes.find((state) => state === row.state);
      if (outcome === undefined) return { type: 'open' };
      const code = items.find((item) => item.code !== null)?.code ?? null;
      const changed = items.flatMap((item) => item.changed);
      return { type: 'settled', result: { outcome, code, changed } };
    }),

  noteRunLost: ({ tenant, serviceOrder }: ServiceOrderRef): Promise<void> =>
    withTenant(deps.db, tenant, async (tx) => {
      const { row } = await lockServiceOrder(tx, tenant, serviceOrder);
      if (isFinal(serviceOrderMachine, row.state)) return;
      const reason = 'the run of the service order ended before it was settled';
      const about = { orderId: row.orderId, serviceOrderId: serviceOrder };
      await openOrphan(tx, tenant, { ...about, code: 'runLost', reason });
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

/** Recorded twice, a change counts once: a local activity whose answer was lost is run again. */
async function recordChange(
  tx: Tx,
  tenant: string,
  serviceOrder: string,
  change: ServiceOrderChange,
): Promise<void> {
  switch (change.type) {
    case 'step': {
      await moveStep(tx, tenant, serviceOrder, change.step, change.arrow, now(), change);
      // Held again before any attempt was noted it has not moved, and its fallout was closed by a retry.
      if (change.arrow === 'Held') await openStepFallout(tx, tenant, serviceOrder, change.step, change);
      return;
    }
    case 'serviceOrder': {
      const locked = await lockServiceOrder(tx, tenant, serviceOrder);
      const { state } = locked.row;
      if (hasFollowed<ServiceOrderState, ServiceOrderArrow>(serviceOrderMachine, state, change.arrow)) return;
      return moveServiceOrder(tx, tenant, locked, [change.arrow], now());
    }
    case 'falloutClosed':
      return closeStepFallout(tx, tenant, serviceOrder, change.step, change.resolution);
    default:
      return unreachable(change);
  }
}
