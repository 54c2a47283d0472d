import { must } from '../../src/kernel/assert.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { createAllocation } from './allocation.ts';
import {
  type Answer,
  deletedAnswer,
  type LateRefusal,
  type NetworkObject,
  type Pending,
  presentAnswer,
  type Request,
} from './mutation.ts';
import type { Systems } from './systems.ts';

export interface LedgerEntry extends Request {
  readonly seq: number;
  readonly at: string;
}

/** What the network's file is made of. */
export type Line = EffectLine | PendingLine | SettledLine;

interface EffectLine extends LedgerEntry {
  readonly line: 'effect';
  readonly status: 200 | 201;
  readonly results: JsonObject;
}

interface PendingLine {
  readonly line: 'pending';
  readonly pending: Pending;
}

interface SettledLine {
  readonly line: 'settled';
  readonly id: string;
  /** The answer of its key from now on. */
  readonly answer?: Answer;
}

const emptySystem = (allocates: Systems[string]['allocates']) => ({
  objects: new Map<string, NetworkObject>(),
  /** By key. */
  answers: new Map<string, { request: Request; answer: Answer }>(),
  /** Answered 202 and not settled, by key. */
  accepted: new Map<string, Request>(),
  /** By object, until it changes. */
  refusals: new Map<string, LateRefusal>(),
  allocation: createAllocation(allocates),
});

export type Memory = ReturnType<typeof createMemory>;

/** The fold of the lines: objects, keys, allocations, pending mutations and the ledger. */
export function createMemory(systems: Systems) {
  const byName = new Map(
    Object.entries(systems).map(([name, { allocates }]) => [name, emptySystem(allocates)]),
  );
  const ledger: LedgerEntry[] = [];
  const pendings = new Map<string, Pending>();
  const systemOf = (name: string) => must(byName.get(name), `the system ${name} in the systems file`);
  const remember = (request: Request, answer: Answer) =>
    systemOf(request.system).answers.set(request.key, { request, answer });

  function foldEffect({ line: _, status, results, ...entry }: EffectLine): void {
    const { objects, allocation, refusals } = systemOf(entry.system);
    const { object, values, key, seq } = entry;
    refusals.delete(object);
    allocation.release(objects.get(object)?.results ?? {});
    ledger.push(entry);
    if (entry.verb === 'revoke') {
      objects.delete(object);
      remember(entry, deletedAnswer(object));
      return;
    }
    // The place in the ledger never comes twice, not even for an object deleted and made anew.
    const present = { object, values, results, version: String(seq), key };
    allocation.hold(results);
    objects.set(object, present);
    remember(entry, presentAnswer(status, present));
  }

  function foldPending({ pending }: PendingLine): void {
    pendings.set(pending.id, pending);
    const { system, key } = pending.mutation;
    if (pending.accept) systemOf(system).accepted.set(key, pending.mutation);
  }

  function foldSettled({ id, answer }: SettledLine): void {
    const { mutation, accept } = must(pendings.get(id), `pending ${id}`);
    pendings.delete(id);
    if (accept) systemOf(mutation.system).accepted.delete(mutation.key);
    if (!answer) return;
    remember(mutation, answer);
    const { code, message } = answer.body;
    const refused = { key: mutation.key, code: String(code), message: String(message) };
    systemOf(mutation.system).refusals.set(mutation.object, refused);
  }

  return {
    ledger: ledger as readonly LedgerEntry[],
    pendings: pendings as ReadonlyMap<string, Pending>,
    systems: byName as ReadonlyMap<string, ReturnType<typeof emptySystem>>,
    systemOf,
    fold(line: Line): void {
      if (line.line === 'effect') foldEffect(line);
      else if (line.line === 'pending') foldPending(line);
      else foldSettled(line);
    },
  };
}
