import { assert, must } from './assert.ts';

/** One row per state, one entry per event that may leave it. An empty row is the definition of final. */
export type Machine<State extends string, Event extends string> = {
  readonly [from in State]: { readonly [event in Event]?: State };
};

export const isFinal = <State extends string>(machine: Machine<State, string>, state: State): boolean => {
  for (const _ in machine[state]) return false;
  return true;
};

/** The state an event leads to; the table must hold the arrow. */
export function follow<State extends string, Event extends string>(
  machine: Machine<State, Event>,
  from: State,
  event: Event,
): State {
  return must<State>(machine[from][event] as State | undefined, `an arrow for ${event} out of ${from}`);
}

/** The event has led here already and cannot lead on: whoever records it twice need do nothing. */
export const hasFollowed = <State extends string, Event extends string>(
  machine: Machine<State, Event>,
  state: State,
  event: Event,
): boolean =>
  machine[state][event] === undefined &&
  Object.values<Machine<State, Event>[State]>(machine).some((row) => row[event] === state);

/** The event that leads from one state to another; the table must hold exactly such an arrow. */
export function arrowBetween<State extends string, Event extends string>(
  machine: Machine<State, Event>,
  from: State,
  to: State,
): Event {
  const arrows = Object.entries(machine[from]).filter(([, target]) => target === to);
  assert(arrows.length > 0, `an arrow from ${from} to ${to}`);
  return must(arrows[0], 'the arrow')[0] as Event;
}
