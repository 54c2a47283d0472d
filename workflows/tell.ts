import { getExternalWorkflowHandle, TemporalFailure } from '@temporalio/workflow';

/** Tells a workflow that may be gone: whoever takes its place asks anew, and reads the rows. */
export async function tell(workflowId: string, signal: string, ...args: readonly unknown[]): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).signal(signal, ...args);
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
  }
}
