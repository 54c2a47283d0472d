import { Client, Connection, defaultPayloadConverter } from '@temporalio/client';
import type { Stack } from './stack.ts';

/** What a person sees, and may do, in the Temporal Web UI. */
export async function temporalOf(stack: Pick<Stack, 'temporalAddress' | 'temporalNamespace'>) {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const { workflow } = new Client({ connection, namespace: stack.temporalNamespace });
  return {
    close: () => connection.close(),
    runOf: (workflowId: string) => workflow.getHandle(workflowId),

    /** The workflows that a filter of the list leaves. */
    async listed(filter: string): Promise<string[]> {
      const found: string[] = [];
      for await (const { workflowId } of workflow.list({ query: filter })) found.push(workflowId);
      return found.sort();
    },

    /** "Current details" of a workflow. */
    async detailsOf(workflowId: string): Promise<string> {
      const name = '__temporal_workflow_metadata';
      const { currentDetails } = await workflow
        .getHandle(workflowId)
        .query<{ currentDetails?: string }>(name);
      return currentDetails ?? '';
    },

    /** The summaries of the timers that run. */
    async timersOf(workflowId: string): Promise<string[]> {
      const { events } = await workflow.getHandle(workflowId).fetchHistory();
      const running = new Map<string, string>();
      for (const event of events ?? []) {
        const started = event.timerStartedEventAttributes?.timerId;
        const ended = event.timerFiredEventAttributes?.timerId ?? event.timerCanceledEventAttributes?.timerId;
        const summary = event.userMetadata?.summary;
        if (started && summary) running.set(started, defaultPayloadConverter.fromPayload<string>(summary));
        if (ended) running.delete(ended);
      }
      return [...running.values()];
    },
  };
}

export type TemporalEyes = Awaited<ReturnType<typeof temporalOf>>;
