import type { Logger } from 'pino';
import { type Call, settleCallback } from '../../drizzle/callbackStore.ts';
import type { Database } from '../../drizzle/client.ts';
import { reasonOf } from '../../src/kernel/reason.ts';
import type { WorkflowDoor } from '../../workflows/client.ts';
import { createAfterwards } from '../afterwards.ts';

export interface DelivererDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: Pick<WorkflowDoor, 'called'>;
}

/**
 * Delivers stored callbacks while their answer leaves, so that no order waits for the relay while all is well.
 * What fails here, or is too much at once, the relay delivers from its row.
 */
export function createCallbackDeliverer({ db, log, workflows }: DelivererDeps) {
  const { begin, drained } = createAfterwards();

  const deliver = async (call: Call): Promise<void> => {
    try {
      const told = await workflows.called(call);
      await settleCallback(db, call.callback, told ? 'delivered' : 'noRun');
    } catch (error) {
      log.warn({ ...call.callback, reason: reasonOf(error) }, 'left to the relay to deliver');
    }
  };

  return {
    deliverCallback: (call: Call): void => begin(() => deliver(call)),
    /** All deliveries under way are through. */
    drained,
  };
}
