import { describe, expect, test } from 'vitest';
import { type DoneStep, restoring } from '../../src/decomposition/compensation.ts';
import type { Footprint } from '../../src/inventory/inventory.ts';

const reports = { withinMs: 172_800_000, pollMs: 3_600_000 };

const print = (step: string, builtAfter: readonly string[] = []): Footprint => ({
  step,
  system: 'porting',
  object: `${step}/s1`,
  values: {},
  results: {},
  version: '1',
  builtAfter,
  presence: 'present',
  key: 'o1.s1/1/x/1/do',
});

const done = (name: string, given: Partial<DoneStep> = {}): DoneStep => ({
  name,
  system: 'porting',
  verb: 'apply',
  object: `${name}/s1`,
  values: {},
  results: {},
  verify: 'always',
  builtAfter: [],
  after: [],
  before: null,
  ...given,
});

describe('what takes back gives a system as long to report as it had on the way there', () => {
  test('of an add', () => {
    const steps = restoring('add', [print('line'), print('port')], [done('line'), done('port', { reports })]);
    expect(steps).toMatchObject([{ name: 'port', verb: 'revoke', reports }, { name: 'line' }]);
    expect(steps[1]).not.toHaveProperty('reports');
  });

  test.each([
    ['that was there before', print('port'), 'apply'],
    ['that was not', null, 'revoke'],
  ])('of a modify, to what it touched %s', (_, before, verb) => {
    const steps = restoring(
      'modify',
      [print('port')],
      [done('line', { reports: null }), done('port', { reports, before })],
    );
    expect(steps).toMatchObject([{ name: 'port', verb, reports }, { name: 'line' }]);
    expect(steps[1]).not.toHaveProperty('reports');
  });
});
