import type { StepReport } from '../serviceOrder/run.ts';
import type { StandingStep } from './attempt.ts';

export const fenced: StepReport = { type: 'failed', class: 'ours', code: 'fenced' };

/** The service order has ended: nothing may be sent for it any more. */
export const tooLate: StepReport = { type: 'failed', class: 'refused', code: 'serviceOrderOver' };

/**
 * What an attempt comes to that has nothing left to send. A forward one that comes late, after the way back
 * began, is fenced: it would bring back what is being taken away. So is any, once a person ended the step.
 */
export function overAlready(
  step: Pick<StandingStep, 'state' | 'way' | 'changed'> & { readonly over?: boolean },
  way: StandingStep['way'],
): StepReport | undefined {
  if (way === 'do' && step.way === 'undo') return step.over ? tooLate : fenced;
  if (way === 'do' && step.state === 'done') return { type: 'done', changed: step.changed };
  if (step.state === 'skipped' || step.state === 'leftBehind') return step.over ? tooLate : fenced;
  if (step.state === 'undone' || (step.over && way === 'undo')) return { type: 'done', changed: [] };
  return step.over ? tooLate : undefined;
}
