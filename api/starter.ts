import type { Logger } from 'pino';
import type { Database } from '../drizzle/client.ts';
import { markStarted } from '../drizzle/dispatchStore.ts';
import { reasonOf } from '../src/kernel/reason.ts';
import type { Order } from '../src/order/order.ts';
import type { WorkflowDoor } from '../workflows/client.ts';

export interface StarterDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: WorkflowDoor;
  readonly failpoint: (name: string) => void;
}

const openStartsMax = 200;

/**
 * Starts accepted orders after their answer has left, so that nobody waits for the relay while all is well.
 * What fails here, or is too much at once, the relay starts from its row.
 */
export function createStarter({ db, log, workflows, failpoint }: StarterDeps) {
  const open = new Set<Promise<void>>();

  const start = async (tenant: string, { id, externalId, items }: Order): Promise<void> => {
    try {
      failpoint('order.accepted');
      const actions = items.map(({ action }) => action);
      await workflows.startOrder({
        tenant,
        orderId: id,
        actions,
        ...(externalId !== undefined && { externalId }),
      });
      failpoint('order.started');
      await markStarted(db, tenant, id);
    } catch (error) {
      log.warn({ order: id, reason: reasonOf(error) }, 'left to the relay to start');
    }
  };

  return {
    startOrder(tenant: string, order: Order): void {
      if (open.size >= openStartsMax) return;
      const starting: Promise<void> = start(tenant, order).finally(() => open.delete(starting));
      open.add(starting);
    },
    /** All starts under way are through. */
    drained: async (): Promise<void> => void (await Promise.all(open)),
  };
}
