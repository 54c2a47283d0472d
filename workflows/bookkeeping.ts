import { ActivityFailure, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { bookkeeping, patientBookkeeping } from './policies.ts';

const quick = proxyLocalActivities<Activities>(bookkeeping);
const patient = proxyActivities<Activities>(patientBookkeeping);

type Records = Omit<Activities, 'applyStep' | 'revokeStep'>;

/** Runs a record-keeping activity as a local one, and as a regular one if Postgres does not answer. */
export async function record<Name extends keyof Records>(
  name: Name,
  ...args: Parameters<Records[Name]>
): Promise<Awaited<ReturnType<Records[Name]>>> {
  type Call = (...given: Parameters<Records[Name]>) => Promise<Awaited<ReturnType<Records[Name]>>>;
  try {
    return await (quick[name] as Call)(...args);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return await (patient[name] as Call)(...args);
  }
}
