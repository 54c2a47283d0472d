import type { Expectation } from '../../src/activation/adapter.ts';
import { canonicalJson, type JsonObject } from '../../src/kernel/json.ts';

/** A request to change one object. */
export interface Mutation {
  readonly system: string;
  readonly object: string;
  readonly verb: 'apply' | 'revoke';
  readonly key: string;
  readonly values: JsonObject;
  readonly wantedResults: JsonObject;
  /** Null where the caller gave no condition, which only a revoke of nothing survives. */
  readonly expect: Expectation | null;
}

/** What a key stands for. */
export type Request = Pick<Mutation, 'system' | 'object' | 'verb' | 'key' | 'values'>;

export interface NetworkObject {
  readonly object: string;
  readonly values: JsonObject;
  readonly results: JsonObject;
  readonly version: string;
  readonly key: string;
}

/** The last write that was accepted, and refused when its turn came. */
export interface LateRefusal {
  readonly key: string;
  readonly code: string;
  readonly message: string;
}

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
}

/** How a mutation would turn out: the effect it would have, or the refusal. */
export type Planned = { readonly status: 200 | 201; readonly results: JsonObject } | Answer;

/** A mutation taken on now, to take effect at `dueAt`; `accept` where it was answered 202. */
export interface Pending {
  readonly id: string;
  readonly dueAt: number;
  readonly mutation: Mutation;
  readonly accept?: Acceptance;
}

export interface Acceptance {
  readonly callback: 'once' | 'drop' | 'duplicate' | 'early';
  readonly callbackAfterMs: number;
  readonly reorder: boolean;
  readonly outcome: 'done' | 'refused';
  readonly correlationId: string | null;
}

export const sameRequest = (left: Request, right: Request): boolean =>
  left.verb === right.verb &&
  left.object === right.object &&
  canonicalJson(left.values) === canonicalJson(right.values);

export const presentAnswer = (status: 200 | 201, present: NetworkObject): Answer => ({
  status,
  body: { ...present },
});

export const deletedAnswer = (object: string): Answer => ({ status: 200, body: { object, deleted: true } });

export const acceptedAnswer: Answer = { status: 202, body: { accepted: true } };

/** What a read meets while an accepted write has not had its turn. */
export const pendingAnswer = (object: string, key: string): Answer => ({
  status: 202,
  body: { object, accepted: true, key },
});

export const refusal = (status: number, code: string, message: string, more: JsonObject = {}): Answer => ({
  status,
  body: { code, message, ...more },
});

export const absent = (object: string) => refusal(404, 'absent', `there is no ${object}`);

export const keyReused = (key: string) =>
  refusal(422, 'keyReused', `the key ${key} stands for another request`);

export function unmetCondition(
  expect: Expectation | null,
  present: NetworkObject | undefined,
): Answer | undefined {
  if (expect === null) {
    return refusal(428, 'preconditionMissing', 'send If-None-Match: * or If-Match with the version');
  }
  if (expect === 'absent') {
    return present && refusal(412, 'exists', `${present.object} exists`, { key: present.key });
  }
  if (present?.version === expect.version) return undefined;
  return refusal(412, 'changed', present ? `the version is ${present.version}` : 'there is no such object');
}
