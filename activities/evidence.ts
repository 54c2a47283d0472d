import { givenIn } from '../drizzle/overrideStore.ts';
import { type Tx, violates, withTenant } from '../drizzle/client.ts';
import { startServiceOrder } from '../drizzle/serviceOrderStore.ts';
import {
  type LoadedStep,
  loadStep,
  noteAttempt,
  recordConclusion,
  type StepRef,
} from '../drizzle/stepStore.ts';
import type { Attempt, Conclusion } from '../src/activation/attempt.ts';
import { concludeWithEvidence, evidenceAttempt, objectTaken } from '../src/activation/attested.ts';
import type { Attested } from '../src/activation/evidence.ts';
import { overAlready } from '../src/activation/fence.ts';
import { assert } from '../src/kernel/assert.ts';
import type { StepReport } from '../src/serviceOrder/run.ts';
import { freshCorrelationId, keyPrefix, reportOf, stepRefOf } from './activation.ts';
import type { ActivityDeps } from './deps.ts';
import type { ServiceOrderRef } from './serviceOrderRecords.ts';

export const createEvidence = (deps: ActivityDeps) => ({
  /**
   * A step counts as done by what a person showed: noted as an attempt of its own, so that all earlier ones are
   * fenced, an undo finds it, and effects that come late are watched for. Run twice it answers the same.
   */
  completeStep: (
    { tenant, serviceOrder }: ServiceOrderRef,
    stepId: string,
    auditId: string,
  ): Promise<StepReport> =>
    withTenant(deps.db, tenant, async (tx): Promise<StepReport> => {
      const ref = stepRefOf({ tenant, serviceOrder, step: stepId });
      const step = await loadStep(tx, ref);
      const already = overAlready(step, 'do');
      if (already) return reportOf(tx, ref, step, already);
      const given = (await givenIn(tx, tenant, auditId)) as unknown as Attested;
      if (!step.started) await startServiceOrder(tx, tenant, serviceOrder);
      const attempt = evidenceAttempt(step, (generation) => `${keyPrefix(ref)}${generation}/do`);
      await noteAttempt(tx, ref, attempt, freshCorrelationId(ref, step), 'do', step.standing);
      const conclusion = await recorded(deps, tx, ref, step, attempt, given);
      return reportOf(tx, ref, step, conclusion.report);
    }),
});

async function recorded(
  deps: ActivityDeps,
  tx: Tx,
  ref: StepRef,
  step: LoadedStep,
  attempt: Attempt,
  given: Attested,
): Promise<Conclusion> {
  const record = async (within: Tx, conclusion: Conclusion): Promise<Conclusion> => {
    const { number } = attempt;
    const current = await recordConclusion(within, ref, number, conclusion, deps.watch, given.evidence);
    assert(current, 'the attempt was noted in this transaction');
    return conclusion;
  };
  try {
    return await tx.transaction((within) =>
      record(within, concludeWithEvidence(step, ref.step, attempt, given)),
    );
  } catch (error) {
    if (!violates(error, 'footprint_live_object')) throw error;
    return record(tx, objectTaken(step));
  }
}
