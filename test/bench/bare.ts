import { randomUUID } from 'node:crypto';
import { Client, type Connection } from '@temporalio/client';
import { orderQueue } from '../../workflows/messages.ts';
import type { bareOrder } from './bareWorkflows.ts';
import type { Sample, Shape } from './load.ts';

/** The end of a bare order is the answer of its workflow. */
export function createBareOrders(connection: Connection, namespace: string) {
  const client = new Client({ connection, namespace });
  return async (shape: Shape): Promise<Sample> => {
    const id = randomUUID();
    const begun = performance.now();
    const handle = await client.workflow.start<typeof bareOrder>('bareOrder', {
      workflowId: `bareOrder:${id}`,
      taskQueue: orderQueue,
      args: [id, shape],
    });
    await handle.result();
    return { latencyMs: performance.now() - begun };
  };
}
