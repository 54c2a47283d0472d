import { proxyActivities, proxyLocalActivities, TemporalFailure } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { bookkeeping, patientBookkeeping } from './policies.ts';

const quick = proxyLocalActivities<Activities>(bookkeeping);
const patient = proxyActivities<Activities>(patientBookkeeping);

/**
 * What a run decided by what it had heard so far. A workflow task that is done again may have heard more and decide
 * otherwise: so the decision is in the history before it is written.
 */
type Decisions =
  | 'recordProgress'
  | 'recordServiceOrder'
  | 'openCompensation'
  | 'dropOrder'
  | 'dropOutsideOrder'
  | 'completeStep'
  | 'refuseFromWebUi';

type Records = Omit<Activities, 'applyStep' | 'revokeStep' | 'undoStep' | Decisions>;

type Call<Name extends keyof Activities> = (
  ...given: Parameters<Activities[Name]>
) => Promise<Awaited<ReturnType<Activities[Name]>>>;

/**
 * What comes out the same however often it is asked, and the end, of which the first holds: a local activity, and a
 * regular one if Postgres does not answer.
 */
export async function record<Name extends keyof Records>(
  name: Name,
  ...args: Parameters<Records[Name]>
): Promise<Awaited<ReturnType<Records[Name]>>> {
  try {
    return await (quick[name] as Call<Name>)(...args);
  } catch (error) {
    // A local activity's failure arrives bare, not wrapped in an ActivityFailure.
    if (!(error instanceof TemporalFailure)) throw error;
    return await (patient[name] as Call<Name>)(...args);
  }
}

/** Writes down what was decided: a regular activity. */
export const recordDecision = <Name extends Decisions>(
  name: Name,
  ...args: Parameters<Activities[Name]>
): Promise<Awaited<ReturnType<Activities[Name]>>> => (patient[name] as Call<Name>)(...args);
