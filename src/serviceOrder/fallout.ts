/** What a person may do about a fallout. The rest of the commands needs what a person knows, and comes later. */
export const falloutCommands = ['retryNow', 'restart', 'abort'] as const;
export type FalloutCommand = (typeof falloutCommands)[number];

export interface FalloutCase {
  readonly class: string;
  readonly isOpen: boolean;
  /** Null where a service order belongs to no product order. */
  readonly orderId: string | null;
  readonly step: string | null;
}

/** Allowed by what the record says; the running order has the last word. */
export function commandsFor({ class: falloutClass, isOpen, orderId, step }: FalloutCase): FalloutCommand[] {
  if (!isOpen) return [];
  const ofOrder: FalloutCommand[] = orderId === null ? [] : ['abort'];
  if (falloutClass === 'orphaned') return orderId === null ? [] : ['restart', ...ofOrder];
  return step === null ? ofOrder : ['retryNow', ...ofOrder];
}
