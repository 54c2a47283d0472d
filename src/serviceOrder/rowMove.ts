import { follow, hasFollowed } from '../kernel/machine.ts';
import { type StepArrow, stepMachine, type StepState } from './machine.ts';

/**
 * Where an arrow that no attempt causes takes the row of a step: held, left out, left behind. The row may be ahead:
 * a worker that was given up recorded after all how its attempt ended, and that stays.
 */
export function rowAfter(from: StepState, arrow: StepArrow, way?: 'undo'): StepState {
  if (hasFollowed<StepState, StepArrow>(stepMachine, from, arrow)) return from;
  // The undo broke off before it was noted: the row is still as the way there left it.
  const start = way === 'undo' && 'UndoStarted' in stepMachine[from] ? 'undoing' : from;
  if (start === 'done' || start === 'undone') return from;
  if (arrow === 'LeftBehind') return 'leftBehind';
  return follow<StepState, StepArrow>(stepMachine, start, arrow);
}
