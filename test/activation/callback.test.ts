import { expect, test } from 'vitest';
import { fateOf, isMessageId, readCorrelation } from '../../src/activation/callback.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import {
  serviceOrderMachine,
  type ServiceOrderState,
  serviceOrderStates,
  type StepState,
  stepStates,
} from '../../src/serviceOrder/machine.ts';

const over: readonly StepState[] = ['done', 'refused', 'skipped', 'undone', 'leftBehind'];
const every = stepStates.flatMap((state) =>
  serviceOrderStates.map((serviceOrderState): [StepState, ServiceOrderState] => [state, serviceOrderState]),
);

test.each(every)(
  'a %s step of a service order that is %s is told exactly while both are open',
  (state, of) => {
    const fate = fateOf('olt', { system: 'olt', state, serviceOrderState: of });
    const closed = over.includes(state) || isFinal(serviceOrderMachine, of);
    expect(fate).toEqual(closed ? { state: 'dead', reason: 'closed' } : { state: 'waiting', reason: null });
  },
);

test.each(every)('another system is told nothing about a step, be it %s and its order %s', (state, of) => {
  const fate = fateOf('olt', { system: 'ipam', state, serviceOrderState: of });
  expect(fate).toEqual({ state: 'dead', reason: 'foreign' });
});

test('what no attempt knows is a dead letter', () => {
  expect(fateOf('olt', undefined)).toEqual({ state: 'dead', reason: 'unknown' });
});

test.each([
  ['default.olt.aB-_9', { tenant: 'default', system: 'olt', random: 'aB-_9' }],
  ['default.olt.north.1.aB', { tenant: 'default', system: 'olt.north.1', random: 'aB' }],
])('%s is a correlation id', (text, parts) => {
  expect(readCorrelation(text)).toEqual(parts);
});

test.each([
  '',
  '.',
  '..',
  'a.b',
  'a..b',
  '.a.b',
  'a.b.',
  'a.b.c d',
  'a.b\0.c',
  'a/x.b.c',
  `a.${'b'.repeat(65)}.c`,
])('%j is none', (text) => {
  expect(readCorrelation(text)).toBeUndefined();
});

test.each(['msg_1', '!', '~', 'a/b?c%', 'x'.repeat(255)])('%s can be the id of a message', (id) => {
  expect(isMessageId(id)).toBe(true);
});

test.each(['', 'a.b', 'a b', 'ä', 'a\n', 'x'.repeat(256)])('%j cannot', (id) => {
  expect(isMessageId(id)).toBe(false);
});
