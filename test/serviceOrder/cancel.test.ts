import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../src/serviceOrder/commands.ts';
import { beginServiceOrder, type ServiceOrderEvent } from '../../src/serviceOrder/run.ts';
import {
  accepted,
  apply,
  arrow,
  attempted,
  begin,
  begun,
  called,
  command,
  done,
  failed,
  final,
  hold,
  policy,
  recorded,
  resume,
  revoke,
  ring,
  tell,
  turned,
  undone,
} from './driver.ts';

/** A service order of its own decides itself whether it may be cancelled. */
const wish = (task: string): ServiceOrderEvent => ({ type: 'CancelRequested', task });
const cancel = wish('task');
const abort: ServiceOrderEvent = { type: 'AbortRequested', audit: 'abort' };
const line = [apply('port'), apply('line', ['port'])];
const undo = (step: string) => ({ type: 'undoStep', step });
const settled = (outcome: string, code: string) =>
  expect.objectContaining({ type: 'settleServiceOrder', outcome, code });

const agreed = [
  arrow('CancellationRequested'),
  arrow('CancellationAccepted'),
  { type: 'control', control: { type: 'cancelAccepted', task: 'task' } },
  turned('cancelled', 'cancelled'),
] as const;
const refused = (code: string) => [
  recorded({ type: 'control', control: { type: 'cancelRefused', task: 'task', code } }),
];
const closed = { type: 'falloutClosed', step: 'port', resolution: 'cancel' } as const;

describe('a wish to cancel that is accepted', () => {
  test('before anything was sent ends it cancelled at once', () => {
    const { run, last } = tell(begin(line), cancel);
    expect(last).toEqual([
      recorded(...agreed),
      { type: 'settleServiceOrder', outcome: 'cancelled', code: 'cancelled', skipped: ['port', 'line'] },
    ]);
    expect(run.state).toBe('cancelled');
  });

  test('during an attempt hears that out, takes back all it did, and ends cancelled', () => {
    const { run, told } = tell(
      begin(line),
      begun,
      done('port'),
      cancel,
      done('line'),
      done('line'),
      done('port'),
    );
    expect(told.slice(2)).toEqual([
      [recorded(...agreed)],
      [undo('line')],
      [undo('port')],
      [settled('cancelled', 'cancelled')],
    ]);
    expect(run.state).toBe('cancelled');
  });

  test('meanwhile shows it as pendingCancellation', () => {
    expect(tell(begin(line), begun, cancel).run.state).toBe('pendingCancellation');
    expect(tell(begin(line), begun, cancel, done('port')).run.state).toBe('pendingCancellation');
  });

  test.each<[string, readonly ServiceOrderEvent[]]>([
    ['during a wait for a retry', [failed('port', 'transient')]],
    ['while a system has yet to report', [accepted('port')]],
  ])('%s takes the step back at once, and its timer rings in vain', (_, events) => {
    const { run, last } = tell(begin(line), begun, ...events, cancel);
    expect(last).toEqual([recorded(...agreed), undo('port')]);
    expect(run.state).toBe('pendingCancellation');
    expect(tell(run, ring('port'), { type: 'ReportDue', step: 'port', number: 1 }).told).toEqual([[], []]);
  });

  test('while a step is held closes its fallout', () => {
    const { run, last } = tell(begin(line), begun, failed('port', 'conflict'), cancel);
    expect(last).toEqual([recorded(...agreed, closed), undo('port'), { type: 'reportResumed' }]);
    expect(run.state).toBe('pendingCancellation');
  });

  test('while it is ready takes back what it built', () => {
    const { last } = tell(begin([apply('new'), revoke('old')], 'modify'), begun, done('new'), cancel);
    expect(last).toEqual([recorded(...agreed), undo('new')]);
  });

  test('on hold undoes nothing before the resume, and shows it held until then', () => {
    const { run, told } = tell(begin(line), begun, failed('port', 'transient'), hold, cancel, resume);
    expect(told[3]).toEqual([recorded(...agreed, arrow('Held'))]);
    expect(told[4]).toEqual([
      recorded(
        { type: 'control', control: { type: 'resumed', audit: 'resume' } },
        arrow('CancellationAccepted'),
      ),
      undo('port'),
    ]);
    expect(run.state).toBe('pendingCancellation');
  });

  test('before anything was sent and on hold ends it only after the resume', () => {
    const { run, told } = tell(begin(line), hold, begun, cancel, resume);
    expect(told[2]).toEqual([recorded(...agreed, arrow('Held'))]);
    expect(told[3]).toContainEqual(settled('cancelled', 'cancelled'));
    expect(run.state).toBe('cancelled');
  });
});

describe('an undo that fails after a wish to cancel', () => {
  const stuck = tell(begin(line), begun, cancel, done('port'), failed('port', 'lied'));

  test('holds it', () => {
    expect(stuck.last).toMatchObject([
      { type: 'recordServiceOrder', changes: [{ step: 'port', arrow: 'Held', way: 'undo' }, arrow('Held')] },
      { type: 'reportHeld', needs: [{ class: 'lied' }] },
    ]);
  });

  test('and is tried again leads back to pendingCancellation, and to cancelled', () => {
    const { run, told } = tell(stuck.run, command('retryNow', 'port'), done('port'));
    expect(told[0]?.[0]).toMatchObject({ changes: [{}, {}, arrow('CancellationAccepted')] });
    expect(told[1]).toEqual([settled('cancelled', 'cancelled')]);
    expect(run.state).toBe('cancelled');
  });

  test('and is left behind ends it failed', () => {
    const { run, last } = tell(stuck.run, command('leaveBehind', 'port'));
    expect(last.at(-1)).toEqual(settled('failed', 'leftBehind'));
    expect(run.state).toBe('failed');
  });
});

describe('a wish to cancel that is refused leaves its answer, and nothing else changes', () => {
  const compensating = beginServiceOrder('modify', line, policy, [], true);

  test.each([
    ['past its point of no return', begin([final(apply('port'))]), [begun], 'NothingToTakeBack'],
    ['after its first revoke', begin([revoke('port')], 'delete'), [begun], 'NothingToTakeBack'],
    ['where it takes back another', compensating, [begun], 'NothingToTakeBack'],
    ['past it on hold', begin([final(apply('port'))]), [begun, hold], 'NothingToTakeBack'],
    [
      'while it goes back for its own reason',
      begin(line),
      [begun, failed('port', 'refused')],
      'AbortedAlready',
    ],
    ['while it is aborted', begin(line), [begun, abort], 'AbortedAlready'],
    ['twice', begin(line), [begun, wish('another')], 'AbortedAlready'],
  ] as const)('%s', (_, given, events, code) => {
    const { run } = tell(given, ...events);
    const answered = { ...run, tasks: [...run.tasks, 'task'] };
    expect(tell(run, cancel)).toEqual({ run: answered, told: [refused(code)], last: refused(code) });
  });

  test('told twice, each wish is answered once', () => {
    const { run } = tell(begin([final(apply('port'))]), begun, cancel);
    expect(tell(run, cancel)).toMatchObject({ run, last: [] });
    const cancelled = tell(begin(line), begun, cancel).run;
    expect(tell(cancelled, cancel)).toMatchObject({ run: cancelled, last: [] });
  });

  test('after its end', () => {
    const { run } = tell(begin([apply('port')]), begun, done('port'));
    expect(refusalOf(run, cancel)).toMatchObject({ type: 'ServiceOrderOver' });
  });
});

test('a system whose reason is called cancelled makes no cancellation of a failure', () => {
  const { run } = tell(begin(line), begun, failed('port', 'refused', 'cancelled'), failed('port', 'lied'));
  const { told } = tell(run, command('retryNow', 'port'), done('port'));
  expect(told[0]?.[0]).toMatchObject({ changes: [{}, {}, arrow('Resumed')] });
  expect(told[1]).toEqual([settled('failed', 'cancelled')]);
});

describe('an abort of what is on hold', () => {
  const aborted = [
    { type: 'control', control: { type: 'aborted', audit: 'abort' } },
    turned('cancelled', 'aborted'),
  ] as const;

  test('ends the hold, and takes back at once', () => {
    const { run, last } = tell(begin(line), begun, failed('port', 'transient'), hold, abort);
    expect(last).toEqual([recorded(...aborted, arrow('Resumed')), undo('port')]);
    expect(run).toMatchObject({ state: 'inProgress', pauses: [] });
  });

  test('looks at nothing that was called for, and undoes it', () => {
    const { told } = tell(begin(line), begun, accepted('port'), hold, called('port'), abort);
    expect(attempted(told[4] ?? [])).toEqual([]);
    expect(undone(told[4] ?? [])).toEqual(['port']);
  });

  test('hears out what is in flight', () => {
    const { told } = tell(begin(line), begun, hold, abort, done('port'), done('port'));
    expect(told.slice(2).map(undone)).toEqual([[], ['port'], []]);
    expect(told[4]).toEqual([settled('cancelled', 'aborted')]);
  });
});
