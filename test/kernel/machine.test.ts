import { expect, test } from 'vitest';
import { arrowBetween, follow, isFinal, type Machine } from '../../src/kernel/machine.ts';

const door = {
  open: { Closed: 'shut', Slammed: 'shut' },
  shut: { Opened: 'open', Removed: 'gone' },
  gone: {},
} as const satisfies Machine<'open' | 'shut' | 'gone', 'Closed' | 'Slammed' | 'Opened' | 'Removed'>;
const machine: Machine<'open' | 'shut' | 'gone', 'Closed' | 'Slammed' | 'Opened' | 'Removed'> = door;

test('an arrow of the table is followed', () => {
  expect(follow(machine, 'open', 'Closed')).toBe('shut');
});

test('an arrow that the table does not hold is a defect', () => {
  expect(() => follow(machine, 'gone', 'Opened')).toThrow('assertion failed');
});

test('a state is final when nothing leaves it', () => {
  expect([isFinal(machine, 'open'), isFinal(machine, 'gone')]).toEqual([false, true]);
});

test('the arrow between two states is the first that the row names', () => {
  expect(arrowBetween(machine, 'open', 'shut')).toBe('Closed');
  expect(arrowBetween(machine, 'shut', 'gone')).toBe('Removed');
});

test('states without an arrow between them are a defect', () => {
  expect(() => arrowBetween(machine, 'open', 'gone')).toThrow('an arrow from open to gone');
  expect(() => arrowBetween(machine, 'open', 'open')).toThrow('assertion failed');
});
