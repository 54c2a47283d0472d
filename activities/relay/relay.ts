import type { Logger } from 'pino';
import type { Database } from '../../drizzle/client.ts';
import {
  dueLanes,
  type Lane,
  type Leased,
  leaseLane,
  markSent,
  postponeLane,
} from '../../drizzle/dispatchStore.ts';
import { must, unreachable } from '../../src/kernel/assert.ts';
import { reasonOf } from '../../src/kernel/reason.ts';
import type { WorkflowDoor } from '../../workflows/client.ts';
import { deliverCallbacks } from './callbacks.ts';
import { type Loop, startLoop } from './loop.ts';

export interface RelayDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: WorkflowDoor;
  readonly intervalMs: number;
  /** A relay that has not sent by then gives the lane to another. */
  readonly leaseMs: number;
  readonly failpoint: (name: string) => void;
}

const perRound = 50;

/** Sends what committed transactions left to be sent, until it is stopped. Any number of relays may run. */
export const startRelay = (deps: RelayDeps): Loop =>
  startLoop({
    intervalMs: deps.intervalMs,
    round: async () => (await round(deps)) >= perRound,
    failed: (error) => deps.log.warn({ err: error }, 'the relay cannot reach postgres; it tries again'),
  });

/** One look at all that is due; answers how much there was of the kind with the most. */
async function round(deps: RelayDeps): Promise<number> {
  const lanes = await dueLanes(deps.db, perRound);
  const [callbacks] = await Promise.all([
    deliverCallbacks(deps, perRound),
    ...lanes.map((lane) => sendNext(deps, lane)),
  ]);
  return Math.max(lanes.length, callbacks);
}

async function sendNext(deps: RelayDeps, lane: Lane): Promise<void> {
  const leased = await leaseLane(deps.db, lane, deps.leaseMs);
  if (leased === undefined) return;
  try {
    deps.failpoint('relay.leased');
    await send(deps, lane, leased);
    deps.failpoint('relay.sent');
    await markSent(deps.db, lane, leased.sequence);
  } catch (error) {
    const reason = reasonOf(error);
    deps.log.warn({ order: lane.order, tries: leased.tries, reason }, 'a command could not be sent yet');
    await postponeLane(deps.db, lane, leased.tries, reason);
  }
}

async function send({ workflows }: RelayDeps, lane: Lane, { command, start }: Leased): Promise<void> {
  const order = { tenant: lane.tenant, orderId: lane.order };
  const { domain, ...asked } = start;
  switch (command) {
    case 'start':
      return workflows.startOrder({ ...order, ...asked });
    case 'startServiceOrder':
      return workflows.startServiceOrder({
        tenant: lane.tenant,
        serviceOrder: lane.order,
        domain: must(domain, 'the domain of a service order'),
        ...asked,
      });
    default:
      return unreachable(command);
  }
}
