import { must, unreachable } from '../kernel/assert.ts';
import { noteCalled } from './called.ts';
import { noteCommand } from './commands.ts';
import { noteReport } from './judgement.ts';
import { arrowsToEnd, type ServiceOrderArrow } from './machine.ts';
import { needsPerson, needySteps, tellNeeds } from './needs.ts';
import { pause, rearm, unpause, withoutPause } from './pause.ts';
import { noteReportDue, waitsOutside } from './reports.ts';
import { isTakenBack, mayTurnBack, scheduleUndo, turnBack } from './retreat.ts';
import {
  followOrder,
  isOnHold,
  isOver,
  isPaused,
  isUntouched,
  step,
  type Advanced,
  type Outcome,
  type ServiceOrderChange,
  type ServiceOrderCommand,
  type ServiceOrderEvent,
  type ServiceOrderRun,
} from './run.ts';
import { retry, schedule } from './schedule.ts';

/**
 * The one way a service order moves: what happened goes in, the new state and what to do about it come out. Where
 * nobody says when, no time has passed.
 */
export function advance(before: ServiceOrderRun, event: ServiceOrderEvent, nowMs = before.nowMs): Advanced {
  const noted = note({ ...before, nowMs }, event);
  const started = startDue(noted.run);
  const { run, commands } = show(started.run, [...noted.commands, ...started.commands]);
  const outcome = outcomeOf(run);
  if (outcome && !isPaused(run)) return settle(run, outcome, inOrder(run, commands));
  if (before.retreat === undefined && isFailing(run))
    return { run, commands: inOrder(run, [...commands, { type: 'reportFailing' }]) };
  if (run.stage === 'building' && !run.retreat && builtUp(run)) {
    return {
      run: { ...run, stage: 'ready' },
      commands: inOrder(run, [...commands, { type: 'reportReady' }]),
    };
  }
  return { run, commands: inOrder(run, commands) };
}

function startDue(run: ServiceOrderRun): Advanced {
  if (isPaused(run)) return { run, commands: [] };
  return run.retreat ? scheduleUndo(run) : schedule(run);
}

/** What is written comes first, in one transaction; a timer that was to be armed in a pause is armed after it. */
function inOrder(run: ServiceOrderRun, commands: readonly ServiceOrderCommand[]): ServiceOrderCommand[] {
  const changes = commands.flatMap((one) => (one.type === 'recordServiceOrder' ? one.changes : []));
  const others = commands.filter(
    ({ type }) =>
      type !== 'recordServiceOrder' && !(isPaused(run) && (type === 'retryLater' || type === 'awaitReport')),
  );
  return changes.length > 0 ? [{ type: 'recordServiceOrder', changes }, ...others] : others;
}

/** Shows in its state whether only other systems are waited for, or a person, and tells who waits for it. */
function show(before: ServiceOrderRun, given: readonly ServiceOrderCommand[]): Advanced {
  let run = before;
  const changes: ServiceOrderChange[] = [];
  for (let arrow = nextArrow(run); arrow !== undefined; arrow = nextArrow(run)) {
    run = { ...run, state: followOrder(run.state, arrow) };
    changes.push({ type: 'serviceOrder', arrow });
  }
  const commands = [...given, { type: 'recordServiceOrder', changes } as const];
  const isStill = isStuck(run);
  const told = tellNeeds(run, isStill);
  if (!isStill || run.toldHeld) return { run: told.run, commands: [...commands, ...told.commands] };
  const held = { type: 'recordServiceOrder', changes: heldSteps(run, given) } as const;
  return { run: told.run, commands: [held, ...commands, ...told.commands] };
}

/** All that need a person, also those whose fallout an earlier run closed for a retry that never was. */
function heldSteps(run: ServiceOrderRun, given: readonly ServiceOrderCommand[]): ServiceOrderChange[] {
  const written = given.flatMap((one) => (one.type === 'recordServiceOrder' ? one.changes : []));
  const isWritten = (id: string) =>
    written.some((one) => one.type === 'step' && one.step === id && one.arrow === 'Held');
  return needySteps(run)
    .filter((id) => !isWritten(id))
    .map((id) => {
      const { way, trouble } = step(run, id);
      const why = must(trouble, 'the trouble of a held step');
      return { type: 'step', step: id, arrow: 'Held', ...(way === 'undo' && { way }), ...why };
    });
}

function nextArrow(run: ServiceOrderRun): ServiceOrderArrow | undefined {
  const { state, retreat } = run;
  if (isOnHold(run) || isStuck(run)) return state === 'held' || state === 'acknowledged' ? undefined : 'Held';
  if (state === 'held') {
    const isCancelled = retreat?.outcome === 'cancelled' && retreat.code === cancelled;
    return isCancelled ? 'CancellationAccepted' : 'Resumed';
  }
  if (waitsOutside(run)) return state === 'inProgress' ? 'WaitsOutside' : undefined;
  return state === 'pendingExternal' ? 'ReportedBack' : undefined;
}

/** The code of what its client did not want any more. */
export const cancelled = 'cancelled';

function note(run: ServiceOrderRun, event: ServiceOrderEvent): Advanced {
  switch (event.type) {
    case 'Begun':
      return rearm(run);
    case 'Released':
      return { run: { ...run, stage: 'released' }, commands: [] };
    case 'RetryDue':
      return retry(run, event.step);
    case 'ReportRequested':
      return tellAgain(run);
    case 'StepCommanded':
    case 'AbortRequested':
    case 'CancelRequested':
    case 'HoldRequested':
    case 'ResumeRequested':
      return noteCommand(run, event);
    case 'Asked':
      return ask(run);
    case 'GoOn':
      return unpause(run, 'assessment');
    case 'StopRequested':
      return stop(run);
    case 'ReportDue':
      return isPaused(run) ? { run, commands: [] } : noteReportDue(run, event.step, event.number);
    case 'Called':
      return noteCalled(run, event.step);
    case 'StepReported':
      return noteReport(run, event.step, event.report, event.jitter);
    default:
      return unreachable(event);
  }
}

function ask(run: ServiceOrderRun): Advanced {
  const asked = pause(run, 'assessment');
  const stands = run.retreat === undefined && !mayTurnBack(run);
  return { run: asked.run, commands: [...asked.commands, { type: 'reportAnswer', stands }] };
}

function stop(before: ServiceOrderRun): Advanced {
  if (mayTurnBack(before)) {
    const retreat = { outcome: 'cancelled', code: 'stopped' } as const;
    return turnBack(withoutPause(before, 'assessment'), retreat, 'abort');
  }
  const { run, commands } = unpause(before, 'assessment');
  if (run.retreat) return { run: run.toldHeld ? { ...run, toldNeeds: null } : run, commands };
  return { run, commands: [...commands, { type: 'reportStands' }] };
}

const builtUp = (run: ServiceOrderRun): boolean =>
  run.plan.every(({ id, verb }) => verb === 'revoke' || isOver(step(run, id)));

/** A step is held, and no attempt, timer or gate will move the service order without a person, in a pause or after. */
function isStuck(run: ServiceOrderRun): boolean {
  const steps = Object.values((isPaused(run) ? startDue({ ...run, pauses: [] }).run : run).steps);
  const moving = steps.some(
    ({ state, awaitsRetry, report }) =>
      state === 'attempting' ||
      state === 'undoing' ||
      report?.looking === true ||
      ((awaitsRetry || state === 'accepted') && !run.retreat),
  );
  return !moving && steps.some((one) => needsPerson(run, one));
}

/** It takes itself back: whoever told it to stop would find it gone already. */
const isFailing = ({ retreat }: ServiceOrderRun): boolean => retreat?.outcome === 'failed';

/** Who listens now knows nothing of it. */
function tellAgain(run: ServiceOrderRun): Advanced {
  const isReady = run.stage === 'ready' && !run.retreat && !run.toldHeld;
  return {
    run: { ...run, toldNeeds: null },
    commands: [
      ...(isFailing(run) ? [{ type: 'reportFailing' } as const] : []),
      ...(isReady ? [{ type: 'reportReady' } as const] : []),
    ],
  };
}

/** How it ended, once every step is where it should be. What was left behind was not taken back. */
function outcomeOf(run: ServiceOrderRun): Outcome | undefined {
  const steps = Object.values(run.steps);
  if (!run.retreat) return steps.every(isOver) ? 'completed' : undefined;
  if (!steps.every(isTakenBack)) return undefined;
  return isLeftBehind(run) ? 'failed' : run.retreat.outcome;
}

/** The code of an end that leaves something in the network. */
export const leftBehind = 'leftBehind';

const isLeftBehind = ({ steps }: ServiceOrderRun): boolean =>
  Object.values(steps).some(({ state }) => state === leftBehind);

function settle(run: ServiceOrderRun, outcome: Outcome, commands: readonly ServiceOrderCommand[]): Advanced {
  const skipped = run.plan.filter(({ id }) => isUntouched(step(run, id))).map(({ id }) => id);
  const code = isLeftBehind(run) ? leftBehind : (run.retreat?.code ?? null);
  return {
    run: { ...run, state: arrowsToEnd(run.state, outcome).reduce(followOrder, run.state) },
    commands: [...commands, { type: 'settleServiceOrder', outcome, code, skipped }],
  };
}
