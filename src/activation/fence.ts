import type { StepReport } from '../serviceOrder/run.ts';
import type { StandingStep } from './attempt.ts';

export const fenced: StepReport = { type: 'failed', class: 'ours', code: 'fenced' };

/**
 * What an attempt comes to that has nothing left to send. A forward one that comes late, after the way back
 * began, is fenced: it would bring back what is being taken away.
 */
export function overAlready(
  step: Pick<StandingStep, 'state' | 'way' | 'changed'>,
  way: StandingStep['way'],
): StepReport | undefined {
  if (way === 'do' && step.way === 'undo') return fenced;
  if (step.state === 'undone') return { type: 'done', changed: [] };
  if (way === 'do' && step.state === 'done') return { type: 'done', changed: step.changed };
  return undefined;
}
