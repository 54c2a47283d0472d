import type { CompactStep } from '../decomposition/plan.ts';
import type { ServiceOrderState, StepState } from './machine.ts';
import type { ErrorClass } from './recovery.ts';
import type { Retreat, ServiceOrderRun, StepRun } from './run.ts';

/** A step as its row has it. */
export interface StandingStep {
  readonly id: string;
  readonly state: StepState;
  readonly way: 'do' | 'undo';
  readonly attempts: number;
  /** Some attempt may have had an effect that nobody saw. */
  readonly doubted: boolean;
  readonly changed: readonly string[];
  readonly trouble: { readonly class: ErrorClass; readonly code: string } | null;
}

export interface StandingServiceOrder {
  readonly state: ServiceOrderState;
  /** A person holds it. */
  readonly onHold: boolean;
  readonly retreat: Retreat | null;
  /** Wishes to cancel that were granted. */
  readonly tasks?: readonly string[];
  readonly steps: readonly StandingStep[];
}

/**
 * The service order as its rows have it, for a run that goes on where another one was lost. What was attempted and
 * is not over waits for a retry that is due at once: it looks before it calls.
 */
export function resumeServiceOrder(
  begun: ServiceOrderRun,
  { state, steps, onHold, retreat, tasks = [] }: StandingServiceOrder,
): ServiceOrderRun {
  const verbOf = new Map(begun.plan.map(({ id, verb }): [string, CompactStep['verb']] => [id, verb]));
  const isReleased = steps.some(({ id, attempts }) => verbOf.get(id) === 'revoke' && attempts > 0);
  return {
    ...begun,
    state: asItStands.includes(state) ? state : 'inProgress',
    stage: isReleased ? 'released' : begun.stage,
    changed: [...begun.changed, ...steps.flatMap(({ changed }) => changed)],
    steps: { ...begun.steps, ...Object.fromEntries(steps.map((one) => [one.id, stepRunOf(one)])) },
    ...(retreat && { retreat }),
    tasks,
    pauses: onHold ? ['hold'] : [],
    toldHeld: state === 'held' && !onHold,
    toldNeeds: null,
  };
}

/** Any other state is that of a run, and moves with it. */
const asItStands: readonly ServiceOrderState[] = [
  'held',
  'acknowledged',
  'pendingExternal',
  'pendingCancellation',
];

function stepRunOf({ state, way, attempts, doubted, trouble }: StandingStep): StepRun {
  const isOpen = ['waiting', 'attempting', 'accepted', 'inDoubt', 'refused', 'undoing'].includes(state);
  // It goes back, whatever its row still says of the way there: an undo that waited at the gate, or a late outcome.
  const isBack = way === 'undo' && (isOpen || state === 'done');
  const isUnfinished = isBack || (isOpen && attempts > 0);
  return {
    // Nobody heard the end of an attempt that was under way.
    state: isBack ? 'undoing' : state === 'attempting' ? 'inDoubt' : state,
    way,
    attempts: isUnfinished || state === 'held' ? 1 : 0,
    outages: 0,
    doubted,
    awaitsRetry: isUnfinished,
    ...(trouble && { trouble }),
  };
}
