import {
  isUntouched,
  move,
  step,
  withStep,
  type Advanced,
  type Relief,
  type Retreat,
  type ServiceOrderChange,
  type ServiceOrderCommand,
  type ServiceOrderRun,
  type StepRun,
} from './run.ts';

/**
 * Past the point of no return: a step so marked, or a first revoke, was sent. A definite no of the marked step,
 * with no doubt about an effect, takes the service order back before it.
 */
export const isPastReturn = (run: ServiceOrderRun): boolean =>
  run.plan.some(({ id, verb, pointOfNoReturn }) => {
    const now = step(run, id);
    if (isUntouched(now)) return false;
    return verb === 'revoke' || (pointOfNoReturn === true && !isDefiniteNo(now));
  });

const isDefiniteNo = ({ state, doubted, trouble }: StepRun): boolean =>
  (state === 'refused' || state === 'held') &&
  !doubted &&
  (trouble?.class === 'refused' || trouble?.class === 'invalid');

/** Whether a failure may be answered by taking everything back. */
export const mayTurnBack = (run: ServiceOrderRun): boolean =>
  !run.compensating && run.retreat === undefined && !isPastReturn(run);

/** From now on nothing goes forward; what is under way is heard out, then everything is taken back. */
export function turnBack(run: ServiceOrderRun, retreat: Retreat, relief: Relief): Advanced {
  const held = run.plan.filter(({ id }) => step(run, id).state === 'held').map(({ id }) => id);
  const closed = held.map((id) => ({ type: 'falloutClosed', step: id, resolution: relief }) as const);
  const changes: readonly ServiceOrderChange[] = [{ type: 'retreat', retreat }, ...closed];
  return { run: { ...run, retreat }, commands: [{ type: 'recordServiceOrder', changes }] };
}

/**
 * Undoes every step that was ever attempted, what builds upon others first. A step counts from the moment it
 * was sent: what there is to undo is decided by its footprint, not by how the attempt ended.
 */
export function scheduleUndo(before: ServiceOrderRun): Advanced {
  let run = before;
  const commands: ServiceOrderCommand[] = [];
  for (const { id } of run.plan) {
    if (!isUndoable(run, id)) continue;
    const { trouble: _, report: __, called: ___, retry: ____, ...rest } = step(run, id);
    const fresh: StepRun = { ...rest, way: 'undo', attempts: 0, outages: 0, awaitsRetry: false };
    run = move({ ...run, steps: { ...run.steps, [id]: fresh } }, id, 'UndoStarted');
    commands.push({ type: 'undoStep', step: id });
  }
  return { run, commands };
}

function isUndoable(run: ServiceOrderRun, id: string): boolean {
  const now = step(run, id);
  if (now.way === 'undo' || now.state === 'attempting' || isUntouched(now)) return false;
  if (now.report?.looking) return false;
  return run.plan.every(({ id: other, after }) => !after.includes(id) || isTakenBack(step(run, other)));
}

export const isTakenBack = (now: StepRun): boolean =>
  isUntouched(now) || now.state === 'undone' || now.state === 'leftBehind';

export const noteUndone = (run: ServiceOrderRun, id: string): Advanced => ({
  run: withStep(move(run, id, 'Undone'), id, { doubted: false, report: undefined }),
  commands: [],
});
