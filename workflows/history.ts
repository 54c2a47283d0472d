/** As `workflowInfo()` tells it. */
export interface History {
  readonly historyLength: number;
  readonly continueAsNewSuggested: boolean;
}

/**
 * Whether a run goes on in another one. Only the run that was asked to cancel can close as Canceled: it stays, for as
 * long as Temporal keeps it.
 */
export function isLong(history: History, eventsMax: number, isAskedToCancel: boolean): boolean {
  const { historyLength, continueAsNewSuggested } = history;
  if (isAskedToCancel) return historyLength > Math.min(8 * eventsMax, eventsKeptMax);
  return continueAsNewSuggested || historyLength > eventsMax;
}

/** Temporal terminates a run at 51,200. */
const eventsKeptMax = 40_000;
