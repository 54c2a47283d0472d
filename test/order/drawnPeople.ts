import { assert } from '../../src/kernel/assert.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { refusalOf } from '../../src/order/commands.ts';
import { orderMachine } from '../../src/order/machine.ts';
import type { Draw } from '../kernel/random.ts';
import type { Pending, World } from './pending.ts';
import { mayCommand, stepWishes } from './wishes.ts';

/** What people do in a run, beside answering what needs them. */
export type Temper = 'quiet' | 'cancels' | 'holds' | 'commands' | 'all';

const tempers: readonly Temper[] = ['quiet', 'quiet', 'cancels', 'holds', 'commands', 'all', 'all', 'quiet'];

export const temperOf = (drawn: number): Temper => tempers[drawn % tempers.length] ?? 'quiet';

const wishesOf = {
  quiet: [],
  cancels: ['cancel'],
  holds: ['hold'],
  commands: ['command', 'command', 'command', 'abort'],
  all: ['cancel', 'cancel', 'hold', 'command', 'command', 'abort'],
} as const satisfies Record<Temper, readonly Pending['what'][]>;

const actsMax = 8;

export interface Acts {
  readonly temper: Temper;
  readonly count: number;
  /** Answers to what needed a person, so far. */
  readonly answers: number;
}

/** Somebody may do something now, whether or not it is allowed. */
export function actNow(world: World, draw: Draw, { temper, count }: Acts): Pending | undefined {
  if (temper === 'quiet' || count === actsMax || draw(10) !== 1) return undefined;
  if (world.people.isOnHold && draw(2) === 1) return { what: 'resume', id: '' };
  const wishes = wishesOf[temper];
  const what = wishes[draw(wishes.length)];
  if (what === 'cancel') return { what, id: draw(3) === 1 ? 'second' : 'first' };
  if (what === 'hold' || what === 'abort') return { what, id: '' };
  const all = stepWishes(world);
  const one = all[draw(Math.max(1, all.length))];
  return one && { what: 'command', ...one };
}

/** As long as something is drawn at random, faults are, too; then people mean it. */
const answersAtRandom = 12;
const answersMax = 120;
export const isPatient = ({ answers }: Acts): boolean => answers < answersAtRandom;

/** Nothing moves, and the order is not over: on hold it is resumed, and what needs a person gets an answer. */
export function answer(world: World, draw: Draw, acts: Acts): Pending {
  const { answers } = acts;
  assert(answers < answersMax, 'by commands every held order can be brought to an end');
  if (world.people.isOnHold) return { what: 'resume', id: '' };
  const allowed = stepWishes(world).filter((one) => mayCommand(world, one));
  const mayAbort = refusalOf(world.order, { type: 'AbortRequested', audit: '' }) === undefined;
  assert(allowed.length > 0 || mayAbort, 'whoever is asked can do something');
  if (isPatient(acts)) {
    const chosen = draw(allowed.length + (mayAbort ? 1 : 0));
    const one = allowed[chosen];
    return one ? { what: 'command', ...one } : { what: draw(2) === 1 ? 'cancel' : 'abort', id: 'last' };
  }
  const stuck = stuckIn(world);
  if (stuck) return stuck;
  const last = ['retryNow', 'leaveBehind', 'skip', 'completeWithEvidence'] as const;
  const insists = last.flatMap((command) => allowed.filter((one) => one.command === command));
  const isTurn = answers % 3 === 0 && mayAbort;
  const one = insists[answers % Math.max(1, insists.length)];
  return one && !isTurn ? { what: 'command', ...one } : { what: 'abort', id: '' };
}

/** No command ends a call that its system never ends: somebody there has to. */
function stuckIn({ network, children }: World): Pending | undefined {
  const mutation = Object.values(network.taken).find((one) => one !== undefined);
  if (mutation === undefined) return undefined;
  const [id = '', item, name] = mutation.key.split('/');
  assert(children[id], 'whoever sent it');
  return { what: 'taken', id, step: `${item}/${name}`, mutation, takes: givenUp };
}

const givenUp = { type: 'takes', heard: true, later: 'refused', early: 0, late: 0 } as const;

export const isOpen = ({ order }: World): boolean => !isFinal(orderMachine, order.state);
