import { evaluateText } from '../catalog/expressions.ts';
import type { Verb } from '../decomposition/plan.ts';
import type { Footprint, Presence } from '../inventory/inventory.ts';
import { type Json, type JsonObject, sameJson } from '../kernel/json.ts';
import { arrowOf } from '../serviceOrder/judgement.ts';
import type { StepReport } from '../serviceOrder/run.ts';
import type { StepState } from '../serviceOrder/machine.ts';
import { costsAttempt, type ErrorClass } from '../serviceOrder/recovery.ts';
import type { Expectation } from './adapter.ts';
import { overriding } from './overriding.ts';

/** A step as it stands before an attempt, with what its expressions read. */
export interface StandingStep {
  readonly system: string;
  readonly verb: Verb;
  readonly object: string;
  readonly values: Readonly<Record<string, string>>;
  /** What a person set in place of the mapping, by the name of the value. */
  readonly overrides: JsonObject;
  readonly results: Readonly<Record<string, string>>;
  readonly verify: 'always' | 'never';
  /** The state to go back to, instead of expressions. */
  readonly fixed: { readonly values: JsonObject; readonly results: JsonObject } | null;
  readonly state: StepState;
  readonly way: 'do' | 'undo';
  readonly attempt: number;
  readonly generation: number;
  readonly decided: boolean;
  readonly wanted: JsonObject | null;
  readonly changed: readonly string[];
  readonly service: string;
  readonly characteristics: JsonObject;
  readonly types: Readonly<Record<string, string>>;
  readonly steps: Readonly<Record<string, JsonObject>>;
  readonly reliesOn: Readonly<Record<string, JsonObject>>;
  readonly builtAfter: readonly string[];
  readonly standing: Footprint | null;
  /** The footprint as it was before the first attempt. */
  readonly before: Footprint | null;
}

export interface Trouble {
  readonly type: 'failed';
  readonly class: ErrorClass;
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
  /** The system told the end of this very call: nothing of it is left, and nothing of it will come. */
  readonly final?: true;
}

export type StepOutcome =
  | {
      readonly type: 'done';
      readonly observed: JsonObject;
      readonly version: string;
      /** Of the last write, where that is not the attempt's own. */
      readonly key?: string;
    }
  /** The system took the call and will report later. */
  | { readonly type: 'accepted' }
  | Trouble;

export interface Attempt {
  readonly verb: Verb;
  readonly number: number;
  readonly generation: number;
  readonly key: string;
  readonly wanted: JsonObject;
  /** Results the system is asked to choose again. */
  readonly wantedResults?: JsonObject;
  readonly expect: Expectation;
  /** An earlier call may have taken effect: read before calling. */
  readonly inDoubt: boolean;
  /** Why there is nothing that could be sent. */
  readonly impossible?: Trouble;
}

const bindingsOf = (step: StandingStep) => ({
  service: { id: step.service },
  characteristics: step.characteristics,
  steps: step.steps,
  reliesOn: step.reliesOn,
});

/**
 * The next attempt of a step. A key stands for one verb, object and values: other values take the next
 * generation, and so does the same effect once a definite outcome stands under the old one.
 */
export function nextAttempt(step: StandingStep, keyOf: (generation: number) => string): Attempt {
  const { wanted, impossible } = wantedOf(step);
  const first = step.attempt === 0;
  const another = first || step.decided || !sameJson(wanted, step.wanted);
  const generation = another ? step.generation + 1 : step.generation;
  return {
    verb: step.verb,
    number: step.attempt + 1,
    generation,
    key: keyOf(generation),
    wanted,
    ...(step.fixed && { wantedResults: step.fixed.results }),
    expect: expectationOf(step),
    inDoubt:
      step.state === 'attempting' ||
      step.state === 'inDoubt' ||
      (step.state === 'held' && !step.decided) ||
      step.standing?.presence === 'doubtful',
    ...(impossible && { impossible }),
  };
}

/** A call the system took and has not told the end of: there is nothing to send, only something to look at. */
export const acceptedAttempt = (step: StandingStep, keyOf: (generation: number) => string): Attempt => ({
  verb: step.verb,
  number: step.attempt,
  generation: step.generation,
  key: keyOf(step.generation),
  wanted: step.wanted ?? {},
  expect: expectationOf(step),
  inDoubt: true,
});

const expectationOf = ({ standing }: StandingStep): Expectation =>
  standing && standing.version !== '' ? { version: standing.version } : 'absent';

/** The values that are wanted now; known beforehand, set by a person, or by what the step's expressions say. */
export function wantedOf(step: StandingStep): { readonly wanted: JsonObject; readonly impossible?: Trouble } {
  if (step.fixed) return { wanted: step.fixed.values };
  const { overridden, mapped } = overriding(step.values, step.overrides);
  const wanted: Record<string, Json> = { ...overridden };
  let impossible: Trouble | undefined;
  for (const [name, text] of mapped) {
    const value = evaluateText(text, bindingsOf(step), step.types);
    if (value.ok) wanted[name] = value.value;
    else
      impossible ??= {
        type: 'failed',
        class: 'invalid',
        code: value.code,
        message: `values.${name}: ${value.message}`,
      };
  }
  return { wanted, ...(impossible && { impossible }) };
}

/** What the newest attempt wanted; without one, what the next would. */
export const wantedNow = (step: StandingStep): JsonObject => step.wanted ?? wantedOf(step).wanted;

export interface RecordedFootprint {
  readonly presence: Presence;
  readonly values: JsonObject;
  readonly results: JsonObject;
  readonly version: string;
  readonly builtAfter: readonly string[];
  readonly key: string;
}

/** What an attempt leaves in the step's row, in the service's footprint, and for the workflow. */
export interface Conclusion {
  readonly report: StepReport;
  readonly state: Extract<
    StepState,
    'done' | 'waiting' | 'accepted' | 'inDoubt' | 'refused' | 'undoing' | 'undone'
  >;
  /** A definite outcome stands under the key. */
  readonly decided: boolean;
  readonly changed: readonly string[];
  readonly trouble?: Trouble;
  /** Absent: the footprint stays as it is. */
  readonly footprint?: RecordedFootprint;
}

export function conclude(
  step: StandingStep,
  name: string,
  attempt: Attempt,
  outcome: StepOutcome,
): Conclusion {
  if (outcome.type === 'failed') return concludeTrouble(step, attempt, outcome);
  if (outcome.type === 'accepted') {
    const footprint = doubtfulPrint(step, attempt);
    const report = { type: 'accepted' } as const;
    return { report, state: 'accepted', decided: false, changed: [], ...(footprint && { footprint }) };
  }
  if (step.verb === 'revoke') return concludeGone(step, attempt);
  const { results, missing } = resultsOf(step, outcome.observed);
  if (missing !== undefined) {
    const message = `the system did not answer with the result ${missing}`;
    return concludeTrouble(step, attempt, { type: 'failed', class: 'lied', code: 'resultMissing', message });
  }
  return concludeBuilt(step, name, attempt, results, outcome.version);
}

export function concludeGone(step: StandingStep, attempt: Attempt): Conclusion {
  const footprint = step.standing && {
    footprint: { ...step.standing, presence: 'absent' as const, key: attempt.key },
  };
  return { report: { type: 'done', changed: [] }, state: 'done', decided: true, changed: [], ...footprint };
}

export function concludeBuilt(
  step: StandingStep,
  name: string,
  attempt: Attempt,
  results: JsonObject,
  version: string,
): Conclusion & { readonly footprint: RecordedFootprint } {
  const before = step.standing?.results ?? {};
  const changed = Object.keys(results)
    .filter((result) => !sameJson(results[result], before[result]))
    .map((result) => `steps.${name}.${result}`);
  const footprint = {
    ...printOf(step, attempt),
    presence: 'present' as const,
    results,
    version,
  };
  return { report: { type: 'done', changed }, state: 'done', decided: true, changed, footprint };
}

/** The results that can be told from what a system shows, and the first one that cannot, with why. */
export function resultsOf(step: StandingStep, observed: JsonObject) {
  const results: Record<string, Json> = {};
  let missing: string | undefined;
  for (const [result, text] of Object.entries(step.results)) {
    const value = evaluateText(text, { ...bindingsOf(step), observed }, step.types);
    if (value.ok) results[result] = value.value;
    else missing ??= `${result}: ${value.message}`;
  }
  return { results, missing };
}

const stateOf = { Deferred: 'waiting', Doubted: 'inDoubt', Refused: 'refused' } as const;

function concludeTrouble(step: StandingStep, attempt: Attempt, trouble: Trouble): Conclusion {
  const { class: errorClass, code, retryAfterMs } = trouble;
  const arrow = arrowOf(errorClass);
  const footprint = footprintAfterTrouble(step, attempt, trouble);
  const isUnseen = step.state === 'accepted' && (!costsAttempt(errorClass) || arrow === 'Deferred');
  return {
    report: {
      ...{ type: 'failed', class: errorClass, code },
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(trouble.final && footprint && footprint.presence !== 'doubtful' && { final: true }),
    },
    state: isUnseen ? 'accepted' : stateOf[arrow],
    decided: arrow === 'Refused',
    changed: [],
    trouble,
    ...(footprint && { footprint }),
  };
}

/**
 * In doubt, after a lie, or if nobody recorded the end of the last attempt, something may be there. It stays
 * doubtful even after a definite no: a system that shows nothing now may still be carrying out the earlier call.
 */
function footprintAfterTrouble(
  step: StandingStep,
  attempt: Attempt,
  { class: errorClass, final }: Trouble,
): RecordedFootprint | undefined {
  const { standing } = step;
  if (final && standing?.version === '' && standing.key === attempt.key) {
    return { ...standing, presence: 'absent' };
  }
  // Nothing else was ever sent for the step: what stood before the call stands.
  if (final && attempt.generation === 1 && standing && standing.key === step.before?.key) {
    return { ...standing, presence: step.before.presence };
  }
  const isUnheard = step.state === 'attempting' || (step.state === 'held' && !step.decided);
  const doubtful = isUnheard || errorClass === 'lied' || arrowOf(errorClass) === 'Doubted';
  return doubtful ? doubtfulPrint(step, attempt) : undefined;
}

function doubtfulPrint(step: StandingStep, attempt: Attempt): RecordedFootprint | undefined {
  if (step.standing) return { ...step.standing, presence: 'doubtful' };
  return step.verb === 'apply' ? { ...printOf(step, attempt), presence: 'doubtful' } : undefined;
}

const printOf = (step: StandingStep, attempt: Attempt): Omit<RecordedFootprint, 'presence'> => ({
  values: attempt.wanted,
  results: {},
  version: '',
  builtAfter: [...new Set([...(step.standing?.builtAfter ?? []), ...step.builtAfter])].sort(),
  key: attempt.key,
});
