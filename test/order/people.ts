import type { Attested } from '../../src/activation/evidence.ts';
import { assert } from '../../src/kernel/assert.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Control } from '../../src/serviceOrder/run.ts';

/** What a command says beside its name, as its row in the audit keeps it. */
export type Given = { readonly values: JsonObject } | Attested;

/** vain: accepted, and nothing was cancelled in the end. */
export type TaskState = 'inProgress' | 'accepted' | 'refused' | 'done' | 'vain';

/** What people wanted so far, and what was written down of it: told apart from what the reducers believe. */
export interface People {
  readonly isOnHold: boolean;
  readonly tasks: Readonly<Record<string, TaskState>>;
  /** What commands say, by audit; and the audits of those that took effect. */
  readonly given: Readonly<Record<string, Given>>;
  readonly done: readonly string[];
  /** Service orders that heard that they stand still: `hold s1`, `ask s1`. */
  readonly still: readonly string[];
  /** Steps that wait for a person, by their rows. */
  readonly fallout: readonly string[];
  /** Objects that were left behind, and those that are what a person says they are. */
  readonly left: readonly string[];
  readonly said: readonly string[];
  /** Service orders that sent something forward after a cancel was accepted. */
  readonly sentAfter: readonly string[];
  /** Service orders that the order heard say that they stand, and has not heard fail since. */
  readonly vowed: readonly string[];
  /** Those that were begun or let go on after the cancel for the sake of one that vowed to stand. */
  readonly trusting: readonly string[];
  /** The last reason on each item. */
  readonly codes: Readonly<Record<string, string | undefined>>;
}

export const nobody: People = {
  isOnHold: false,
  tasks: {},
  given: {},
  done: [],
  still: [],
  fallout: [],
  left: [],
  said: [],
  sentAfter: [],
  vowed: [],
  trusting: [],
  codes: {},
};

export const withOne = (list: readonly string[], one: string): readonly string[] =>
  list.includes(one) ? list : [...list, one];
export const without = (list: readonly string[], one: string): readonly string[] =>
  list.filter((other) => other !== one);

/** As the transaction writes it that records the effect of a wish. */
export function recordControl(people: People, control: Control): People {
  if (!('task' in control)) {
    assert(!people.done.includes(control.audit), `${control.type} is recorded once`);
    const done = [...people.done, control.audit];
    if (control.type === 'commanded') return { ...people, done };
    return { ...people, done, isOnHold: control.type === 'held' };
  }
  const { task, type } = control;
  const was = people.tasks[task];
  assert(
    was === undefined ? type !== 'cancelAccepted' : was === 'inProgress' && type !== 'cancelAssessed',
    `the task ${task} is ${was}: no ${type}`,
  );
  const now = (
    { cancelAssessed: 'inProgress', cancelAccepted: 'accepted', cancelRefused: 'refused' } as const
  )[type];
  return { ...people, tasks: { ...people.tasks, [task]: now } };
}

/** With its order an accepted cancel is over: done if anything was cancelled. */
export function endTasks(people: People, isCancelled: boolean): People {
  const tasks = Object.entries(people.tasks).map(([task, state]): [string, TaskState] => [
    task,
    state === 'accepted' ? (isCancelled ? 'done' : 'vain') : state,
  ]);
  return { ...people, tasks: Object.fromEntries(tasks) };
}

export const isAssessing = ({ tasks }: People): boolean => Object.values(tasks).includes('inProgress');
export const isCancelling = ({ tasks }: People): boolean => Object.values(tasks).includes('accepted');
