import { stepName } from '../decomposition/plan.ts';
import { must } from '../kernel/assert.ts';
import {
  type Advanced,
  type Need,
  planned,
  type ServiceOrderCommand,
  type ServiceOrderRun,
  step,
  type StepRun,
} from './run.ts';

/** What is on its way back needs nobody any more for the way there. */
export const needsPerson = ({ retreat }: ServiceOrderRun, { state, way }: StepRun): boolean =>
  state === 'held' && (retreat === undefined || way === 'undo');

/** The steps that need a person, by the plan. */
export const needySteps = (run: ServiceOrderRun): string[] =>
  run.plan.map(({ id }) => id).filter((id) => needsPerson(run, step(run, id)));

/** What its steps need a person for, by the plan. */
export const needsOf = (run: ServiceOrderRun): Need[] => needySteps(run).map((id) => needOf(run, id));

function needOf(run: ServiceOrderRun, id: string): Need {
  const { trouble, way } = step(run, id);
  const { class: errorClass, code } = must(trouble, 'the trouble of a held step');
  const what = way === 'undo' ? `undo of ${stepName(id)}` : stepName(id);
  return { class: errorClass, code, reason: inWords(what, planned(run, id).system, errorClass, code) };
}

/** Such as `a person: prefix on ipam, lied (notThere)`. */
export const inWords = (what: string, system: string, errorClass: string, code: string): string =>
  `a person: ${what} on ${system}, ${errorClass} (${code})`;

/**
 * Who waits for it knows which steps need a person, and whether anything moves without one. What begins to move
 * again needs nobody, as far as that one knows, until it is told what still does.
 */
export function tellNeeds(before: ServiceOrderRun, isStuck: boolean): Advanced {
  const { toldHeld, toldNeeds } = before;
  const needy = needySteps(before);
  const known = toldHeld && !isStuck ? [] : toldNeeds;
  const run = { ...before, toldHeld: isStuck, toldNeeds: needy };
  const commands: ServiceOrderCommand[] = toldHeld && !isStuck ? [{ type: 'reportResumed' }] : [];
  const isKnown = known !== null && known.join() === needy.join() && (toldHeld || !isStuck);
  if (isKnown) return { run, commands };
  const needs = needsOf(before);
  const [first] = needs;
  const told: ServiceOrderCommand =
    isStuck && first ? { type: 'reportHeld', code: first.code, needs } : { type: 'reportNeeds', needs };
  return { run, commands: [...commands, told] };
}
