import { randomUUID } from 'node:crypto';
import { unreachable } from '../../src/kernel/assert.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import type { createCallbacks } from './callbacks.ts';
import type { AcceptBehaviour, Behaviour } from './faults.ts';
import {
  type Answer,
  acceptedAnswer,
  deletedAnswer,
  type Mutation,
  type NetworkObject,
  type Pending,
  presentAnswer,
  refusal,
} from './mutation.ts';
import type { Store } from './store.ts';
import type { Systems } from './systems.ts';
import type { Timers } from './timers.ts';

/** An answer, or silence: the caller waits until it gives up. */
export type Reaction = Answer | 'silence';

export interface NetworkParts {
  readonly systems: Systems;
  readonly store: Store;
  readonly timers: Timers;
  readonly callbacks: ReturnType<typeof createCallbacks>;
}

/** What an apply or a revoke meets. Faults of the wire come before the key is looked at, those of the system after. */
export async function mutate(
  parts: NetworkParts,
  behaviour: Behaviour,
  mutation: Mutation,
  correlationId: string | null,
): Promise<Reaction> {
  const { store, timers } = parts;
  switch (behaviour.type) {
    case 'ok':
      return store.execute(mutation);
    case 'error':
    case 'throttle':
      return wireAnswer(behaviour);
    case 'hang':
      return 'silence';
    case 'delay':
      await timers.after(behaviour.ms);
      return store.execute(mutation);
    case 'executeAndTimeout':
      store.execute(mutation);
      return 'silence';
    case 'late':
      return suspend(parts, { mutation, dueAt: Date.now() + behaviour.ms });
    case 'refuse':
      return store.known(mutation) ?? refusal(422, behaviour.code, 'refused by the system');
    case 'lie':
      return store.known(mutation) ?? lieAbout(store, mutation);
    case 'accept':
      return store.known(mutation) ?? accept(parts, behaviour, mutation, correlationId);
    default:
      return unreachable(behaviour);
  }
}

/** What a read meets; `answer` is the honest one. */
export async function observe(
  { timers }: NetworkParts,
  behaviour: Behaviour,
  answer: () => Answer,
): Promise<Reaction> {
  switch (behaviour.type) {
    case 'error':
    case 'throttle':
      return wireAnswer(behaviour);
    case 'hang':
      return 'silence';
    case 'delay':
      await timers.after(behaviour.ms);
      return answer();
    case 'lie':
      return twisted(answer());
    default:
      return answer();
  }
}

/** Takes up again what was pending when the process ended. */
export function resumePending(parts: NetworkParts): void {
  for (const pending of parts.store.pendings()) void completeWhenDue(parts, pending);
}

function wireAnswer(behaviour: Extract<Behaviour, { type: 'error' | 'throttle' }>): Answer {
  return behaviour.type === 'error'
    ? refusal(behaviour.status, 'simulatedError', 'simulated error')
    : refusal(429, 'throttled', 'too many requests', { retryAfter: behaviour.retryAfter });
}

function lieAbout(store: Store, mutation: Mutation): Answer {
  const planned = store.plan(mutation);
  if ('body' in planned) return planned;
  if (mutation.verb === 'revoke') return deletedAnswer(mutation.object);
  const { object, values, key } = mutation;
  const pretended = { object, values, results: planned.results, version: String(store.nextSeq()), key };
  return presentAnswer(planned.status, pretended);
}

async function accept(
  parts: NetworkParts,
  { type: _, afterMs, ...how }: AcceptBehaviour,
  mutation: Mutation,
  correlationId: string | null,
): Promise<Answer> {
  const planned = parts.store.plan(mutation);
  if ('body' in planned) return planned;
  const acceptance = { ...how, correlationId };
  void suspend(parts, { mutation, dueAt: Date.now() + afterMs, accept: acceptance });
  if (how.callback === 'early') await parts.callbacks.report(mutation, acceptance, acceptedAnswer);
  return acceptedAnswer;
}

function suspend(parts: NetworkParts, given: Omit<Pending, 'id'>): Promise<Answer> {
  const pending = { id: randomUUID(), ...given };
  parts.store.suspend(pending);
  return completeWhenDue(parts, pending);
}

async function completeWhenDue(parts: NetworkParts, pending: Pending): Promise<Answer> {
  await parts.timers.after(Math.max(0, pending.dueAt - Date.now()));
  const answer = parts.store.complete(pending);
  if (pending.accept && pending.accept.callback !== 'early') {
    void parts.callbacks.report(pending.mutation, pending.accept, answer);
  }
  return answer;
}

function twisted(answer: Answer): Answer {
  if (answer.status !== 200) return answer;
  const { values, results } = answer.body as unknown as NetworkObject;
  return { status: 200, body: { ...answer.body, values: twist(values), results: twist(results) } };
}

const twist = (values: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, otherThan(value)]));

function otherThan(value: Json): Json {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return typeof value === 'string' ? `${value}-other` : 'other';
}
