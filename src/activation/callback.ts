import { isFinal } from '../kernel/machine.ts';
import { serviceOrderMachine, type ServiceOrderState, type StepState } from '../serviceOrder/machine.ts';

/** What a system reports on its own is only a reason to look; this decides whether there is anything to look at. */

export const callbackStates = ['waiting', 'delivered', 'dead'] as const;
export type CallbackState = (typeof callbackStates)[number];

/**
 * `unknown`: no attempt has this correlation id. `foreign`: an attempt of another system has it. `closed`: its
 * step or service order is over. `noRun`: nothing in Temporal runs the service order.
 */
export type DeadReason = 'unknown' | 'foreign' | 'closed' | 'noRun';

/** The parts of `<tenant>.<system>.<random>`; only a system's name may hold dots. */
export interface Correlation {
  readonly tenant: string;
  readonly system: string;
  readonly random: string;
}

const correlationPattern = /^([\w-]{1,64})\.([\w.-]{1,64})\.([\w-]{1,64})$/;

export function readCorrelation(text: string): Correlation | undefined {
  const [, tenant, system, random] = correlationPattern.exec(text) ?? [];
  if (tenant === undefined || system === undefined || random === undefined) return undefined;
  return { tenant, system, random };
}

/** No full stop: it parts what is signed, and an id with one could be moved along it. */
export const isMessageId = (text: string): boolean => /^[!-\-/-~]{1,255}$/.test(text);

/** The step whose attempt a callback names, as it stands. */
export interface ReportedStep {
  readonly system: string;
  readonly state: StepState;
  readonly serviceOrderState: ServiceOrderState;
}

export type CallbackFate =
  | { readonly state: 'waiting'; readonly reason: null }
  | { readonly state: 'dead'; readonly reason: DeadReason };

const isOver = {
  waiting: false,
  attempting: false,
  accepted: false,
  inDoubt: false,
  held: false,
  undoing: false,
  done: true,
  refused: true,
  skipped: true,
  undone: true,
  leftBehind: true,
} as const satisfies Record<StepState, boolean>;

export function fateOf(system: string, step: ReportedStep | undefined): CallbackFate {
  if (step === undefined) return dead('unknown');
  if (step.system !== system) return dead('foreign');
  if (isOver[step.state] || isFinal(serviceOrderMachine, step.serviceOrderState)) return dead('closed');
  return { state: 'waiting', reason: null };
}

const dead = (reason: DeadReason): CallbackFate => ({ state: 'dead', reason });
