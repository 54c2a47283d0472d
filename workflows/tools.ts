import type { Turn } from '../src/kernel/turn.ts';
import { openHoldShow, type ShowHold } from './attributes.ts';
import type { CommandDesk } from './commands.ts';
import { openTurns } from './turns.ts';

/** What any run works with, opened or not. */
export interface Tools<Run, Event extends object> {
  readonly inbox: Event[];
  readonly desk: CommandDesk<Run, Event>;
  readonly nextTurn: () => Turn;
  readonly showHold: ShowHold;
}

export const openTools = <Run, Event extends object>(
  inbox: Event[],
  desk: CommandDesk<Run, Event>,
): Tools<Run, Event> => ({ inbox, desk, nextTurn: openTurns(), showHold: openHoldShow() });
