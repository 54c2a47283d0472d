import { expect, test } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import { historyOf, recordedHistories } from './histories.ts';
import { eventOf, replayOn } from './replay.ts';

test('every recorded run still fits the workflows', async () => {
  expect(await replayOn('../../workflows/index.ts')).toEqual({});
}, 120_000);

test('runs of both workflows are recorded: every kind of order, of trouble, and of command', () => {
  const names = recordedHistories().map(({ name }) => name);
  for (const workflow of ['productOrder', 'serviceOrder']) {
    for (const run of [
      'happy',
      'retried',
      'held',
      'modify',
      'delete',
      'undone',
      'hurried',
      'aborted',
      'cancelled',
      'paused',
      'leftBehind',
      'attested',
      'reported',
    ])
      expect(names.filter((name) => name.startsWith(`${workflow}/${run}`))).not.toEqual([]);
  }
  expect(names).toContain('serviceOrder/alone');
});

test('a changed order of steps is found, with the workflow, the event and what to do', async () => {
  const complaints = await replayOn('./changedWorkflows.ts');
  expect(complaints['serviceOrder/happy-access']).toBe(
    `serviceOrder/happy-access, event 5 (1/line): Activity id of scheduled event '1/line' does not match activity id of activity command '1/speed'.
Orders that run now would stop here. Keep their way beside the new one with patched() in workflows/; or, if no
release has this workflow yet and the change is meant, record anew: npm run record`,
  );
  expect(complaints['productOrder/happy']).toMatch(/^productOrder\/happy, event 5 \(local activity\): /);
}, 120_000);

test.each([
  [
    'Timer machine does not handle this event: HistoryEvent(id: 9, MarkerRecorded)',
    'event 9 (MarkerRecorded)',
  ],
  ["Activity type of scheduled event '1/speed' does not match", 'event 11 (1/speed)'],
  ['Missing associated machine for LocalActivity(1).', 'event 5 (local activity)'],
  ['something that names no event', 'an event'],
])('the event is found in the reason "%s"', (reason, event) => {
  const service = recordedHistories().find(({ name }) => name === 'serviceOrder/happy-access');
  const order = recordedHistories().find(({ name }) => name === 'productOrder/happy');
  const recorded = must(reason.includes('LocalActivity') ? order : service, 'the recorded run');
  expect(eventOf(reason, historyOf(recorded))).toBe(event);
});
