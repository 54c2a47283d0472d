import { isFinal } from '../kernel/machine.ts';
import { serviceOrderMachine } from './machine.ts';
import { lookAgain } from './reports.ts';
import { mayTurnBack, resume } from './retreat.ts';
import {
  move,
  step,
  withStep,
  type Advanced,
  type Relief,
  type ServiceOrderEvent,
  type ServiceOrderRun,
  type StepRun,
} from './run.ts';

/** Why an operator's command changes nothing. */
export const commandRefusalTypes = [
  'StepNotWaiting',
  'ServiceOrderOver',
  'OrderOver',
  'AbortedAlready',
  'NothingToTakeBack',
  'StepNotHeld',
  'StepNotOptional',
  'StepInDoubt',
  'StepGoesForward',
  'OnHold',
  'NotOnHold',
  'HeldAlready',
  'BeingCancelled',
] as const;

export interface CommandRefusal {
  readonly type: (typeof commandRefusalTypes)[number];
  readonly message: string;
}

export const isCommand = ({ type }: ServiceOrderEvent): boolean =>
  type === 'RetryNowRequested' || type === 'AbortRequested';

/** Undefined where the command is allowed now, and for all that is no command. */
export function refusalOf(run: ServiceOrderRun, event: ServiceOrderEvent): CommandRefusal | undefined {
  if (event.type !== 'RetryNowRequested' && event.type !== 'AbortRequested') return undefined;
  if (isFinal(serviceOrderMachine, run.state)) {
    return { type: 'ServiceOrderOver', message: `the service order is ${run.state}` };
  }
  if (event.type === 'AbortRequested') return abortRefusal(run);
  const now = run.steps[event.step];
  if (now && mayRetry(run, now)) return undefined;
  const message = `the step is ${now?.state ?? 'not known'}: it is neither held nor waits for its retry`;
  return { type: 'StepNotWaiting', message };
}

function abortRefusal(run: ServiceOrderRun): CommandRefusal | undefined {
  if (run.retreat) {
    return { type: 'AbortedAlready', message: 'the service order is being taken back already' };
  }
  if (mayTurnBack(run)) return undefined;
  return { type: 'NothingToTakeBack', message: 'the service order is past its point of no return' };
}

/** On the way back nothing is tried forward, not even what is held until its dependants are gone. */
const mayRetry = (run: ServiceOrderRun, { state, awaitsRetry, way }: StepRun): boolean =>
  (state === 'held' || awaitsRetry) && (run.retreat === undefined || way === 'undo');

/** A held step begins anew; one that waits for its retry is only hurried, and keeps its count. */
export function retryNow(run: ServiceOrderRun, id: string, relief: Relief = 'retryNow'): Advanced {
  const { state, way } = step(run, id);
  const isHeld = state === 'held';
  const looked = isHeld ? undefined : lookAgain(run, id);
  if (looked) return looked;
  const resumed = isHeld ? resume(run, [id], relief) : { run, commands: [] };
  const ready = withStep(resumed.run, id, {
    awaitsRetry: false,
    ...(isHeld && { attempts: 0, outages: 0 }),
  });
  if (way === 'do') {
    const attempted = move(ready, id, 'Attempted');
    return { run: attempted, commands: [...resumed.commands, { type: 'attemptStep', step: id }] };
  }
  const undoing = isHeld ? move(ready, id, 'UndoStarted') : ready;
  return { run: undoing, commands: [...resumed.commands, { type: 'undoStep', step: id }] };
}
