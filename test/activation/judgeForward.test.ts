import { expect, test } from 'vitest';
import type { Observed } from '../../src/activation/adapter.ts';
import { judgeForward } from '../../src/activation/judge.ts';

const isOwnKey = (key: string) => key.startsWith('so/1/route/');
const wanted = { verb: 'apply', key: 'so/1/route/2/do', values: { metric: 7 }, expect: 'absent' } as const;
const shown = (key: string): Observed => ({ type: 'present', observed: { metric: 5 }, version: 'v3', key });

test('an earlier write of the same step, with the values before the edit, is written over', () => {
  const judged = judgeForward(wanted, isOwnKey, shown('so/1/route/1/do'));
  expect(judged).toEqual({ type: 'ours', expect: { version: 'v3' } });
});

test('an earlier write that is still under way leaves the step in doubt', () => {
  const pending: Observed = { type: 'pending', key: 'so/1/route/1/do' };
  expect(judgeForward(wanted, isOwnKey, pending)).toMatchObject({ class: 'inDoubt', code: 'busy' });
});

test('the write of another is a conflict as ever', () => {
  expect(judgeForward(wanted, isOwnKey, shown('other/1/route/1/do'))).toMatchObject({ class: 'conflict' });
});
