import { z } from 'zod';
import type { JsonObject } from '../../src/kernel/json.ts';

const millis = z.int().min(0).max(86_400_000);

export const accept = z.strictObject({
  type: z.literal('accept'),
  afterMs: millis,
  /** `early` comes before the request is answered, whatever becomes of it. */
  callback: z.enum(['once', 'drop', 'duplicate', 'early']),
  callbackAfterMs: millis.default(0),
  /** The callback waits until the next one was sent. */
  reorder: z.boolean().default(false),
  outcome: z.enum(['done', 'refused']).default('done'),
});

const behaviour = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('ok') }),
  z.strictObject({ type: z.literal('error'), status: z.int().min(400).max(599) }),
  z.strictObject({ type: z.literal('throttle'), retryAfter: z.int().min(0) }),
  z.strictObject({ type: z.literal('refuse'), code: z.string().min(1).max(64) }),
  z.strictObject({ type: z.literal('executeAndTimeout') }),
  z.strictObject({ type: z.literal('hang') }),
  z.strictObject({ type: z.literal('late'), ms: millis }),
  z.strictObject({ type: z.literal('delay'), ms: millis }),
  z.strictObject({ type: z.literal('lie') }),
  accept,
]);

const readable: ReadonlySet<string> = new Set(['ok', 'error', 'throttle', 'hang', 'delay', 'lie']);

const rule = z
  .strictObject({
    system: z.string().optional(),
    /** Exact, or a prefix that ends in `*`. */
    object: z.string().optional(),
    verb: z.enum(['apply', 'revoke', 'read']).optional(),
    /** Only a write whose values are numbers greater than each of these. */
    above: z.record(z.string(), z.number()).optional(),
    nth: z.int().min(1).optional(),
    share: z.number().min(0).max(1).optional(),
    times: z.int().min(1).optional(),
    behaviour,
  })
  .refine((one) => one.verb !== 'read' || readable.has(one.behaviour.type), {
    path: ['behaviour', 'type'],
    error: `a read can only ${[...readable].join(', ')}`,
  });

export const faultProgram = z.strictObject({ seed: z.int().default(0), rules: z.array(rule).max(1_000) });

export type FaultProgram = z.infer<typeof faultProgram>;
export type FaultRule = z.infer<typeof rule>;
export type Behaviour = z.infer<typeof behaviour>;
export type AcceptBehaviour = z.infer<typeof accept>;

export interface Call {
  readonly system: string;
  readonly object: string;
  readonly verb: 'apply' | 'revoke' | 'read';
  /** What a write wants. */
  readonly values?: JsonObject;
}

export interface Faults {
  replace(program: FaultProgram): void;
  /** How the network behaves towards this call, unless as usual. Each call is to be asked about once. */
  next(call: Call): Behaviour | undefined;
  show(): {
    readonly seed: number;
    readonly rules: readonly (FaultRule & { matched: number; hits: number })[];
  };
}

const noFaults: FaultProgram = { seed: 0, rules: [] };

export function createFaults(): Faults {
  let program = noFaults;
  let counted = count(noFaults);
  return {
    replace(given) {
      program = given;
      counted = count(given);
    },
    next(call) {
      let winner: (typeof counted)[number] | undefined;
      // Every rule counts and draws for every call it matches, so that no rule's luck depends on another's.
      for (const one of counted) {
        if (!matches(one.rule, call)) continue;
        one.matched += 1;
        const drawn = one.rule.share === undefined || one.draw() < one.rule.share;
        const due = one.rule.nth === undefined || one.rule.nth === one.matched;
        const left = one.rule.times === undefined || one.hits < one.rule.times;
        if (drawn && due && left) winner ??= one;
      }
      if (winner === undefined) return undefined;
      winner.hits += 1;
      return winner.rule.behaviour;
    },
    show: () => ({
      seed: program.seed,
      rules: counted.map(({ rule, matched, hits }) => ({ ...rule, matched, hits })),
    }),
  };
}

export const clearFaults = (faults: Faults) => faults.replace(noFaults);

const count = ({ seed, rules }: FaultProgram) =>
  rules.map((rule, index) => ({ rule, matched: 0, hits: 0, draw: randomFrom(seed * 1_009 + index) }));

function matches(rule: FaultRule, call: Call): boolean {
  if (rule.system !== undefined && rule.system !== call.system) return false;
  if (rule.verb !== undefined && rule.verb !== call.verb) return false;
  if (call.verb === 'read' && !readable.has(rule.behaviour.type)) return false;
  if (rule.above !== undefined && !isAbove(rule.above, call.values ?? {})) return false;
  if (rule.object === undefined) return true;
  return rule.object.endsWith('*')
    ? call.object.startsWith(rule.object.slice(0, -1))
    : rule.object === call.object;
}

const isAbove = (above: Readonly<Record<string, number>>, values: JsonObject): boolean =>
  Object.entries(above).every(([name, most]) => {
    const value = values[name];
    return typeof value === 'number' && value > most;
  });

/** mulberry32: small, and the same numbers for the same seed everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
