import { sameJson } from '../kernel/json.ts';
import {
  type Attempt,
  type Conclusion,
  concludeBuilt,
  concludeGone,
  type StandingStep,
  wantedOf,
} from './attempt.ts';
import type { Attested } from './evidence.ts';

/**
 * Stands for what a person did outside: it fences every attempt before it, and keeps the key of the last one as long
 * as that means the same values.
 */
export function evidenceAttempt(step: StandingStep, keyOf: (generation: number) => string): Attempt {
  const { wanted } = wantedOf(step);
  const isSame = step.attempt > 0 && sameJson(wanted, step.wanted);
  const generation = isSame ? step.generation : step.generation + 1;
  return {
    ...{ verb: step.verb, number: step.attempt + 1, generation, key: keyOf(generation), wanted },
    ...{ expect: 'absent', inDoubt: false },
  };
}

/**
 * The step is done. What its system shows is booked; where that is not what is wanted, the object stays doubtful, so
 * that whoever acts on it next looks first.
 */
export function concludeWithEvidence(
  step: StandingStep,
  name: string,
  attempt: Attempt,
  { evidence, agrees, results }: Attested,
): Conclusion {
  const seen = evidence.type === 'present' ? evidence : { version: '', key: null };
  if (step.verb === 'revoke') {
    const conclusion = concludeGone(step, attempt);
    if (evidence.type === 'absent' || !step.standing) return conclusion;
    return { ...conclusion, footprint: { ...step.standing, presence: 'doubtful' } };
  }
  const conclusion = concludeBuilt(step, name, attempt, results, seen.version);
  const presence = agrees && evidence.type === 'present' ? 'present' : 'doubtful';
  return {
    ...conclusion,
    footprint: { ...conclusion.footprint, presence, key: seen.key ?? attempt.key },
  };
}

/** Two services cannot hold one object: the step stays with its person, and what was in doubt stays so. */
export const objectTaken = (step: StandingStep): Conclusion => {
  const trouble = {
    type: 'failed',
    class: 'conflict',
    code: 'objectTaken',
    message: `another service holds ${step.object} of ${step.system}`,
  } as const;
  const { message: _, ...report } = trouble;
  return { report, state: 'refused', decided: step.decided, changed: [], trouble };
};
