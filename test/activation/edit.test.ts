import { expect, test } from 'vitest';
import { editFault } from '../../src/activation/edit.ts';
import type { Json } from '../../src/kernel/json.ts';

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
