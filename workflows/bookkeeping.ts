import { proxyActivities, proxyLocalActivities, TemporalFailure } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { bookkeeping, patientBookkeeping } from './policies.ts';

const quick = proxyLocalActivities<Activities>(bookkeeping);
const patient = proxyActivities<Activities>(patientBookkeeping);

type Records = Omit<Activities, 'applyStep' | 'revokeStep' | 'undoStep'>;

/** Runs a record-keeping activity as a local one, and as a regular one if Postgres does not answer. */
export async function record<Name extends keyof Records>(
  name: Name,
  ...args: Parameters<Records[Name]>
): Promise<Awaited<ReturnType<Records[Name]>>> {
  type Call = (...given: Parameters<Records[Name]>) => Promise<Awaited<ReturnType<Records[Name]>>>;
  try {
    return await (quick[name] as Call)(...args);
  } catch (error) {
    // A local activity's failure arrives bare, not wrapped in an ActivityFailure.
    if (!(error instanceof TemporalFailure)) throw error;
    return await (patient[name] as Call)(...args);
  }
}
