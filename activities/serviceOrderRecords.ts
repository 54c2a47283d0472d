import { releaseClaims } from '../drizzle/claimStore.ts';
import { type Tx, withTenant } from '../drizzle/client.ts';
import { endCommands, recordControl } from '../drizzle/controlStore.ts';
import { activateOverride } from '../drizzle/overrideStore.ts';
import { closeOrphan, closeStepFallout, openOrphan, openStepFallout } from '../drizzle/falloutStore.ts';
import {
  type Ending,
  type LockedServiceOrder,
  saveRetreat,
  settleServiceOrder,
  lockServiceOrder,
  moveServiceOrder,
  moveStep,
  recordReadyResults,
  skipSteps,
} from '../drizzle/serviceOrderStore.ts';
import { compactStepsOf } from '../drizzle/stepStore.ts';
import { takeTurn } from '../drizzle/turnStore.ts';
import type { CompactStep } from '../src/decomposition/plan.ts';
import { unreachable } from '../src/kernel/assert.ts';
import { isFinal } from '../src/kernel/machine.ts';
import type { Outcome, ServiceOrderChange } from '../src/serviceOrder/run.ts';
import { type RemainingServiceOrder, standingServiceOrder } from '../drizzle/remains.ts';
import type { Turn } from '../src/kernel/turn.ts';
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

export type OutcomeRead =
  | { readonly type: 'open' }
  | {
      readonly type: 'settled';
      readonly result: Settled;
    };

/** How a service order ended. */
export interface Settled extends ChangedResults {
  readonly outcome: Outcome;
  readonly code: string | null;
}

const outcomes: readonly Outcome[] = ['completed', 'failed', 'cancelled'];

function settledAs({ row, items }: LockedServiceOrder): Settled | undefined {
  const outcome = outcomes.find((state) => state === row.state);
  if (outcome === undefined) return undefined;
  const code = items.find((item) => item.code !== null)?.code ?? null;
  return { outcome, code, changed: items.flatMap((item) => item.changed) };
}

const now = () => new Date().toISOString();

export const createServiceOrderRecords = (deps: ActivityDeps) => ({
  /** For plans too large to hand every child its steps. */
  openServiceOrder: ({ tenant, serviceOrder }: ServiceOrderRef): Promise<readonly CompactStep[]> =>
    withTenant(deps.db, tenant, (tx) => compactStepsOf(tx, tenant, serviceOrder)),

  /** Answers how it ended, where it did before: a lost try of the workflow task had settled it. */
  recordServiceOrder: (
    { tenant, serviceOrder }: ServiceOrderRef,
    changes: readonly ServiceOrderChange[],
    turn: Turn,
  ): Promise<Settled | null> =>
    withTenant(deps.db, tenant, async (tx) => {
      const locked = await lockServiceOrder(tx, tenant, serviceOrder);
      const settled = settledAs(locked);
      if (settled) return settled;
      const commanded = { kind: 'serviceOrder', id: serviceOrder } as const;
      const { recordedTurn, version } = locked.row;
      if (!(await takeTurn(tx, tenant, commanded, recordedTurn, turn))) return null;
      for (const change of changes) await recordChange(tx, tenant, serviceOrder, change);
      const versions = { before: version, after: await moveAlong(tx, tenant, locked, changes) };
      for (const one of changes)
        if (one.type === 'control') await recordControl(tx, tenant, commanded, one.control, versions, now());
      return null;
    }),

  /** What an earlier run of it left. */
  remainingSteps: ({ tenant, serviceOrder }: ServiceOrderRef): Promise<RemainingServiceOrder> =>
    withTenant(deps.db, tenant, async (tx) => {
      await closeOrphan(tx, tenant, serviceOrder, 'restart');
      return standingServiceOrder(tx, tenant, serviceOrder);
    }),

  /** How it ended, for who could not hear it from its run. */
  readOutcome: ({ tenant, serviceOrder }: ServiceOrderRef): Promise<OutcomeRead> =>
    withTenant(deps.db, tenant, async (tx): Promise<OutcomeRead> => {
      const result = settledAs(await lockServiceOrder(tx, tenant, serviceOrder));
      return result ? { type: 'settled', result } : { type: 'open' };
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
    withTenant(deps.db, tenant, async (tx) => {
      const locked = await lockServiceOrder(tx, tenant, serviceOrder);
      return settledAs(locked) ?? { changed: await recordReadyResults(tx, tenant, locked) };
    }),

  /**
   * Service order, service and events in one transaction. How it ended is told once: a workflow task that is done
   * again may have heard something else first, and hears here what was written.
   */
  async settleServiceOrder(
    { tenant, serviceOrder }: ServiceOrderRef,
    ending: Ending,
    skipped: readonly string[],
  ): Promise<Settled> {
    const result = await withTenant(deps.db, tenant, async (tx) => {
      const locked = await lockServiceOrder(tx, tenant, serviceOrder);
      const settled = settledAs(locked);
      if (settled) return settled;
      await skipSteps(tx, tenant, serviceOrder, now(), skipped);
      const changed = await settleServiceOrder(tx, tenant, locked, ending, now());
      if (locked.row.orderId === null) await endAlone(tx, tenant, serviceOrder);
      deps.failpoint('serviceOrder.settling');
      return { ...ending, changed };
    });
    deps.failpoint('serviceOrder.settled');
    return result;
  },
});

/** A service order of its own releases what it claimed, and answers whoever wanted something of it. */
export async function endAlone(tx: Tx, tenant: string, id: string): Promise<void> {
  await releaseClaims(tx, tenant, id);
  const { row, items } = await lockServiceOrder(tx, tenant, id);
  await endCommands(tx, tenant, { kind: 'serviceOrder', id }, { version: row.version, items }, now());
}

/** An attempt that nobody noted has begun it all the same. Answers with its version then. */
async function moveAlong(
  tx: Tx,
  tenant: string,
  locked: LockedServiceOrder,
  changes: readonly ServiceOrderChange[],
): Promise<number> {
  const { state, version } = locked.row;
  const arrows = changes.flatMap((one) => (one.type === 'serviceOrder' ? [one.arrow] : []));
  const [first] = arrows;
  if (first === undefined) return version;
  const isIdle = state === 'acknowledged' && !(first in serviceOrderMachine.acknowledged);
  const all = isIdle ? (['Started', ...arrows] as const) : arrows;
  await moveServiceOrder(tx, tenant, locked, all, now());
  return version + all.length;
}

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
    case 'stepEnded':
      await moveStep(tx, tenant, serviceOrder, change.step, change.arrow, now());
      return;
    case 'overridden':
      return activateOverride(tx, tenant, serviceOrder, change.step, change.audit);
    case 'retreat':
      return saveRetreat(tx, tenant, serviceOrder, change.retreat);
    case 'falloutClosed':
      return closeStepFallout(tx, tenant, serviceOrder, change.step, change.resolution);
    case 'serviceOrder':
    case 'control':
      return;
    default:
      return unreachable(change);
  }
}
