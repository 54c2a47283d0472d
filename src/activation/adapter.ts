import type { JsonObject } from '../kernel/json.ts';

/** The kinds of systems there is code for, in `activities/adapters`. */
export const adapterNames = ['http'] as const;
export type AdapterName = (typeof adapterNames)[number];
export const isAdapterName = (name: string): name is AdapterName =>
  (adapterNames as readonly string[]).includes(name);

/** What an object must look like before a write may touch it: not there at all, or still at this version. */
export type Expectation = 'absent' | { readonly version: string };

export interface StepCall {
  readonly key: string;
  readonly object: string;
  readonly values: JsonObject;
  /** Results the system chose before and should choose again; it refuses when they are no longer free. */
  readonly wantedResults?: JsonObject;
  readonly expect: Expectation;
  readonly correlationId: string;
}

/** `observed` is everything the system shows of the object: the values it was given and what it chose itself. */
export interface Done {
  readonly type: 'done';
  readonly observed: JsonObject;
  readonly version: string;
}

/** The system will report later, under our correlation id. */
export interface Accepted {
  readonly type: 'accepted';
}

/** A definite no, without effect. */
export interface Refused {
  readonly type: 'refused';
  readonly class: 'refused' | 'invalid' | 'conflict' | 'drift';
  readonly code: string;
  readonly message: string;
}

export type Outcome = Done | Accepted | Refused;

/** The last write under this key was taken, and refused later. */
export interface LateRefusal {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

export type Observed =
  | { readonly type: 'absent'; readonly refusal?: LateRefusal }
  /** A write under this key was taken and is still under way; what stands meanwhile is not told. */
  | { readonly type: 'pending'; readonly key: string }
  | {
      readonly type: 'present';
      readonly observed: JsonObject;
      readonly version: string;
      /** The key of the last write; null where the system can hold no such mark. */
      readonly key: string | null;
      readonly refusal?: LateRefusal;
    };

/**
 * Brings one object of one system to its wanted state. All three verbs are idempotent by key.
 * A definite answer is returned; a call without one throws `CallFailed`.
 */
export interface ActivationAdapter {
  apply(call: StepCall, signal: AbortSignal): Promise<Outcome>;
  revoke(call: StepCall, signal: AbortSignal): Promise<Outcome>;
  read(call: StepCall, signal: AbortSignal): Promise<Observed>;
}

/**
 * notSent: surely without effect. busy: refused for now, fewer calls are wanted. down: refused for now, by a system
 * that can do nothing at all. noAnswer: may or may not have taken effect.
 */
export type CallFailure = 'notSent' | 'busy' | 'down' | 'noAnswer';

export class CallFailed extends Error {
  override readonly name = 'CallFailed';
  constructor(
    readonly failure: CallFailure,
    readonly code: string,
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}
