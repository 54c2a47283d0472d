import type { Expectation, Observed, Refused } from '../../src/activation/adapter.ts';
import type { CompactServiceOrder, CompactStep, Verb } from '../../src/decomposition/plan.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { sameJson } from '../../src/kernel/json.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import type { OrderRun } from '../../src/order/run.ts';
import { namesBy } from './names.ts';
import type { StepReport } from '../../src/serviceOrder/run.ts';

export interface NetworkObject {
  readonly key: string;
  readonly version: string;
  readonly values: JsonObject;
}

export interface Mutation {
  readonly verb: Verb;
  readonly key: string;
  readonly object: string;
  readonly values: JsonObject;
  readonly expect: Expectation;
}

/** The systems as they really are, and their ledger: what took effect, key by key. */
export interface Network {
  readonly objects: Readonly<Record<string, NetworkObject | undefined>>;
  readonly ledger: Readonly<Record<string, Mutation>>;
  /** How often each object was written: no version comes twice, not even of one made anew. */
  readonly writes: Readonly<Record<string, number>>;
  /** Irreversible steps that were sent, and what is known of them: nothing yet, or a definite no. */
  readonly sent: Readonly<Record<string, 'sent' | 'doubted' | 'no'>>;
  /** Writes that were taken and are still under way; and the keys of those refused after all, the last one last. */
  readonly taken: Readonly<Record<string, Mutation | undefined>>;
  readonly refused: Readonly<Record<string, readonly string[]>>;
  /** Objects that are not as anybody expects: the system lied, or a call took effect when all was over. */
  readonly odd: Readonly<Record<string, 'lied' | 'late'>>;
}

export const newValues: JsonObject = { v: 'new' };
export const oldValues: JsonObject = { v: 'old' };
const oddValues: JsonObject = { v: 'odd' };

export const objectOf = namesBy(':');

/** Whether the object was there before the order. A name that ends in + is that of a new one. */
export const wasThere = ({ action }: CompactServiceOrder, { id, verb }: CompactStep): boolean =>
  verb === 'revoke' || (action !== 'add' && !id.endsWith('+'));

export const oldObject = (object: string): NetworkObject => ({
  key: `old/${object}`,
  version: '0',
  values: oldValues,
});

export function networkBefore({ plan }: OrderRun): Network {
  const objects: Record<string, NetworkObject> = {};
  for (const one of plan.serviceOrders)
    for (const step of one.steps ?? []) {
      const object = objectOf(one.id, step.id);
      if (wasThere(one, step)) objects[object] = oldObject(object);
    }
  return { objects, ledger: {}, writes: {}, sent: {}, taken: {}, refused: {}, odd: {} };
}

export function observe({ objects, taken, refused }: Network, object: string): Observed {
  const waiting = taken[object];
  if (waiting) return { type: 'pending', key: waiting.key };
  const key = refused[object]?.at(-1);
  const refusal = key !== undefined && { refusal: { key, code: 'later', message: 'refused after all' } };
  const now = objects[object];
  return now
    ? { type: 'present', observed: now.values, version: now.version, key: now.key, ...refusal }
    : { type: 'absent', ...refusal };
}

export interface Answered {
  readonly network: Network;
  readonly refused?: Refused;
  /** The system has the write, and will report later. */
  readonly accepted?: true;
  /** This very call is what it has taken. */
  readonly taken?: Mutation;
  /** It is at the write of another key. */
  readonly busy?: true;
  /** Something is otherwise than it was. */
  readonly effect: boolean;
}

const no = (errorClass: Refused['class'], code: string): Refused => ({
  type: 'refused',
  class: errorClass,
  code,
  message: code,
});

/** A key that took effect answers again without another; a condition that does not hold is refused. */
export function carryOut(network: Network, mutation: Mutation, lies = false): Answered {
  const { verb, key, object, values, expect } = mutation;
  const known = network.ledger[key];
  if (known) {
    const same = known.verb === verb && known.object === object && sameJson(known.values, values);
    assert(same, `the key ${key} stands for one verb, object and values`);
    return { network, effect: false };
  }
  const waiting = network.taken[object];
  if (waiting)
    return { network, effect: false, ...(waiting.key === key ? { accepted: true } : { busy: true }) };
  if (network.refused[object]?.includes(key)) {
    return { network, effect: false, refused: no('refused', 'later') };
  }
  const now = network.objects[object];
  if (verb === 'revoke' && now === undefined) return { network, effect: false };
  const isMet = expect === 'absent' ? now === undefined : now?.version === expect.version;
  if (!isMet) {
    const refused = expect === 'absent' ? no('conflict', 'exists') : no('drift', 'changed');
    return { network, effect: false, refused };
  }
  const count = (network.writes[object] ?? 0) + 1;
  const version = String(count);
  const writes = { ...network.writes, [object]: count };
  const next = verb === 'apply' ? { key, version, values: lies ? oddValues : values } : undefined;
  const objects = { ...network.objects, [object]: next };
  return {
    network: { ...network, objects, ledger: { ...network.ledger, [key]: mutation }, writes },
    effect: true,
  };
}

/** What would take effect is only taken for now. */
export function take(network: Network, mutation: Mutation): Answered {
  const answered = carryOut(network, mutation);
  if (!answered.effect) return answered;
  const taken = { ...network.taken, [mutation.object]: mutation };
  return { network: { ...network, taken }, effect: false, accepted: true, taken: mutation };
}

/** The turn of a write that was taken: it takes effect, or is refused after all. */
export function endTaken(network: Network, mutation: Mutation, fate: 'done' | 'refused'): Answered {
  const { object, key } = mutation;
  const free = { ...network, taken: { ...network.taken, [object]: undefined } };
  const answered = fate === 'done' ? carryOut(free, mutation) : undefined;
  if (answered && !answered.refused) return answered;
  const refused = { ...free.refused, [object]: [...(free.refused[object] ?? []), key] };
  return { network: { ...free, refused }, effect: false };
}

export const withOdd = (network: Network, object: string, how: 'lied' | 'late'): Network => ({
  ...network,
  odd: { ...network.odd, [object]: how },
});

export function isAsWanted({ objects }: Network, { id }: CompactServiceOrder, step: CompactStep): boolean {
  const now = objects[objectOf(id, step.id)];
  return step.verb === 'revoke' ? now === undefined : now?.values.v === 'new';
}

export function isAsBefore({ objects }: Network, one: CompactServiceOrder, step: CompactStep): boolean {
  const now = objects[objectOf(one.id, step.id)];
  return wasThere(one, step) ? now?.values.v === 'old' : now === undefined;
}

/** The planned service order whose objects this one touches. */
export function originOf({ plan, compensations }: OrderRun, id: string): CompactServiceOrder {
  const compensated = compensations.find((one) => one.id === id)?.compensates ?? id;
  return must(
    plan.serviceOrders.find((one) => one.id === compensated),
    `service order ${id}`,
  );
}

export const stepOf = ({ id, steps = [] }: CompactServiceOrder, step: string): CompactStep =>
  must(
    steps.find((candidate) => candidate.id === step),
    `step ${step} of ${id}`,
  );

export const isIrreversible = ({ verb, pointOfNoReturn }: CompactStep): boolean =>
  verb === 'revoke' || pointOfNoReturn === true;

/** Sent is sent; only a definite no, with no doubt before it, takes a marked step back. */
export function withSent(
  network: Network,
  object: string,
  planned: CompactStep,
  report?: StepReport,
): Network {
  if (!isIrreversible(planned)) return network;
  const before = network.sent[object];
  const mark = (now: 'sent' | 'doubted' | 'no') => ({ ...network, sent: { ...network.sent, [object]: now } });
  if (report === undefined) return mark(before === 'doubted' ? 'doubted' : 'sent');
  if (report.type !== 'failed') return network;
  // The system told the end of the very call that was in doubt.
  if (report.final && planned.verb === 'apply') return mark('no');
  if (before === 'doubted') return network;
  if (['inDoubt', 'ours', 'unknown', 'lied'].includes(report.class)) return mark('doubted');
  const isNo = planned.verb === 'apply' && ['refused', 'invalid'].includes(report.class);
  return isNo ? mark('no') : network;
}

export const isPast = ({ sent }: Network, { id, steps = [] }: CompactServiceOrder): boolean =>
  steps.some((step) => ['sent', 'doubted'].includes(sent[objectOf(id, step.id)] ?? ''));
