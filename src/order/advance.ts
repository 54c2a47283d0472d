import { must, unreachable } from '../kernel/assert.ts';
import { isFinal } from '../kernel/machine.ts';
import { type CompactServiceOrder, isUnneeded } from '../decomposition/plan.ts';
import { evolve, type OrderChange } from './changes.ts';
import { leftBehind } from '../serviceOrder/advance.ts';
import type { Control } from '../serviceOrder/run.ts';
import { refusalOf } from './commands.ts';
import { judge, takeBack } from './failure.ts';
import { orderMachine } from './machine.ts';
import { changesOf } from './outcome.ts';
import {
  aboutOf,
  type Advanced,
  type Child,
  child,
  inState,
  isBuilt,
  isNowhere,
  isOver,
  isStill,
  type OrderCommand,
  type OrderEvent,
  type OrderRun,
  runLost,
  serviceOrdersOf,
  withChild,
  withState,
} from './run.ts';
import { free, noteAnswer, noteWish, tellAgain, unwished, type Wished } from './wishes.ts';

/** The one way a running order moves: what happened goes in, the new state and what to do about it come out. */
export function advance(before: OrderRun, event: OrderEvent): Advanced {
  const refusal = refusalOf(before, event);
  // The order itself may be about to end: a refused command must not be what ends it.
  if (refusal !== undefined) return refuse(before, event, refusal.type);
  const noted = note(before, event);
  const { run: judged, commands: freed } = free(judge(noted.run));
  const moved = isStill(judged) ? { run: judged, commands: [] } : move(judged);
  const changes: readonly OrderChange[] = changesOf(moved.run);
  const after = changes.reduce(evolve, moved.run);
  const { controls } = noted;
  if (isFinal(orderMachine, after.state))
    return { run: after, commands: [settle(after, changes, controls), ...moved.commands] };
  const all = [...noted.commands, ...freed, ...moved.commands];
  const isNews = changes.length > 0 || controls.length > 0;
  return {
    run: after,
    commands: isNews ? [{ type: 'recordProgress', changes, controls }, ...all] : all,
  };
}

/** A command's sender hears of the refusal; a wish to cancel has a task, which does. The same wish twice is one. */
function refuse(run: OrderRun, event: OrderEvent, code: string): Advanced {
  if (event.type !== 'CancelRequested' || run.tasks.includes(event.task)) return { run, commands: [] };
  if (isFinal(orderMachine, run.state)) return { run, commands: [] };
  const { task } = event;
  return {
    run: { ...run, tasks: [...run.tasks, task] },
    commands: [{ type: 'recordProgress', changes: [], controls: [{ type: 'cancelRefused', task, code }] }],
  };
}

function move(run: OrderRun): Advanced {
  const takenBack = takeBack(run);
  const started = schedule(takenBack.run);
  return { run: started.run, commands: [...takenBack.commands, ...started.commands] };
}

function settle(run: OrderRun, changes: readonly OrderChange[], controls: readonly Control[]): OrderCommand {
  const skipped = inState(run, 'skipped');
  const isDoomed = (id: string) => run.doomed.includes(id);
  return {
    type: 'settleOrder',
    changes,
    controls,
    untouched: skipped.filter((id) => !isDoomed(id)),
    notStarted: [...inState(run, 'notStarted'), ...skipped.filter(isDoomed)],
  };
}

function note(run: OrderRun, event: OrderEvent): Wished {
  switch (event.type) {
    case 'Opened':
      return { ...unwished(run), commands: tellAgain(run) };
    case 'ServiceOrderReady':
      return unwished(noteReady(run, event));
    case 'ServiceOrderHeld': {
      const held = noteHeld(run, event);
      // It cannot answer any more: told to stop, its next run will.
      return event.code === runLost ? noteAnswer(held, event.id) : unwished(held);
    }
    case 'ServiceOrderNeeds':
      return unwished(noteNeeds(run, event));
    case 'ServiceOrderResumed':
      return unwished(noteResumed(run, event.id));
    case 'ServiceOrderFailing':
      return unwished(noteFailing(run, event.id));
    case 'ServiceOrderStands':
      return noteAnswer(noteStands(run, event.id), event.id);
    case 'ServiceOrderAnswered': {
      const { id, stands } = event;
      const isNews = stands && !run.standing.includes(id);
      return noteAnswer(isNews ? { ...run, standing: [...run.standing, id] } : run, id);
    }
    case 'ServiceOrderSettled':
      return noteAnswer(noteSettled(run, event), event.id);
    case 'CompensationOpened':
      return unwished({
        ...run,
        compensations: [...run.compensations, ...event.serviceOrders],
        children: {
          ...run.children,
          ...Object.fromEntries(
            event.serviceOrders.map(({ id }) => [id, { state: 'waiting', changed: [] } as const]),
          ),
        },
      });
    case 'AbortRequested':
    case 'HoldRequested':
    case 'ResumeRequested':
    case 'RejoinRequested':
    case 'CancelRequested':
      return noteWish(run, event);
    default:
      return unreachable(event);
  }
}

/** It may cross the word to stop; what counts then is the answer to that. */
function noteReady(
  run: OrderRun,
  { id, changed }: Extract<OrderEvent, { type: 'ServiceOrderReady' }>,
): OrderRun {
  const now = child(run, id);
  return withChild(run, id, now.told ? { ...now, changed, was: 'ready' } : { state: 'ready', changed });
}

function noteHeld(
  run: OrderRun,
  { id, type: _, ...why }: Extract<OrderEvent, { type: 'ServiceOrderHeld' }>,
): OrderRun {
  const { told, needs = [], ...rest } = child(run, id);
  // A run that is gone has not done what it was told: its next one is told again.
  const now: Child = why.code === runLost || told === undefined ? rest : { ...rest, told };
  const all = why.code === runLost ? [...needs, ...why.needs] : why.needs;
  return withChild(run, id, { ...now, ...why, needs: all, state: 'held', was: aboutOf(now) });
}

/** It may be over already: what its run still had to say comes late. */
const noteNeeds = (
  run: OrderRun,
  { id, needs }: Extract<OrderEvent, { type: 'ServiceOrderNeeds' }>,
): OrderRun => (isOver(run, id) ? run : withChild(run, id, { ...child(run, id), needs }));

function noteResumed(run: OrderRun, id: string): OrderRun {
  const { needs: _, ...known } = child(run, id);
  // It crossed the word to stop: should it stand, it goes on.
  if (known.state !== 'held')
    return withChild(run, id, known.told === 'held' ? { ...known, told: 'moving' } : known);
  const { code: __, ...now } = known;
  return withChild(run, id, { ...now, state: now.told ? 'stopping' : aboutOf(now) });
}

/** Past its point of no return it goes on, or stays held, as if nobody had told it to stop. */
function noteStands(run: OrderRun, id: string): OrderRun {
  const { told, ...now } = child(run, id);
  const isHeld = now.state === 'held' || told === 'held';
  const next: Child = { ...now, state: isHeld ? 'held' : aboutOf(now) };
  return { ...withChild(run, id, next), standing: [...run.standing, id] };
}

/** What was going anyway is not its own doing. */
function noteFailing(run: OrderRun, id: string): OrderRun {
  const wasGoing = child(run, id).told !== undefined || run.doomed.includes(id);
  if (wasGoing || isOver(run, id)) return run;
  return { ...run, failing: [...run.failing, id] };
}

function noteSettled(
  run: OrderRun,
  { id, outcome, code, changed }: Extract<OrderEvent, { type: 'ServiceOrderSettled' }>,
): OrderRun {
  const { compensates } = must(
    serviceOrdersOf(run).find((one) => one.id === id),
    `service order ${id}`,
  );
  const { told } = child(run, id);
  const isOwnDoing = run.failing.includes(id);
  const wasGoing = outcome === 'failed' && !isOwnDoing && (told !== undefined || run.doomed.includes(id));
  const settled = withChild(run, id, {
    state: outcome === 'completed' ? 'done' : 'undone',
    changed,
    ...(wasGoing && { told: told ?? 'moving' }),
    ...(code !== null && { code }),
  });
  const about = compensates ?? id;
  const next = code === leftBehind ? { ...settled, leftBehind: [...run.leftBehind, about] } : settled;
  if (compensates !== undefined) return withState(next, compensates, 'compensated');
  if (outcome === 'completed') return next;
  return {
    ...next,
    failed: outcome === 'failed' ? [...run.failed, id] : run.failed,
    failing: run.failing.filter((one) => one !== id),
    standing: run.standing.filter((one) => one !== id),
  };
}

/** Starts, skips and releases all that may move now; a skip may free the next, so it goes on until nothing changes. */
function schedule(before: OrderRun): Advanced {
  let run = before;
  const commands: OrderCommand[] = [];
  for (let moved = true; moved; ) {
    moved = false;
    for (const serviceOrder of serviceOrdersOf(run)) {
      const command = nextFor(run, serviceOrder);
      if (command === 'nothing') continue;
      moved = true;
      if (command === 'skip') run = withChild(run, serviceOrder.id, { state: 'skipped', changed: [] });
      else {
        run = withState(
          run,
          serviceOrder.id,
          command.type === 'releaseServiceOrder' ? 'releasing' : 'running',
        );
        commands.push(command);
      }
    }
  }
  return { run, commands };
}

function nextFor(run: OrderRun, serviceOrder: CompactServiceOrder): OrderCommand | 'skip' | 'nothing' {
  const { id } = serviceOrder;
  const { state } = child(run, id);
  if (state === 'ready')
    return mayTakeAway(run, serviceOrder) ? { type: 'releaseServiceOrder', id } : 'nothing';
  if (state !== 'waiting' || run.doomed.includes(id)) return 'nothing';
  const isFull = open(run) >= run.plan.settings.openChildrenMax;
  if (serviceOrder.compensates !== undefined)
    return isFull ? 'nothing' : { type: 'startServiceOrder', id, changed: [] };
  if (!serviceOrder.after.every((other) => isBuilt(run, other))) return 'nothing';
  if (serviceOrder.action === 'delete' && !everythingBuilt(run)) return 'nothing';
  const changed = changedFor(run, serviceOrder);
  if (needsNothing(serviceOrder, changed)) return 'skip';
  return isFull ? 'nothing' : { type: 'startServiceOrder', id, changed };
}

/** The results it relies on that changed, under the names its expressions use. */
export const changedFor = (run: OrderRun, serviceOrder: CompactServiceOrder): string[] =>
  Object.entries(serviceOrder.reliesOn).flatMap(([alias, id]) =>
    child(run, id).changed.map((name) => `reliesOn.${alias}.${name}`),
  );

/** The same, for a service order by its id; one that takes back another knows no changes. */
export const changedAround = (run: OrderRun, id: string): string[] => {
  const planned = run.plan.serviceOrders.find((one) => one.id === id);
  return planned ? changedFor(run, planned) : [];
};

const needsNothing = ({ skippable, steps }: CompactServiceOrder, changed: readonly string[]): boolean =>
  skippable && (steps?.every((step) => isUnneeded(step, changed)) ?? false);

/** Build first, take away last: dependants go before what they rely on. */
function mayTakeAway(run: OrderRun, serviceOrder: CompactServiceOrder): boolean {
  const stillStanding = run.plan.serviceOrders.filter(({ id }) => !isOver(run, id));
  return (
    everythingBuilt(run) &&
    stillStanding.every((other) => other.action !== 'delete' && !other.after.includes(serviceOrder.id))
  );
}

/** Nothing can fail any more that would have to be undone. */
const everythingBuilt = (run: OrderRun): boolean =>
  run.plan.serviceOrders.every(
    ({ id, action }) =>
      action === 'delete' || isNowhere(run, id) || (isBuilt(run, id) && !run.doomed.includes(id)),
  );

const open = (run: OrderRun): number =>
  /** A ready child only waits for the others: if it took up room, they could wait for it in turn. */
  inState(run, 'running', 'held', 'releasing', 'stopping').length;
