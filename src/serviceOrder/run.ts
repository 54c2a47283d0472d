import type { CompactStep, ServiceAction } from '../decomposition/plan.ts';
import { must } from '../kernel/assert.ts';
import { follow } from '../kernel/machine.ts';
import {
  serviceOrderMachine,
  stepMachine,
  type ServiceOrderArrow,
  type ServiceOrderState,
  type StepArrow,
  type StepState,
} from './machine.ts';
import type { StepCommand } from '../operator/commands.ts';
import type { ErrorClass, RecoveryPolicy } from './recovery.ts';

/** What an attempt of a step came to, on its way there or back. Texts and values stay in Postgres. */
export type StepReport =
  | { readonly type: 'done'; readonly changed: readonly string[] }
  /** The system took the call, or is still at it, and will report later. */
  | { readonly type: 'accepted' }
  | {
      readonly type: 'failed';
      readonly class: ErrorClass;
      readonly code: string;
      readonly retryAfterMs?: number;
      /** The system told the end of this very call: nothing of it is left, and nothing of it will come. */
      readonly final?: true;
      /** The system was known to be away, and this try was to see whether it is back: it costs nothing. */
      readonly outage?: true;
    };

/** A system that took a call has yet to tell how it ended. */
export interface ReportWait {
  /** Timer by timer; while the system cannot be asked, or a person holds the order, no time passes. */
  readonly waitedMs: number;
  /** The one that rings for the next look; any other is stale. */
  readonly timer?: ReportTimer | undefined;
  readonly looking: boolean;
}

export interface ReportTimer {
  readonly number: number;
  readonly dueAtMs: number;
  /** From when on its time counts; absent while none passes. */
  readonly sinceMs?: number;
}

export interface RetryTimer {
  readonly dueAtMs: number;
  readonly attempt: number;
  readonly of: number | null;
}

/** Why nothing is sent for a while: a person holds it, or its order asks whether it may be cancelled. */
export type Pause = 'hold' | 'assessment';

export interface StepRun {
  readonly state: StepState;
  readonly way: 'do' | 'undo';
  /** Failed tries of this way: those that count, and those that an outage of ours cost. */
  readonly attempts: number;
  readonly outages: number;
  /** Some attempt may have had an effect that nobody saw. */
  readonly doubted: boolean;
  /** A timer runs, and nothing but its ring brings the step back. */
  readonly awaitsRetry: boolean;
  /** That timer: after a pause it is due when it was. */
  readonly retry?: RetryTimer | undefined;
  /** Why it waits or is held: `ipam throttled`, for people. */
  readonly trouble?: { readonly class: ErrorClass; readonly code: string };
  readonly report?: ReportWait | undefined;
  /** A callback came in the middle of an attempt: look again after it. */
  readonly called?: boolean;
  /** A callback brought on the attempt under way, before its time: its failure does not count. */
  readonly hurried?: boolean | undefined;
  /** How many timers for reports there ever were: tells a stale one from the one that counts. */
  readonly timers?: number;
}

/** How a service order ends: all is as wanted, or all is as it was before. */
export type Outcome = 'completed' | 'failed' | 'cancelled';

export interface ServiceOrderRun {
  readonly action: ServiceAction;
  readonly plan: readonly CompactStep[];
  readonly policy: RecoveryPolicy;
  /** What takes back another service order is not itself taken back. */
  readonly compensating: boolean;
  readonly state: ServiceOrderState;
  readonly steps: Readonly<Record<string, StepRun>>;
  /** Names of results that changed: those it relies on and those of its own steps. */
  readonly changed: readonly string[];
  readonly stage: 'building' | 'ready' | 'released';
  /** When the last thing happened to it. */
  readonly nowMs: number;
  /** Present once it goes back: where that ends, and why it turned. */
  readonly retreat?: Retreat;
  readonly pauses: readonly Pause[];
  /** Who waits for it knows that nothing moves without a person. */
  readonly toldHeld: boolean;
  /** The steps of which who waits for it knows that they need a person; null where nobody knows what that one knows. */
  readonly toldNeeds: readonly string[] | null;
  /** Wishes to cancel that came so far: each counts once. */
  readonly tasks: readonly string[];
}

export interface Retreat {
  readonly outcome: Exclude<Outcome, 'completed'>;
  readonly code: string;
}

export type ServiceOrderEvent =
  | { readonly type: 'Begun' }
  | {
      readonly type: 'StepReported';
      readonly step: string;
      readonly report: StepReport;
      readonly jitter: number;
    }
  | { readonly type: 'RetryDue'; readonly step: string }
  | { readonly type: 'ReportDue'; readonly step: string; readonly number: number }
  /** A callback came for the step. */
  | { readonly type: 'Called'; readonly step: string }
  /** Who listens now does not know where it is. */
  | { readonly type: 'ReportRequested' }
  /** What a person wants of a step; the row in the audit has the rest. */
  | {
      readonly type: 'StepCommanded';
      readonly command: StepCommand;
      readonly step: string;
      readonly audit: string;
    }
  /** A person does not want a service order of its own any more. */
  | { readonly type: 'AbortRequested'; readonly audit: string }
  /** Its client does not want a service order of its own any more. */
  | { readonly type: 'CancelRequested'; readonly task: string }
  /** By a person, where it has an audit; else its order says so. */
  | { readonly type: 'HoldRequested'; readonly audit?: string }
  | { readonly type: 'ResumeRequested'; readonly audit?: string }
  /** Its order may be cancelled: stand still, and say whether you could go back; then it says what holds. */
  | { readonly type: 'Asked' }
  | { readonly type: 'GoOn' }
  | { readonly type: 'Released' }
  /** The order cannot succeed as a whole: take back what you did. */
  | { readonly type: 'StopRequested' };

/** Something that cannot go on without a person, whether or not the rest moves. */
export interface Need {
  readonly class: string;
  readonly code: string;
  /** What it waits for, for people. */
  readonly reason: string;
}

/** What ended the wait for a person, beside the end of the service order. */
export type Relief = StepCommand | 'abort' | 'cancel' | 'reported';

export type ServiceOrderChange =
  | {
      readonly type: 'step';
      readonly step: string;
      readonly arrow: 'Held' | 'Skipped';
      /** Present on the way back, of which the row may know nothing yet. */
      readonly way?: 'undo';
      readonly class: ErrorClass;
      readonly code: string;
    }
  | { readonly type: 'serviceOrder'; readonly arrow: ServiceOrderArrow }
  /** A person's answer to a held step, or its way back: it is nobody's trouble any more. */
  | { readonly type: 'falloutClosed'; readonly step: string; readonly resolution: Relief }
  /** A person ended the step: it is left out, or what it left stays there. */
  | { readonly type: 'stepEnded'; readonly step: string; readonly arrow: 'Skipped' | 'LeftBehind' }
  /** The values a person set for the step hold from now on. */
  | { readonly type: 'overridden'; readonly step: string; readonly audit: string }
  | { readonly type: 'retreat'; readonly retreat: Retreat }
  | { readonly type: 'control'; readonly control: Control };

/** What a person did to an order as a whole: kept in its row, for a run that takes over. */
export type Control =
  | { readonly type: 'commanded'; readonly audit: string }
  | { readonly type: 'rejoined'; readonly audit: string; readonly serviceOrder: string }
  | { readonly type: 'aborted'; readonly audit: string }
  | { readonly type: 'held'; readonly audit: string }
  | { readonly type: 'resumed'; readonly audit: string }
  | { readonly type: 'cancelAssessed'; readonly task: string }
  | { readonly type: 'cancelAccepted'; readonly task: string }
  | { readonly type: 'cancelRefused'; readonly task: string; readonly code: string };

export type ServiceOrderCommand =
  | { readonly type: 'attemptStep'; readonly step: string }
  | { readonly type: 'undoStep'; readonly step: string }
  /** Counts as done, with what a person knows of it. */
  | { readonly type: 'completeStep'; readonly step: string; readonly audit: string }
  | {
      readonly type: 'retryLater';
      readonly step: string;
      readonly afterMs: number;
      readonly attempt: number;
      readonly of: number | null;
    }
  | { readonly type: 'stopTimers' }
  | {
      readonly type: 'awaitReport';
      readonly step: string;
      readonly number: number;
      readonly afterMs: number;
      readonly givesUpAfterMs: number;
    }
  | { readonly type: 'recordServiceOrder'; readonly changes: readonly ServiceOrderChange[] }
  /** Nothing moves without a person; or something does, and this needs one all the same. */
  | { readonly type: 'reportHeld'; readonly code: string; readonly needs: readonly Need[] }
  | { readonly type: 'reportNeeds'; readonly needs: readonly Need[] }
  | { readonly type: 'reportResumed' }
  | { readonly type: 'reportReady' }
  | { readonly type: 'reportFailing' }
  | { readonly type: 'reportStands' }
  | { readonly type: 'reportAnswer'; readonly stands: boolean }
  | {
      readonly type: 'settleServiceOrder';
      readonly outcome: Outcome;
      readonly code: string | null;
      /** Steps that were not needed, or not any more. */
      readonly skipped: readonly string[];
    };

export interface Advanced {
  readonly run: ServiceOrderRun;
  readonly commands: readonly ServiceOrderCommand[];
}

export const beginServiceOrder = (
  action: ServiceAction,
  plan: readonly CompactStep[],
  policy: RecoveryPolicy,
  changed: readonly string[],
  compensating = false,
): ServiceOrderRun => ({
  action,
  plan,
  policy,
  compensating,
  state: 'acknowledged',
  steps: Object.fromEntries(
    plan.map(({ id }): [string, StepRun] => [
      id,
      { state: 'waiting', way: 'do', attempts: 0, outages: 0, doubted: false, awaitsRetry: false },
    ]),
  ),
  changed,
  stage: isReleasedLater(action, plan) && !compensating ? 'building' : 'released',
  nowMs: 0,
  pauses: [],
  toldHeld: false,
  toldNeeds: [],
  tasks: [],
});

const isReleasedLater = (action: ServiceAction, plan: readonly CompactStep[]): boolean =>
  action === 'modify' && plan.some(({ verb }) => verb === 'revoke');

export const followOrder = (from: ServiceOrderState, arrow: ServiceOrderArrow): ServiceOrderState =>
  follow<ServiceOrderState, ServiceOrderArrow>(serviceOrderMachine, from, arrow);

export const step = (run: ServiceOrderRun, id: string): StepRun => must(run.steps[id], `step ${id}`);

export const planned = (run: ServiceOrderRun, id: string): CompactStep =>
  must(
    run.plan.find((candidate) => candidate.id === id),
    `step ${id}`,
  );

export const move = (run: ServiceOrderRun, id: string, arrow: StepArrow): ServiceOrderRun =>
  withStep(run, id, { state: follow<StepState, StepArrow>(stepMachine, step(run, id).state, arrow) });

export const withStep = (run: ServiceOrderRun, id: string, change: Partial<StepRun>): ServiceOrderRun => ({
  ...run,
  steps: { ...run.steps, [id]: { ...step(run, id), ...change } },
});

export const isOnHold = ({ pauses }: ServiceOrderRun): boolean => pauses.includes('hold');

/** What goes back already, goes on while its order is asked. */
export const isAssessed = ({ pauses, retreat }: ServiceOrderRun): boolean =>
  pauses.includes('assessment') && retreat === undefined;

/** Nothing is sent, and no timer runs. */
export const isPaused = (run: ServiceOrderRun): boolean => isOnHold(run) || isAssessed(run);

/** Nothing more is to be done for it. */
export const isOver = ({ state }: StepRun): boolean =>
  state === 'done' || state === 'skipped' || state === 'leftBehind';

/** Nothing was ever sent for it. */
export const isUntouched = ({ state, attempts, outages }: StepRun): boolean =>
  state === 'skipped' || (state === 'waiting' && attempts + outages === 0);
