import type { Logger } from 'pino';
import type { Database } from '../../drizzle/client.ts';
import { dueLanes, type Lane, leaseLane, markStarted, postponeLane } from '../../drizzle/dispatchStore.ts';
import { reasonOf } from '../../src/kernel/reason.ts';
import type { WorkflowDoor } from '../../workflows/client.ts';

export interface RelayDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: WorkflowDoor;
  readonly intervalMs: number;
  /** A relay that has not sent by then gives the lane to another. */
  readonly leaseMs: number;
  readonly failpoint: (name: string) => void;
}

const lanesPerRound = 50;

/** Sends what committed transactions left to be sent, until it is stopped. Any number of relays may run. */
export function startRelay(deps: RelayDeps): { stop(): Promise<void> } {
  let stopping = false;
  let wake = () => {};
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, deps.intervalMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const run = async () => {
    while (!stopping) {
      const sent = await round(deps).catch((error: unknown) => {
        deps.log.warn({ err: error }, 'the relay cannot reach postgres; it tries again');
        return 0;
      });
      if (sent < lanesPerRound && !stopping) await pause();
    }
  };
  const running = run();
  return {
    async stop() {
      stopping = true;
      wake();
      await running;
    },
  };
}

/** One look at all due lanes; answers how many there were. */
async function round(deps: RelayDeps): Promise<number> {
  const lanes = await dueLanes(deps.db, lanesPerRound);
  await Promise.all(lanes.map((lane) => sendNext(deps, lane)));
  return lanes.length;
}

async function sendNext(deps: RelayDeps, lane: Lane): Promise<void> {
  const leased = await leaseLane(deps.db, lane, deps.leaseMs);
  if (leased === undefined) return;
  try {
    deps.failpoint('relay.leased');
    await deps.workflows.startOrder({ tenant: lane.tenant, orderId: lane.order, ...leased.start });
    deps.failpoint('relay.sent');
    await markStarted(deps.db, lane.tenant, lane.order);
  } catch (error) {
    const reason = reasonOf(error);
    deps.log.warn({ order: lane.order, tries: leased.tries, reason }, 'an order could not be started yet');
    await postponeLane(deps.db, lane, leased.tries, reason);
  }
}
