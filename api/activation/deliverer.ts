import type { Logger } from 'pino';
import { type Call, settleCallback } from '../../drizzle/callbackStore.ts';
import type { Database } from '../../drizzle/client.ts';
import type { WorkflowDoor } from '../../workflows/client.ts';

export interface DelivererDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: Pick<WorkflowDoor, 'called'>;
}

const openCallsMax = 200;

/**
 * Delivers stored callbacks while their answer leaves, so that no order waits for the relay while all is well.
 * What fails here, or is too much at once, the relay delivers from its row.
 */
export function createCallbackDeliverer({ db, log, workflows }: DelivererDeps) {
  const open = new Set<Promise<void>>();

  const deliver = async (call: Call): Promise<void> => {
    try {
      const told = await workflows.called(call);
      await settleCallback(db, call.callback, told ? 'delivered' : 'noRun');
    } catch (error) {
      const reason = error instanceof Error ? error.message : error;
      log.warn({ ...call.callback, reason }, 'left to the relay to deliver');
    }
  };

  return {
    deliverCallback(call: Call): void {
      if (open.size >= openCallsMax) return;
      const delivering: Promise<void> = deliver(call).finally(() => open.delete(delivering));
      open.add(delivering);
    },
    /** All deliveries under way are through. */
    drained: async (): Promise<void> => void (await Promise.all(open)),
  };
}
