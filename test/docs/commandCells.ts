import { type StepCommand, stepCommands } from '../../src/operator/commands.ts';

/** What the tables of commands are made of. */

export const orderCommands = ['hold', 'resume', 'abort', 'restart', 'cancel'] as const;
/** About the fallout itself: nothing comes of them in the order. */
export const owningCommands = ['claim', 'release'] as const;
export const troubleCommands = [...stepCommands, ...owningCommands] as const;
export type OrderCommand = (typeof orderCommands)[number];
export type Command = OrderCommand | StepCommand | (typeof owningCommands)[number];

/** Taken: the state it leads to, the trouble itself being mended. Refused: the code, and nothing changes. */
export type Cell<State extends string> = { readonly to: State } | { readonly code: string };

/** Null where there is nothing to command. */
export interface Row<State extends string> {
  readonly title: string;
  readonly state: State;
  readonly cells: Readonly<Record<Command, Cell<State> | null>>;
}

export const to = <State extends string>(state: State) => ({ to: state });
export const no = (code: string) => ({ code });

/** There is no step that a person could command. */
export const none = {
  ...{ retryNow: null, editAndRetry: null, completeWithEvidence: null, skip: null, leaveBehind: null },
  ...{ claim: null, release: null },
} as const;

/** Whatever needs a person may be owned by one. */
export const owned = <State extends string>(state: State) => ({ claim: to(state), release: to(state) });

/** The fallout is closed. */
export const closed = {
  ...{ retryNow: no('FalloutClosed'), editAndRetry: no('FalloutClosed'), skip: no('FalloutClosed') },
  ...{ completeWithEvidence: no('FalloutClosed'), leaveBehind: no('FalloutClosed') },
  ...{ claim: no('FalloutClosed'), release: no('FalloutClosed') },
} as const;

export const over = (code: 'OrderOver' | 'ServiceOrderOver') => ({
  ...{ hold: no(code), resume: no(code), abort: no(code), restart: no(code), cancel: no(code) },
});
