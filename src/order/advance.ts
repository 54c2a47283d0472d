import { must, unreachable } from '../kernel/assert.ts';
import { isFinal } from '../kernel/machine.ts';
import { type CompactServiceOrder, isUnneeded } from '../decomposition/plan.ts';
import { evolve, type OrderChange } from './changes.ts';
import { refusalOf } from './commands.ts';
import { judge, takeBack } from './failure.ts';
import { orderMachine } from './machine.ts';
import { wasAborted } from './resume.ts';
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
  type OrderCommand,
  type OrderEvent,
  type OrderRun,
  serviceOrdersOf,
  withChild,
  withState,
} from './run.ts';

/** The one way a running order moves: what happened goes in, the new state and what to do about it come out. */
export function advance(before: OrderRun, event: OrderEvent): Advanced {
  // The order itself may be about to end: a refused abort must not be what ends it.
  if (refusalOf(before, event) !== undefined) return { run: before, commands: [] };
  const takenBack = takeBack(judge(note(before, event)));
  const { run, commands } = schedule(takenBack.run);
  const changes: readonly OrderChange[] = changesOf(run);
  const after = changes.reduce(evolve, run);
  if (isFinal(orderMachine, after.state)) return { run: after, commands: [settle(after, changes)] };
  const all = [...takenBack.commands, ...commands];
  return {
    run: after,
    commands: changes.length > 0 ? [{ type: 'recordProgress', changes }, ...all] : all,
  };
}

function settle(run: OrderRun, changes: readonly OrderChange[]): OrderCommand {
  const skipped = inState(run, 'skipped');
  const isDoomed = (id: string) => run.doomed.includes(id);
  return {
    type: 'settleOrder',
    changes,
    untouched: skipped.filter((id) => !isDoomed(id)),
    notStarted: [...inState(run, 'notStarted'), ...skipped.filter(isDoomed)],
  };
}

function note(run: OrderRun, event: OrderEvent): OrderRun {
  switch (event.type) {
    case 'Opened':
      return run;
    case 'ServiceOrderReady':
      return noteReady(run, event);
    case 'ServiceOrderHeld':
      return noteHeld(run, event);
    case 'ServiceOrderResumed':
      return noteResumed(run, event.id);
    case 'ServiceOrderStands':
      return noteStands(run, event.id);
    case 'AbortRequested':
      return { ...run, aborted: true };
    case 'ServiceOrderSettled':
      return noteSettled(run, event);
    case 'CompensationOpened':
      return {
        ...run,
        compensations: [...run.compensations, ...event.serviceOrders],
        children: {
          ...run.children,
          ...Object.fromEntries(
            event.serviceOrders.map(({ id }) => [id, { state: 'waiting', changed: [] } as const]),
          ),
        },
      };
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

/** The code of a service order whose run ended without it. */
export const runLost = 'runLost';

function noteHeld(
  run: OrderRun,
  { id, code, reason }: Extract<OrderEvent, { type: 'ServiceOrderHeld' }>,
): OrderRun {
  const { told, ...rest } = child(run, id);
  // A run that is gone has not done what it was told: its next one is told again.
  const now: Child = code === runLost || told === undefined ? rest : { ...rest, told };
  return withChild(run, id, { ...now, state: 'held', code, reason, was: aboutOf(now) });
}

function noteResumed(run: OrderRun, id: string): OrderRun {
  const now = child(run, id);
  if (now.state !== 'held') return run;
  return withChild(run, id, { ...now, state: now.told ? 'stopping' : aboutOf(now) });
}

/** Past its point of no return it goes on, or stays held, as if nobody had told it to stop. */
function noteStands(run: OrderRun, id: string): OrderRun {
  const { told, ...now } = child(run, id);
  const isHeld = now.state === 'held' || told === 'held';
  const next: Child = { ...now, state: isHeld ? 'held' : aboutOf(now) };
  return { ...withChild(run, id, next), standing: [...run.standing, id] };
}

function noteSettled(
  run: OrderRun,
  { id, outcome, code, changed }: Extract<OrderEvent, { type: 'ServiceOrderSettled' }>,
): OrderRun {
  const { compensates } = must(
    serviceOrdersOf(run).find((one) => one.id === id),
    `service order ${id}`,
  );
  const settled = withChild(run, id, {
    state: outcome === 'completed' ? 'done' : 'undone',
    changed,
    ...(code !== null && { code }),
  });
  if (compensates !== undefined) return withState(settled, compensates, 'compensated');
  if (outcome === 'completed') return settled;
  const next = {
    ...settled,
    failed: outcome === 'failed' ? [...run.failed, id] : run.failed,
    standing: run.standing.filter((one) => one !== id),
  };
  // An abort that an earlier run was told of is known only by what it led to.
  return outcome === 'cancelled' ? { ...next, aborted: next.aborted || wasAborted(next) } : next;
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
