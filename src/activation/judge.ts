import type { Verb } from '../decomposition/plan.ts';
import { type JsonObject, sameJson } from '../kernel/json.ts';
import type { ErrorClass } from '../serviceOrder/recovery.ts';
import type { Expectation, Observed } from './adapter.ts';

export interface Wanted {
  readonly verb: Verb;
  readonly key: string;
  readonly values: JsonObject;
  readonly expect: Expectation;
}

/** What a system shows after a call: our effect, none yet, or something that is not as it should be. */
export type Judgement =
  | {
      readonly type: 'effected';
      readonly observed: JsonObject;
      readonly version: string;
      /** Of the write that is seen, where that is not the attempt's own. */
      readonly key?: string;
    }
  | { readonly type: 'withoutEffect' }
  /** The system took our call and is still at it. */
  | { readonly type: 'pending' }
  | {
      readonly type: 'wrong';
      readonly class: ErrorClass;
      readonly code: string;
      readonly message: string;
      /** The system told the end of our very call: nothing of it is left, and nothing of it will come. */
      readonly final?: true;
    };

/** Every wanted value is there; what the system chose itself comes on top. */
export const holdsValues = (observed: JsonObject, values: JsonObject): boolean =>
  Object.entries(values).every(([name, value]) => sameJson(observed[name], value));

export const wrong = (errorClass: ErrorClass, code: string, message: string): Wrong => ({
  type: 'wrong',
  class: errorClass,
  code,
  message,
});

/** Nobody heard the end of a call: what became of it, by what the system shows now? */
export function judgeDoubt(wanted: Wanted, now: Observed): Judgement {
  if (now.type === 'pending') return judgePending(now.key === wanted.key);
  const judged = wanted.verb === 'apply' ? judgeApply(wanted, now) : judgeRevoke(wanted, now);
  return judged.type === 'withoutEffect' ? (refusalOf(wanted.key, now) ?? judged) : judged;
}

export type ForwardJudgement =
  | Judgement
  /** It is as an earlier call of ours left it, which wanted other values: it may be written over at this version. */
  | { readonly type: 'ours'; readonly expect: Expectation };

/** As `judgeDoubt`, for a step that may have sent other values before: an edit does not make its own object foreign. */
export function judgeForward(
  wanted: Wanted,
  isOwnKey: (key: string) => boolean,
  now: Observed,
): ForwardJudgement {
  if (now.type === 'absent' || now.key === null || now.key === wanted.key || !isOwnKey(now.key))
    return judgeDoubt(wanted, now);
  if (now.type === 'pending')
    return wrong('inDoubt', 'busy', 'the system is still at an earlier write of this step');
  if (wanted.verb !== 'apply') return judgeDoubt(wanted, now);
  const refused = refusalOf(wanted.key, now);
  if (refused === undefined) return { type: 'ours', expect: { version: now.version } };
  // Nothing of this call is left, but what the earlier one built stands.
  const { final: _, ...earlierStands } = refused;
  return earlierStands;
}

/** A system may still be busy with a write: ours is waited for, another's is in the way. */
export const judgePending = (isOurs: boolean): Extract<Judgement, { type: 'pending' | 'wrong' }> =>
  isOurs ? { type: 'pending' } : wrong('conflict', 'pendingOther', 'the write of another is under way');

/** Taken at first, and refused later: a definite no to the call under this key. */
export function refusalOf(key: string, { refusal }: Settled): Wrong | undefined {
  if (refusal?.key !== key) return undefined;
  return { ...wrong('refused', refusal.code, refusal.message), final: true };
}

type Settled = Exclude<Observed, { type: 'pending' }>;
type Wrong = Extract<Judgement, { type: 'wrong' }>;

/** The system took the call and was to report later: what has become of it? */
export function judgeReport(
  wanted: Wanted,
  isOwnKey: (key: string) => boolean,
  now: Observed,
): Exclude<Judgement, { type: 'withoutEffect' }> {
  const judged = judgeForward(wanted, isOwnKey, now);
  return judged.type === 'withoutEffect' || judged.type === 'ours'
    ? wrong('inDoubt', 'reportMissing', 'the system took the call, and shows nothing of it')
    : judged;
}

function judgeApply({ key, values, expect }: Wanted, now: Settled): Judgement {
  if (now.type === 'absent') {
    if (expect === 'absent') return { type: 'withoutEffect' };
    return wrong('drift', 'vanished', 'the object that was to be changed is not there any more');
  }
  if (now.key === key) {
    if (holdsValues(now.observed, values))
      return { type: 'effected', observed: now.observed, version: now.version };
    return wrong('lied', 'otherValues', 'the object carries our key, but other values');
  }
  if (expect === 'absent') {
    const code = now.key === null ? 'unmarked' : 'exists';
    return wrong('conflict', code, 'an object that is not ours is in this place');
  }
  if (now.version === expect.version) return { type: 'withoutEffect' };
  return wrong('drift', 'changed', 'somebody else changed the object meanwhile');
}

function judgeRevoke({ expect }: Wanted, now: Settled): Judgement {
  if (now.type === 'absent') return { type: 'effected', observed: {}, version: '' };
  if (expect !== 'absent' && now.version === expect.version) return { type: 'withoutEffect' };
  return wrong('drift', 'changed', 'somebody else changed the object meanwhile');
}

/** The system said done: does it show what it said? */
export function judgeDone(wanted: Wanted, now: Observed): Extract<Judgement, { type: 'effected' | 'wrong' }> {
  if (now.type === 'pending') {
    return wrong('lied', 'stillPending', 'the system said done, and is still at it');
  }
  if (wanted.verb === 'revoke') {
    if (now.type === 'absent') return { type: 'effected', observed: {}, version: '' };
    return wrong('lied', 'stillThere', 'the system said it is gone, and shows it still');
  }
  if (now.type === 'absent') return wrong('lied', 'notThere', 'the system said done, and shows nothing');
  if (now.key !== null && now.key !== wanted.key) {
    return wrong('lied', 'otherKey', 'the system said done, and shows the write of another');
  }
  if (!holdsValues(now.observed, wanted.values)) {
    return wrong('lied', 'otherValues', 'the system said done, and shows other values');
  }
  return { type: 'effected', observed: now.observed, version: now.version };
}
