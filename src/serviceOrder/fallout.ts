/** What a person may do about a fallout. The rest of the commands needs what a person knows, and comes later. */
export const falloutCommands = ['retryNow', 'restart', 'abort'] as const;
export type FalloutCommand = (typeof falloutCommands)[number];

export interface FalloutCase {
  readonly class: string;
  readonly code: string;
  readonly isOpen: boolean;
  readonly step: string | null;
}

/** Found by a watch when the service order was over: there is no run that could do anything. */
export const foundLateCodes = ['overwritten', 'vanished', 'unresolved'] as const;
export type FoundLateCode = (typeof foundLateCodes)[number];
const isFoundLate = (code: string): boolean => (foundLateCodes as readonly string[]).includes(code);

/** Allowed by what the record says; the running order has the last word. */
export function commandsFor({ class: falloutClass, code, isOpen, step }: FalloutCase): FalloutCommand[] {
  if (!isOpen || isFoundLate(code)) return [];
  if (code === 'runLost') return ['abort'];
  if (falloutClass === 'orphaned') return ['restart', 'abort'];
  return step === null ? ['abort'] : ['retryNow', 'abort'];
}
