import { plainFault } from '../catalog/values.ts';
import { type JsonObject, sameJson } from '../kernel/json.ts';
import type { Observed } from './adapter.ts';
import { resultsOf, type StandingStep, wantedNow } from './attempt.ts';
import { holdsValues } from './judge.ts';

/** What a system shows now, or why nobody could see it. */
export type Look = Observed | { readonly type: 'unavailable'; readonly message: string };

/** What a person's word that a step is done rests on. */
export type Evidence =
  | {
      readonly type: 'present';
      readonly observed: JsonObject;
      readonly version: string;
      readonly key: string | null;
    }
  | { readonly type: 'absent' };

/** What travels with the command: the step is done with these results, whatever the evidence says. */
export interface Attested {
  readonly evidence: Evidence;
  readonly agrees: boolean;
  readonly results: JsonObject;
}

export type Examined =
  | { readonly type: 'attested'; readonly attested: Attested; readonly contradiction?: string }
  | { readonly type: 'missing'; readonly message: string }
  | { readonly type: 'resultsUnfit'; readonly name: string; readonly message: string };

export const evidenceIn = (look: Look): Evidence | string => {
  if (look.type === 'unavailable') return look.message;
  if (look.type === 'pending') return 'a write is still under way';
  if (look.type === 'absent') return { type: 'absent' };
  const { observed, version, key } = look;
  return { type: 'present', observed, version, key };
};

/**
 * Would what the system shows be the end of this step? Results come from what is seen, by the step's own
 * expressions; a person adds those that cannot be seen.
 */
export function examine(
  step: StandingStep,
  isOwnKey: (key: string) => boolean,
  look: Look,
  given: JsonObject = {},
): Examined {
  const unfit = unfitIn(step, given);
  if (unfit) return unfit;
  const evidence = evidenceIn(look);
  if (typeof evidence === 'string') return { type: 'missing', message: evidence };
  const seen = seenResults(step, evidence);
  const results = { ...seen, ...given };
  const lacking = Object.keys(step.results).find((name) => !Object.hasOwn(results, name));
  if (step.verb === 'apply' && lacking !== undefined) {
    return { type: 'resultsUnfit', name: lacking, message: 'the system does not show it: give its value' };
  }
  const contradiction = contradictionIn(step, isOwnKey, evidence) ?? otherThanSeen(seen, given);
  const attested = { evidence, agrees: contradiction === undefined, results };
  return { type: 'attested', attested, ...(contradiction !== undefined && { contradiction }) };
}

/** What a person gives reaches footprints, services and other steps as it is: only plain values may. */
function unfitIn(
  step: StandingStep,
  given: JsonObject,
): Extract<Examined, { type: 'resultsUnfit' }> | undefined {
  for (const [name, value] of Object.entries(given)) {
    const known = Object.keys(step.results).sort().join(', ') || 'none';
    const message = Object.hasOwn(step.results, name)
      ? plainFault(value)
      : `no result of the step; there are: ${known}`;
    if (message !== undefined) return { type: 'resultsUnfit', name, message };
  }
  return undefined;
}

/** A system that can hold no mark shows no key: nothing then says that it is another's. */
function contradictionIn(
  step: StandingStep,
  isOwnKey: (key: string) => boolean,
  evidence: Evidence,
): string | undefined {
  if (step.verb === 'revoke') return evidence.type === 'absent' ? undefined : 'the object is still there';
  if (evidence.type === 'absent') return 'there is no such object';
  const { key } = evidence;
  if (key !== null && key !== step.standing?.key && !isOwnKey(key))
    return 'the object was last written by another';
  return holdsValues(evidence.observed, wantedNow(step)) ? undefined : 'the object has other values';
}

function otherThanSeen(seen: JsonObject, given: JsonObject): string | undefined {
  const other = Object.keys(given).find(
    (name) => Object.hasOwn(seen, name) && !sameJson(seen[name], given[name]),
  );
  return other === undefined ? undefined : `the system shows another ${other}`;
}

const seenResults = (step: StandingStep, evidence: Evidence): JsonObject =>
  evidence.type === 'present' && step.verb === 'apply' ? resultsOf(step, evidence.observed).results : {};
