import type { CommandRefusal } from '../serviceOrder/refusal.ts';

/** How a command fared on its way to a run. Unanswered: nobody knows yet; the same id may be sent again. */
export type CommandAnswer =
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly refusal: CommandRefusal }
  | { readonly type: 'runMissing' }
  | { readonly type: 'unanswered' };
