import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { CommandRefusal } from '../src/serviceOrder/refusal.ts';

export interface CommandRules<Run, Event> {
  readonly isCommand: (event: Event) => boolean;
  readonly refusalOf: (run: Run, event: Event) => CommandRefusal | undefined;
  /** Where no sender waits for the answer. */
  readonly refuseUnheard: (event: Event, refusal: CommandRefusal) => Promise<void>;
}

/**
 * An operator's command waits in the inbox like everything else, and its sender until it was decided: what a
 * validator allows may not be allowed any more when its turn comes.
 */
export function openDesk<Run, Event extends object>(inbox: Event[], rules: CommandRules<Run, Event>) {
  let known: Run | undefined;
  const decided = new Map<Event, CommandRefusal | undefined>();
  const ask = async (event: Event): Promise<void> => {
    inbox.push(event);
    await condition(() => decided.has(event));
    const refusal = decided.get(event);
    if (refusal) throw refused(refusal);
  };
  const answer = async (event: Event, refusal: CommandRefusal | undefined): Promise<void> => {
    if (!rules.isCommand(event)) return;
    decided.set(event, refusal);
    if (refusal) await rules.refuseUnheard(event, refusal);
  };
  return {
    /** An update of that name is this command. Before there is anything to judge by, it only waits. */
    answers<Message>(name: string, eventOf: (message: Message) => Event): void {
      const validator = (message: Message): void => {
        const refusal = known && rules.refusalOf(known, eventOf(message));
        if (refusal) throw refused(refusal);
      };
      setHandler(defineUpdate<void, [Message]>(name), (message) => ask(eventOf(message)), { validator });
    },

    /** Once all that follows from a command was done, its sender hears of it. */
    answer,

    /** What the next commands are judged by. */
    show(run: Run): void {
      known = run;
    },

    /** Nothing is decided any more: whoever still waits is told why. */
    async close(refusal: CommandRefusal): Promise<void> {
      for (const event of inbox) await answer(event, refusal);
      await condition(allHandlersFinished);
    },
  };
}

export type CommandDesk<Run, Event extends object> = ReturnType<typeof openDesk<Run, Event>>;

const refused = (refusal: CommandRefusal): ApplicationFailure =>
  ApplicationFailure.create({
    type: refusal.type,
    message: refusal.message,
    nonRetryable: true,
    details: [refusal],
  });
