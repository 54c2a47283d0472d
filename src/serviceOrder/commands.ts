import { unreachable } from '../kernel/assert.ts';
import { isFinal } from '../kernel/machine.ts';
import { serviceOrderMachine } from './machine.ts';
import { pause, unpause, withoutPause } from './pause.ts';
import { type CommandRefusal, heldAlready, notOnHold, refusal } from './refusal.ts';
import { isOverdue } from './reports.ts';
import { mayTurnBack, turnBack } from './retreat.ts';
import {
  followOrder,
  isAssessed,
  isOnHold,
  move,
  planned,
  withStep,
  type Advanced,
  type Control,
  type Relief,
  type ServiceOrderChange,
  type ServiceOrderEvent,
  type ServiceOrderRun,
  type StepRun,
} from './run.ts';
import { retryNow } from './schedule.ts';

type Command = Extract<
  ServiceOrderEvent,
  {
    type: 'StepCommanded' | 'AbortRequested' | 'CancelRequested' | 'HoldRequested' | 'ResumeRequested';
  }
>;
type StepCommanded = Extract<Command, { type: 'StepCommanded' }>;

const commandTypes: readonly string[] = [
  'StepCommanded',
  'AbortRequested',
  'CancelRequested',
  'HoldRequested',
  'ResumeRequested',
] satisfies Command['type'][];

export const isCommand = (event: ServiceOrderEvent): event is Command => commandTypes.includes(event.type);

type AboutAll = Exclude<Command, StepCommanded>;

/** About the service order as a whole, not about one of its steps. */
export const isAboutAll = (event: ServiceOrderEvent): event is AboutAll =>
  isCommand(event) && event.type !== 'StepCommanded';

/** Undefined where the command is allowed now, and for all that is no command. */
export function refusalOf(run: ServiceOrderRun, event: ServiceOrderEvent): CommandRefusal | undefined {
  if (!isCommand(event)) return undefined;
  if (isFinal(serviceOrderMachine, run.state)) {
    return refusal('ServiceOrderOver', `the service order is ${run.state}`);
  }
  switch (event.type) {
    case 'AbortRequested':
    case 'CancelRequested':
      return turnRefusal(run);
    case 'HoldRequested':
      return isOnHold(run) ? heldAlready : undefined;
    case 'ResumeRequested':
      return isOnHold(run) ? undefined : notOnHold;
    case 'StepCommanded':
      return stepRefusal(run, event);
    default:
      return unreachable(event);
  }
}

function turnRefusal(run: ServiceOrderRun): CommandRefusal | undefined {
  if (run.retreat) return refusal('AbortedAlready', 'the service order is being taken back already');
  if (mayTurnBack(run)) return undefined;
  return refusal('NothingToTakeBack', 'the service order is past its point of no return');
}

function stepRefusal(run: ServiceOrderRun, { command, step: id }: StepCommanded): CommandRefusal | undefined {
  const now = run.steps[id];
  if (now === undefined) return refusal('StepNotWaiting', 'the service order has no such step');
  const isBack = now.way === 'undo';
  // On the way back nothing is tried forward, not even what is held until its dependants are gone.
  const isIdle = run.retreat !== undefined && !isBack;
  switch (command) {
    case 'retryNow':
    case 'editAndRetry':
      if (isIdle || (now.state !== 'held' && !now.awaitsRetry)) {
        return refusal(
          'StepNotWaiting',
          isIdle ? goesBack : `the step is ${now.state}: it is neither held nor waits for its retry`,
        );
      }
      return (
        (command === 'editAndRetry' ? editRefusal(run, id, now) : undefined) ??
        (isOnHold(run) ? refusal('OnHold', 'its order is on hold: resume that first') : askedRefusal(run))
      );
    case 'completeWithEvidence':
      return heldRefusal(now) ?? (isIdle || isBack ? refusal('StepGoesBack', goesBack) : askedRefusal(run));
    case 'skip':
      return (
        heldRefusal(now) ?? (isIdle || isBack ? refusal('StepGoesBack', goesBack) : skipRefusal(run, id, now))
      );
    case 'leaveBehind':
      return (
        heldRefusal(now) ?? (isIdle ? refusal('StepGoesBack', goesBack) : leaveBehindRefusal(run, id, isBack))
      );
    default:
      return unreachable(command);
  }
}

const goesBack = 'the step is being taken back';

/** What restores, or takes away, sends nothing that a person could set: the edit would only wait for a later modify. */
function editRefusal(run: ServiceOrderRun, id: string, now: StepRun): CommandRefusal | undefined {
  if (now.way === 'undo') return refusal('StepGoesBack', goesBack);
  if (run.compensating) return refusal('StepGoesBack', 'the step brings back what was before');
  if (planned(run, id).verb === 'revoke') {
    return refusal('StepTakesAway', 'the step takes something away: it has no values');
  }
  return now.state === 'accepted'
    ? refusal('StepNotWaiting', 'its system works on the former values already')
    : undefined;
}

const heldRefusal = ({ state }: StepRun): CommandRefusal | undefined =>
  state === 'held' ? undefined : refusal('StepNotHeld', `the step is ${state}, not held`);

/** What it answered, whether it could go back, holds until its order says what follows. */
const askedRefusal = (run: ServiceOrderRun): CommandRefusal | undefined =>
  isAssessed(run)
    ? refusal('BeingCancelled', 'it is being found out whether its order may be cancelled')
    : undefined;

function leaveBehindRefusal(run: ServiceOrderRun, id: string, isBack: boolean): CommandRefusal | undefined {
  const mayStay = isBack || run.compensating || planned(run, id).verb === 'revoke';
  return mayStay
    ? undefined
    : refusal('StepGoesForward', 'the step builds something: only what is taken away can be left behind');
}

function skipRefusal(run: ServiceOrderRun, id: string, { doubted }: StepRun): CommandRefusal | undefined {
  const { verb, optional } = planned(run, id);
  if (optional !== true || verb === 'revoke') {
    return refusal('StepNotOptional', 'its specification cannot do without the step');
  }
  return doubted || isOverdue(run, id)
    ? refusal('StepInDoubt', 'something of the step may stand in the network')
    : undefined;
}

/** What a person wants, where it is allowed; a wish to cancel is answered either way. */
export function noteCommand(run: ServiceOrderRun, event: Command): Advanced {
  const refused = refusalOf(run, event);
  if (event.type === 'CancelRequested') return cancel(run, event.task, refused);
  if (refused) return { run, commands: [] };
  switch (event.type) {
    case 'StepCommanded':
      return commandStep(run, event);
    case 'AbortRequested': {
      const retreat = { outcome: 'cancelled', code: 'aborted' } as const;
      const turned = turnBack(withoutPause(run, 'hold'), retreat, 'abort');
      return controlled(turned, { type: 'aborted', audit: event.audit });
    }
    case 'HoldRequested':
      return controlled(pause(run, 'hold'), event.audit && { type: 'held', audit: event.audit });
    case 'ResumeRequested':
      return controlled(unpause(run, 'hold'), event.audit && { type: 'resumed', audit: event.audit });
    default:
      return unreachable(event);
  }
}

const recorded = ({ run, commands }: Advanced, changes: readonly ServiceOrderChange[]): Advanced => ({
  run,
  commands: [{ type: 'recordServiceOrder', changes }, ...commands],
});

const controlled = (advanced: Advanced, control: Control | '' | undefined): Advanced =>
  control ? recorded(advanced, [{ type: 'control', control }]) : advanced;

function cancel(before: ServiceOrderRun, task: string, refused: CommandRefusal | undefined): Advanced {
  if (isFinal(serviceOrderMachine, before.state) || before.tasks.includes(task))
    return { run: before, commands: [] };
  const run = { ...before, tasks: [...before.tasks, task] };
  if (refused) {
    const control: Control = { type: 'cancelRefused', task, code: refused.type };
    return controlled({ run, commands: [] }, control);
  }
  const arrows = ['CancellationRequested', 'CancellationAccepted'] as const;
  const asked = { ...run, state: arrows.reduce(followOrder, run.state) };
  const turned = turnBack(asked, { outcome: 'cancelled', code: 'cancelled' }, 'cancel');
  return recorded(turned, [
    ...arrows.map((arrow) => ({ type: 'serviceOrder', arrow }) as const),
    { type: 'control', control: { type: 'cancelAccepted', task } },
  ]);
}

function commandStep(run: ServiceOrderRun, { command, step: id, audit }: StepCommanded): Advanced {
  const noted: ServiceOrderChange[] = [{ type: 'control', control: { type: 'commanded', audit } }];
  switch (command) {
    case 'retryNow':
      return recorded(retryNow(run, id, command), noted);
    case 'editAndRetry':
      return recorded(retryNow(run, id, command), [...noted, { type: 'overridden', step: id, audit }]);
    case 'completeWithEvidence':
      return recorded(
        {
          run: withStep(move(run, id, 'Attempted'), id, { report: undefined }),
          commands: [{ type: 'completeStep', step: id, audit }],
        },
        [...noted, closed(id, command)],
      );
    case 'skip':
    case 'leaveBehind': {
      const arrow = command === 'skip' ? 'Skipped' : 'LeftBehind';
      const changes = [closed(id, command), { type: 'stepEnded', step: id, arrow } as const];
      return recorded({ run: move(run, id, arrow), commands: [] }, [...noted, ...changes]);
    }
    default:
      return unreachable(command);
  }
}

const closed = (id: string, resolution: Relief): ServiceOrderChange => ({
  type: 'falloutClosed',
  step: id,
  resolution,
});
