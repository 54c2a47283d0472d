import type { StepOutcome } from '../../src/activation/attempt.ts';
import type { OrderRun } from '../../src/order/run.ts';
import type { Need, Outcome, ServiceOrderRun } from '../../src/serviceOrder/run.ts';
import type { StepCommand } from '../../src/operator/commands.ts';
import type { Noted, Takes } from './hands.ts';
import type { Mutation, Network } from './network.ts';
import type { People } from './people.ts';
import type { Records } from './records.ts';

/** What a person, or the client, wants of the order as a whole. */
export type OrderWish = 'abort' | 'cancel' | 'hold' | 'resume';
/** What the order tells a service order. */
export type Word = 'release' | 'stop' | 'ask' | 'goOn' | 'holdWord' | 'resumeWord';

export const orderWishes: readonly string[] = [
  'abort',
  'cancel',
  'hold',
  'resume',
] satisfies readonly OrderWish[];

/** Something that will happen, though nobody knows when: a step ends, a timer rings, a signal arrives. */
export interface Pending {
  readonly what:
    | 'opened'
    | OrderWish
    | 'command'
    | 'complete'
    | 'begun'
    | Word
    | 'do'
    | 'undo'
    | 'call'
    | 'record'
    | 'late'
    | 'timer'
    | 'reportDue'
    | 'called'
    | 'taken'
    | 'held'
    | 'needs'
    | 'resumed'
    | 'ready'
    | 'failing'
    | 'stands'
    | 'answer'
    | 'settled'
    | 'compensation';
  readonly id: string;
  readonly step?: string;
  readonly detail?: string;
  readonly outcome?: Outcome;
  /** What a service order says that it needs a person for. */
  readonly needs?: readonly Need[];
  /** What an attempt has noted and not yet sent, or sent and not yet recorded. */
  readonly noted?: Noted;
  readonly said?: StepOutcome;
  /** A call that takes effect when nobody waits for it any more, or has been taken and will end later. */
  readonly mutation?: Mutation;
  readonly takes?: Takes;
  /** Which timer rings. */
  readonly number?: number;
  /** What a person wants of the step; against what its system shows, where it says otherwise. */
  readonly command?: StepCommand;
  readonly against?: true;
  /** By which a step counts as done. */
  readonly audit?: string;
  /** The workflow has given it up: nobody hears what comes of it. */
  readonly unheard?: true;
  /** Messages of one lane arrive in the order in which they were sent. */
  readonly lane?: string;
}

/** A whole order in motion: the reducer of the order, those of its service orders, and all that is under way. */
export interface World {
  readonly order: OrderRun;
  readonly children: Readonly<Record<string, ServiceOrderRun>>;
  readonly network: Network;
  readonly records: Records;
  readonly pending: readonly Pending[];
  /** Steps that a callback came for in the middle of an attempt. */
  readonly called: readonly string[];
  /** The order as it was before all was wanted back. */
  readonly before?: OrderRun;
  readonly people: People;
}

/** What may be the next to happen. */
export function nextIn({ pending }: World): number[] {
  const next: number[] = [];
  for (const [index, { lane }] of pending.entries()) {
    const first = lane === undefined ? index : pending.findIndex((earlier) => earlier.lane === lane);
    if (first === index) next.push(index);
  }
  return next;
}

/** What nobody waits for: a worker that was given up, a call that takes its time. */
export const isUnheard = ({ what, unheard }: Pending): boolean => unheard === true || what === 'late';

export const isAttempt = (one: Pending): boolean =>
  !isUnheard(one) && ['do', 'undo', 'call', 'record', 'complete'].includes(one.what);

export const isUnderWay = ({ pending }: World, id: string, step: string): boolean =>
  pending.some((one) => one.id === id && one.step === step && isAttempt(one));

export const soon = (world: World, event: Pending): World => ({
  ...world,
  pending: [...world.pending, event],
});
