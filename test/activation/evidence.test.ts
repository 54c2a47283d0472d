import { describe, expect, test } from 'vitest';
import { evidenceIn, examine, type Look } from '../../src/activation/evidence.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import type { StandingStep } from '../../src/activation/attempt.ts';
import { freshStep, keyOf, standingPrint, wantedValues } from './standing.ts';

const held: StandingStep = {
  ...freshStep,
  state: 'held',
  attempt: 1,
  generation: 1,
  decided: true,
  wanted: wantedValues,
};
const revoke: StandingStep = { ...held, verb: 'revoke', values: {}, results: {}, wanted: {} };
const isOwn = (key: string) => key.startsWith('so/1/route/');

const shown = (more: object = {}): Look => ({
  type: 'present',
  observed: { ...wantedValues, hop: 'h1' },
  version: 'v1',
  key: keyOf(1),
  ...more,
});
const judged = (step: StandingStep, look: Look, given?: JsonObject) => examine(step, isOwn, look, given);

describe('evidence agrees', () => {
  test('when the wanted values stand there under a key of the step, and results come from what is seen', () => {
    expect(judged(held, shown())).toEqual({
      type: 'attested',
      attested: { evidence: shown(), agrees: true, results: { hop: 'h1' } },
    });
  });

  test.each([
    ['a key of an earlier generation', held, shown({ key: keyOf(0) })],
    ['no key at all, since the system can hold none', held, shown({ key: null })],
    [
      'the key that stood there before',
      { ...held, standing: standingPrint },
      shown({ key: standingPrint.key }),
    ],
    ['nothing, where it was to be taken away', revoke, { type: 'absent' }],
  ] as const)('with %s', (_, step, look) => {
    expect(judged(step, look)).toMatchObject({ type: 'attested', attested: { agrees: true } });
  });

  test('with what the next attempt would want, where none was noted', () => {
    expect(judged({ ...held, wanted: null }, shown())).toMatchObject({ attested: { agrees: true } });
  });
});

describe('evidence contradicts', () => {
  test.each([
    ['there is no such object', held, { type: 'absent' }],
    ['the object was last written by another', held, shown({ key: 'other/1/route/1/do' })],
    ['the object has other values', held, shown({ observed: { ...wantedValues, metric: 11, hop: 'h1' } })],
    ['the object is still there', revoke, shown()],
  ] as const)('%s', (contradiction, step, look) => {
    const given = look.type === 'absent' ? { hop: 'h9' } : undefined;
    expect(judged(step, look, given)).toMatchObject({
      type: 'attested',
      contradiction,
      attested: { agrees: false, evidence: look },
    });
  });

  test('a result that is given otherwise than the system shows it', () => {
    expect(judged(held, shown(), { hop: 'h2' })).toMatchObject({
      contradiction: 'the system shows another hop',
      attested: { agrees: false, results: { hop: 'h2' } },
    });
  });
});

test('a result that the system does not show has to be given', () => {
  const dumb = shown({ observed: wantedValues });
  expect(judged(held, dumb)).toMatchObject({ type: 'resultsUnfit', name: 'hop' });
  expect(judged(held, dumb, { hop: 'h2' })).toMatchObject({
    attested: { agrees: true, results: { hop: 'h2' } },
  });
});

test('a result that the step does not have is refused', () => {
  expect(judged(held, shown(), { vlan: '7' })).toMatchObject({ type: 'resultsUnfit', name: 'vlan' });
  expect(judged(revoke, { type: 'absent' }, { hop: 'h1' })).toMatchObject({ name: 'hop' });
});

test.each<[string, Json]>([
  ['an object', { a: [1, 'zz'] }],
  ['a list', ['h1']],
  ['nothing', null],
  ['a number that a double cannot hold', 2 ** 60],
  ['a text that is too long', 'h'.repeat(4_097)],
  ['a text with half a character', '\ud800'],
  ['a text that the database cannot hold', 'h\0'],
])('a result that is %s is refused, whatever the system shows', (_, hop) => {
  for (const look of [shown(), { type: 'unavailable', message: 'away' }] as const)
    expect(judged(held, look, { hop })).toEqual({
      ...{ type: 'resultsUnfit', name: 'hop' },
      message: expect.stringMatching(/^must /),
    });
});

test.each<[Json]>([['h'.repeat(4_096)], [7.5], [false]])('a result may be a plain value', (hop) => {
  const dumb = shown({ observed: wantedValues });
  expect(judged(held, dumb, { hop })).toMatchObject({ attested: { results: { hop } } });
});

test('what nobody could see is no evidence, nor what is still under way', () => {
  expect(judged(held, { type: 'unavailable', message: 'away' })).toEqual({
    type: 'missing',
    message: 'away',
  });
  expect(judged(held, { type: 'pending', key: keyOf(1) })).toMatchObject({ type: 'missing' });
});

test('a refusal that came late is no part of the evidence', () => {
  const refusal = { key: keyOf(1), code: 'x', message: '' };
  expect(evidenceIn({ type: 'absent', refusal })).toEqual({ type: 'absent' });
});
