import { Client, Connection, WorkflowNotFoundError } from '@temporalio/client';
import type { Stack } from '../support/stack.ts';

const answerWithinMs = 5_000;

export interface Terminator {
  /** Whether Temporal did so; false also where nobody knows. */
  terminate(workflowId: string): Promise<boolean>;
  /** Of those that were terminated, or may have been, those that nobody runs now; throws while Temporal is away. */
  lost(): Promise<string[]>;
  close(): Promise<void>;
}

/** Somebody who ends workflow runs in the Temporal Web UI. */
export function createTerminator({ temporalAddress, temporalNamespace }: Stack): Terminator {
  const connection = Connection.lazy({ address: temporalAddress });
  const { workflow } = new Client({ connection, namespace: temporalNamespace });
  const struck = new Set<string>();
  const bounded = <T>(work: () => Promise<T>): Promise<T> =>
    connection.withDeadline(Date.now() + answerWithinMs, work);
  const isRunning = async (workflowId: string): Promise<boolean> => {
    try {
      return (await workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
  return {
    async terminate(workflowId) {
      struck.add(workflowId);
      try {
        await bounded(() => workflow.getHandle(workflowId).terminate('a person of the chaos run'));
        return true;
      } catch {
        return false;
      }
    },
    lost: () =>
      bounded(async () => {
        const lost: string[] = [];
        for (const id of struck) if (!(await isRunning(id))) lost.push(id);
        return lost;
      }),
    close: () => connection.close(),
  };
}
