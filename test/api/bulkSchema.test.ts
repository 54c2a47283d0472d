import { expect, test } from 'vitest';
import { bulkSchema } from '../../api/ops/bulkSchema.ts';

const reason = 'the shelf was repaired';

test.each([
  { command: 'retryNow', class: 'unavailable' },
  { command: 'retryNow', system: 'olt', reason },
  { command: 'skip', class: 'refused', system: 'nms', reason },
  { command: 'leaveBehind', system: 'nms', reason },
  { command: 'restart', class: 'orphaned' },
])('what can be commanded in bulk: %j', (given) => {
  expect(bulkSchema.parse(given)).toEqual(given);
});

test.each([
  ['nothing says which', { command: 'retryNow' }, 'class'],
  ['a skip says no reason', { command: 'skip', system: 'nms' }, 'reason'],
  ['nothing is left behind without a reason', { command: 'leaveBehind', class: 'lied' }, 'reason'],
  ['a reason is more than blanks', { command: 'skip', system: 'nms', reason: ' ' }, 'reason'],
  ['an edit is of one step', { command: 'editAndRetry', system: 'nms', reason }, 'command'],
  ['evidence is of one step', { command: 'completeWithEvidence', system: 'nms', reason }, 'command'],
  ['a lost run is no step', { command: 'retryNow', class: 'orphaned' }, 'class'],
  ['only a lost run is started again', { command: 'restart', class: 'lied' }, 'class'],
  ['a system has no runs', { command: 'restart', system: 'olt' }, 'class'],
  ['no system has such a name', { command: 'retryNow', system: 'a b' }, 'system'],
] as const)('%s', (_, given, path) => {
  const read = bulkSchema.safeParse(given);
  expect(read.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
});

test('a word it does not know could have meant fewer of them', () => {
  const read = bulkSchema.safeParse({ command: 'retryNow', system: 'olt', order: 'O-1' });
  expect(read.error?.issues.map(({ code }) => code)).toEqual(['unrecognized_keys']);
});
