import { workflowInfo } from '@temporalio/workflow';
import type { Turn } from '../src/kernel/turn.ts';

/** The turns of this run's records, one after the other. */
export function openTurns(): () => Turn {
  const { runId: run, runStartTime } = workflowInfo();
  let number = 0;
  return () => {
    number += 1;
    return { run, since: runStartTime.getTime(), number };
  };
}
