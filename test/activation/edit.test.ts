import { describe, expect, test } from 'vitest';
import { editFault, knownValues } from '../../src/activation/edit.ts';
import type { Json } from '../../src/kernel/json.ts';
import { freshStep, standingPrint } from './standing.ts';

const step = {
  values: {
    metric: 'characteristics.metric',
    name: "'route-' + service.id",
    double: 'characteristics.metric * 2',
    vlan: 'reliesOn.access.vlan',
    open: 'characteristics.metric > 5',
    list: '[characteristics.metric]',
  },
  types: { metric: 'integer' },
  known: {},
};
const characteristics = { metric: { type: 'integer', min: 1, max: 100, required: true } } as const;

test.each([
  ['metric', 7],
  ['name', 'route-7'],
  ['double', 14],
  ['vlan', 'anything, since nobody knows its type'],
  ['vlan', { a: [1] }],
  ['open', false],
  ['list', [1, 'a']],
] as readonly (readonly [string, Json])[])('%s may be set to %j', (name, value) => {
  expect(editFault(step, { [name]: value })).toBeUndefined();
});

test.each([
  ['metric', '7', 'must be an integer'],
  ['metric', 7.5, 'must be an integer'],
  ['metric', null, 'must be an integer'],
  ['name', 7, 'must be a text'],
  ['double', true, 'must be an integer'],
  ['open', 'true', 'must be true or false'],
  ['list', { 0: 1 }, 'must be a list'],
] as readonly (readonly [string, Json, string])[])('%s is not set to %j', (name, value, message) => {
  expect(editFault(step, { [name]: value })).toEqual({ name, message });
});

test('a value that hands on a characteristic stays within its limits', () => {
  const limited = { ...step, characteristics };
  expect(editFault(limited, { metric: 100 })).toBeUndefined();
  expect(editFault(limited, { metric: 101 })).toEqual({ name: 'metric', message: 'must be at most 100' });
  expect(editFault(limited, { double: 101 })).toBeUndefined();
});

test.each(['speed', 'constructor', '__proto__'])('a value the step does not have is refused: %s', (name) => {
  const fault = editFault(step, JSON.parse(`{"${name}": 1}`));
  expect(fault?.name).toBe(name);
  expect(fault?.message).toContain('there are: double, list, metric');
});

describe('a value that another step or service gives', () => {
  const known = { vlan: 100 };

  test.each([7, -1, 100.5])('may be another of its type: %j', (value) => {
    expect(editFault({ ...step, known }, { vlan: value })).toBeUndefined();
  });

  test.each(['x', '100', true, null, [100], { vlan: 100 }] as const)(
    'is not set to another type: %j',
    (value) => {
      const fault = { name: 'vlan', message: 'must be a number' };
      expect(editFault({ ...step, known }, { vlan: value })).toEqual(fault);
    },
  );

  test.each([
    ['x', 'a text', 7],
    [true, 'true or false', 'true'],
    [[1], 'a list', { 0: 1 }],
    [{ a: 1 }, 'an object', [1]],
  ] as readonly (readonly [Json, string, Json])[])('%j now is %s from now on', (now, words, value) => {
    const fault = editFault({ ...step, known: { vlan: now } }, { vlan: value });
    expect(fault).toEqual({ name: 'vlan', message: `must be ${words}` });
  });

  test('of which nothing but null was ever seen may be anything', () => {
    expect(editFault({ ...step, known: { vlan: null } }, { vlan: 'x' })).toBeUndefined();
  });
});

describe('what is known of the values of a step', () => {
  const reads = { ...freshStep, values: { vlan: 'steps.line.vlan' } };
  const print = { ...standingPrint, values: { vlan: 'of the footprint' } };

  test.each([
    ['what its mapping says now', { steps: { line: { vlan: 100 } }, wanted: { vlan: 'x' } }, { vlan: 100 }],
    [
      'what its mapping says, whatever a person set',
      { steps: { line: { vlan: 100 } }, overrides: { vlan: 'x' } },
      { vlan: 100 },
    ],
    ['else what was wanted last', { wanted: { vlan: 7 }, standing: print }, { vlan: 7 }],
    ['else what stands', { standing: print }, { vlan: 'of the footprint' }],
    ['else nothing', {}, {}],
  ] as const)('%s', (_, more, known) => {
    expect(knownValues({ ...reads, ...more })).toEqual(known);
  });
});
