import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { inject } from 'vitest';

const usableWithinMs = 20_000;
const oneDaySeconds = 86_400;

/** A Temporal namespace of its own, so that task queues of the same name do not meet. */
export async function freshNamespace(address: string = inject('temporalAddress')): Promise<string> {
  const namespace = `test-${randomUUID()}`;
  const { workflowService, close } = await connect(address);
  try {
    await workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: oneDaySeconds as never },
    });
    const deadline = Date.now() + usableWithinMs;
    for (;;) {
      try {
        await workflowService.countWorkflowExecutions({ namespace, query: '' });
        return namespace;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(50);
      }
    }
  } finally {
    await close();
  }
}

async function connect(address: string) {
  const connection = await Connection.connect({ address });
  return { workflowService: connection.workflowService, close: () => connection.close() };
}
