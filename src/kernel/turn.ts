/** Which record of which run it is: tells one that comes twice, or only after what came next. */
export interface Turn {
  readonly run: string;
  /** When that run began, in milliseconds: a run that took over began later. */
  readonly since: number;
  readonly number: number;
}

/** Nothing of this turn or of a later one was written. A run that was reset began when the first one did. */
export function isDue(last: Turn | null, turn: Turn): boolean {
  if (last === null) return true;
  return last.run === turn.run ? turn.number > last.number : turn.since >= last.since;
}
