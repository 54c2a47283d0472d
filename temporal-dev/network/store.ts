import { must } from '../../src/kernel/assert.ts';
import { openLog } from './log.ts';
import { createMemory, type Line } from './memory.ts';
import {
  type Answer,
  absent,
  acceptedAnswer,
  keyReused,
  type Mutation,
  type Pending,
  type Planned,
  pendingAnswer,
  presentAnswer,
  refusal,
  sameRequest,
  unmetCondition,
} from './mutation.ts';
import type { Systems } from './systems.ts';

export type Store = ReturnType<typeof openStore>;

/** Everything the network knows. Each change is a line in its file first, and in its memory after. */
export function openStore(file: string, systems: Systems) {
  const log = openLog<Line>(file);
  const memory = createMemory(systems);
  for (const line of log.lines) memory.fold(line);

  function record(line: Line): void {
    log.append(line);
    memory.fold(line);
  }

  const nextSeq = () => memory.ledger.length + 1;

  function storedAnswer(mutation: Mutation): Answer | undefined {
    const stored = memory.systemOf(mutation.system).answers.get(mutation.key);
    if (!stored) return undefined;
    return sameRequest(stored.request, mutation) ? stored.answer : keyReused(mutation.key);
  }

  /** The answer this key already has. A refusal without effect leaves none, so the key may be tried again. */
  function known(mutation: Mutation): Answer | undefined {
    const accepted = memory.systemOf(mutation.system).accepted.get(mutation.key);
    if (!accepted) return storedAnswer(mutation);
    return sameRequest(accepted, mutation) ? acceptedAnswer : keyReused(mutation.key);
  }

  /** What the mutation would lead to, without doing it. */
  function plan(mutation: Mutation): Planned {
    const { objects, allocation } = memory.systemOf(mutation.system);
    const present = objects.get(mutation.object);
    if (mutation.verb === 'revoke' && !present) return absent(mutation.object);
    const unmet = unmetCondition(mutation.expect, present);
    if (unmet) return unmet;
    if (mutation.verb === 'revoke') return { status: 200, results: {} };
    const choice = allocation.choose(mutation.values, present?.results ?? {}, mutation.wantedResults);
    if (!choice.ok) return refusal(422, choice.code, `${choice.name} cannot be given: ${choice.code}`);
    return { status: present ? 200 : 201, results: choice.results };
  }

  function perform(mutation: Mutation): Answer {
    const planned = plan(mutation);
    if ('body' in planned) return planned;
    const { system, object, verb, key, values } = mutation;
    const at = new Date().toISOString();
    record({ line: 'effect', seq: nextSeq(), at, system, object, verb, key, values, ...planned });
    return must(storedAnswer(mutation), `the answer of ${key}`);
  }

  /** A pending mutation takes effect now, unless its key did already or the object is no longer as expected. */
  function complete({ id, mutation, accept }: Pending): Answer {
    const stored = storedAnswer(mutation);
    const refused = accept?.outcome === 'refused';
    const answer =
      stored ?? (refused ? refusal(422, 'refused', 'refused after acceptance') : perform(mutation));
    const isNew = stored === undefined && answer.status >= 400 && accept !== undefined;
    record({ line: 'settled', id, ...(isNew && { answer }) });
    return answer;
  }

  /** What a read shows: a write that waits for its turn, else what stands, with a write that was refused later. */
  function show(system: string, object: string): Answer {
    const { objects, accepted, refusals } = memory.systemOf(system);
    const waiting = [...accepted.values()].findLast((one) => one.object === object);
    if (waiting) return pendingAnswer(object, waiting.key);
    const present = objects.get(object);
    const refused = refusals.get(object);
    const { status, body } = present ? presentAnswer(200, present) : absent(object);
    return { status, body: { ...body, ...(refused && { refusal: { ...refused } }) } };
  }

  return {
    known,
    show,
    plan,
    complete,
    nextSeq,
    execute: (mutation: Mutation): Answer => known(mutation) ?? perform(mutation),
    suspend: (pending: Pending) => record({ line: 'pending', pending }),
    pendings: () => [...memory.pendings.values()],
    has: (system: string) => memory.systems.has(system),
    objects: (system: string) => [...memory.systemOf(system).objects.values()],
    systems: () => [...memory.systems].map(([name, { objects }]) => ({ name, objects: objects.size })),
    ledgerSince: (seq: number) => memory.ledger.slice(seq),
    close: () => log.close(),
  };
}
