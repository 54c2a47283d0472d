import type { Verb } from '../decomposition/plan.ts';
import { type StepCommand, stepCommands } from '../operator/commands.ts';

/** What a person may do about a fallout: about its step, or about its order. */
export const falloutCommands = [...stepCommands, 'restart', 'abort'] as const;
export type FalloutCommand = (typeof falloutCommands)[number];

export interface FalloutCase {
  readonly class: string;
  readonly code: string;
  readonly isOpen: boolean;
  /** Its service order is. */
  readonly isOver: boolean;
  /** Null where no step is in trouble. */
  readonly step: HeldStep | null;
  readonly around: Around;
}

/** What the record says of the orders around a fallout. */
export interface Around {
  /** A person holds the order. */
  readonly onHold: boolean;
  /** The service order goes back already. */
  readonly goesBack: boolean;
  /** Nobody runs the service order: a command about its steps reaches nobody. */
  readonly runLost: boolean;
  /** Nobody runs the product order around it. */
  readonly orderRunLost: boolean;
  /** An abort would find something to take back. */
  readonly mayGoBack: boolean;
}

/** What the record says of the step that is held. */
export interface HeldStep {
  readonly way: 'do' | 'undo';
  readonly verb: Verb;
  readonly optional: boolean;
  /** Some attempt may have had an effect that nobody saw. */
  readonly doubted: boolean;
  /** Its service order takes back another. */
  readonly compensating: boolean;
  /** Its values come from its mapping, so that a person may set others. */
  readonly editable: boolean;
}

/** Found by a watch when the service order was over: there is no run, and a person can only take it as it is. */
export const foundLateCodes = ['overwritten', 'vanished', 'unresolved', 'unmarked'] as const;
export type FoundLateCode = (typeof foundLateCodes)[number];
/** A held step may have the same code: that one has a run. */
export const isFoundLate = ({ code, isOver }: Pick<FalloutCase, 'code' | 'isOver'>): boolean =>
  isOver && (foundLateCodes as readonly string[]).includes(code);

/** A record of a running order cannot be written: its run tries again by itself, and can do nothing else. */
export const bookkeepingFails = 'bookkeepingFails';

/** Allowed by what the record says; the running order has the last word. */
export const commandsFor = (found: FalloutCase): FalloutCommand[] =>
  isFoundLate(found) ? fittingCommands(found) : fittingCommands(found).filter((one) => isHeard(one, found));

/** Of what kind it is, whatever goes on around it: about anything else nobody needs to ask its run. */
export function fittingCommands(found: Omit<FalloutCase, 'around'>): FalloutCommand[] {
  const { class: falloutClass, code, isOpen, step } = found;
  if (!isOpen || code === bookkeepingFails) return [];
  if (isFoundLate(found)) return ['leaveBehind'];
  if (falloutClass === 'orphaned') return ['restart', 'abort'];
  if (step === null) return ['abort'];
  return [...stepCommands.filter((command) => fits[command](step)), 'abort'];
}

/** Its run would not refuse it for what goes on around. */
function isHeard(command: FalloutCommand, { step, around }: FalloutCase): boolean {
  if (command === 'abort') return around.mayGoBack;
  if (command === 'restart') return !around.orderRunLost;
  if (around.runLost || (around.goesBack && step !== null && goesForward(step))) return false;
  return !around.onHold || (command !== 'retryNow' && command !== 'editAndRetry');
}

const goesForward = ({ way }: HeldStep): boolean => way === 'do';

const fits: Readonly<Record<StepCommand, (step: HeldStep) => boolean>> = {
  retryNow: () => true,
  editAndRetry: (step) => goesForward(step) && step.verb === 'apply' && step.editable && !step.compensating,
  completeWithEvidence: goesForward,
  skip: (step) => goesForward(step) && step.verb === 'apply' && step.optional && !step.doubted,
  leaveBehind: (step) => !goesForward(step) || step.verb === 'revoke' || step.compensating,
};
