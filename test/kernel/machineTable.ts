import { expect, test } from 'vitest';
import { follow, isFinal, type Machine } from '../../src/kernel/machine.ts';

/** `from Arrow to`, one a line: written by hand, so that a slip in a table has to be made twice. */
const read = (written: string): readonly (readonly [string, string, string])[] =>
  written
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/) as unknown as readonly [string, string, string]);

export function describeMachine(
  name: string,
  machine: Machine<string, string>,
  states: readonly string[],
  written: string,
): void {
  const expected = read(written);
  const arrows = [
    ...new Set([...expected.map(([, arrow]) => arrow), ...Object.values(machine).flatMap(Object.keys)]),
  ];
  const cases = states.flatMap((from) =>
    arrows.map((arrow) => ({
      from,
      arrow,
      to: expected.find(([state, event]) => state === from && event === arrow)?.[2],
    })),
  );

  test(`the ${name} machine has a row for every state and for nothing else`, () => {
    expect(Object.keys(machine).sort()).toEqual([...states].sort());
  });

  test.each(cases.filter(({ to }) => to !== undefined))(
    `${name}: $arrow leads from $from to $to`,
    ({ from, arrow, to }) => {
      expect(follow(machine, from, arrow)).toBe(to);
    },
  );

  test.each(cases.filter(({ to }) => to === undefined))(
    `${name}: no $arrow leads out of $from`,
    ({ from, arrow }) => {
      expect(() => follow(machine, from, arrow)).toThrow(`an arrow for ${arrow} out of ${from} is missing`);
    },
  );

  test.each(states)(`${name}: %s is final if and only if no arrow leaves it`, (state) => {
    expect(isFinal(machine, state)).toBe(!expected.some(([from]) => from === state));
  });
}

/** Every pair `from to` that the table connects, sorted. */
export const pairsOf = (machine: Machine<string, string>): string[] =>
  [
    ...new Set(
      Object.entries(machine).flatMap(([from, row]) => Object.values(row).map((to) => `${from} ${to}`)),
    ),
  ].sort();

/** `from to to …`, one line per state. */
export const pairs = (written: string): string[] =>
  written
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [from, ...targets] = line.trim().split(/\s+/);
      return targets.map((to) => `${from} ${to}`);
    });

export const without = (all: readonly string[], some: readonly string[]): string[] =>
  all.filter((pair) => !some.includes(pair));
