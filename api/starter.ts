import type { Logger } from 'pino';
import type { Database } from '../drizzle/client.ts';
import { markStarted } from '../drizzle/dispatchStore.ts';
import type { ServiceOrderRead } from '../drizzle/reads/serviceOrders.ts';
import { reasonOf } from '../src/kernel/reason.ts';
import type { Order } from '../src/order/order.ts';
import type { WorkflowDoor } from '../workflows/client.ts';
import { createAfterwards } from './afterwards.ts';

export interface StarterDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: WorkflowDoor;
  readonly failpoint: (name: string) => void;
}

/**
 * Starts accepted orders after their answer has left, so that nobody waits for the relay while all is well.
 * What fails here, or is too much at once, the relay starts from its row.
 */
export function createStarter({ db, log, workflows, failpoint }: StarterDeps) {
  const { begin, drained } = createAfterwards();

  const start = async (tenant: string, order: string, send: () => Promise<void>): Promise<void> => {
    try {
      failpoint('order.accepted');
      await send();
      failpoint('order.started');
      await markStarted(db, tenant, order);
    } catch (error) {
      log.warn({ order, reason: reasonOf(error) }, 'left to the relay to start');
    }
  };

  const startSoon = (tenant: string, order: string, send: () => Promise<void>): void =>
    begin(() => start(tenant, order, send));

  return {
    startOrder(tenant: string, { id: orderId, externalId, items }: Order): void {
      const actions = items.map(({ action }) => action);
      const named = externalId !== undefined && { externalId };
      startSoon(tenant, orderId, () => workflows.startOrder({ tenant, orderId, actions, ...named }));
    },
    startServiceOrder(
      tenant: string,
      { id: serviceOrder, domain, externalId, items }: ServiceOrderRead,
    ): void {
      const actions = items.map(({ action }) => action);
      const named = externalId !== null && { externalId };
      startSoon(tenant, serviceOrder, () =>
        workflows.startServiceOrder({ tenant, serviceOrder, domain, actions, ...named }),
      );
    },
    /** All starts under way are through. */
    drained,
  };
}
