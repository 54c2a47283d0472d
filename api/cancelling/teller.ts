import type { Logger } from 'pino';
import type { TakenCancel } from '../../drizzle/cancelStore.ts';
import type { Database } from '../../drizzle/client.ts';
import { markSent } from '../../drizzle/dispatchStore.ts';
import { reasonOf } from '../../src/kernel/reason.ts';
import type { WorkflowDoor } from '../../workflows/client.ts';
import { createAfterwards } from '../afterwards.ts';

export interface CancelTellerDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: Pick<WorkflowDoor, 'tellCancel' | 'tellCancelServiceOrder'>;
  readonly failpoint: (name: string) => void;
}

/**
 * Tells the runs of orders that somebody wishes to cancel them, after the answer has left. What fails here, or is too
 * much at once, the relay tells from its row.
 */
export function createCancelTeller({ db, log, workflows, failpoint }: CancelTellerDeps) {
  const { begin, drained } = createAfterwards();

  const tell = async (tenant: string, { id: task, kind, target, sequence }: TakenCancel): Promise<void> => {
    try {
      failpoint('cancel.accepted');
      const told = await (kind === 'productOrder'
        ? workflows.tellCancel({ tenant, orderId: target }, task)
        : workflows.tellCancelServiceOrder({ tenant, serviceOrder: target }, task));
      failpoint('cancel.told');
      // Without a run it may not have been started yet: the relay sends the start first.
      if (told) await markSent(db, { tenant, order: target }, sequence);
    } catch (error) {
      log.warn({ task, order: target, reason: reasonOf(error) }, 'left to the relay to tell');
    }
  };

  return {
    tellCancel: (tenant: string, cancel: TakenCancel): void => begin(() => tell(tenant, cancel)),
    /** All that is being told is through. */
    drained,
  };
}
