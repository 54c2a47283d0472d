import { describe, expect, test } from 'vitest';
import type { StepCommand } from '../../src/operator/commands.ts';
import { refusalOf } from '../../src/serviceOrder/commands.ts';
import {
  beginServiceOrder,
  type ServiceOrderEvent,
  type ServiceOrderRun,
} from '../../src/serviceOrder/run.ts';
import {
  apply,
  arrow,
  attempted,
  begin,
  begun,
  command,
  done,
  failed,
  hold,
  optional,
  policy,
  recorded,
  resume,
  revoke,
  stop,
  tell,
  undone,
} from './driver.ts';

const once = (run: ServiceOrderRun, ...events: readonly ServiceOrderEvent[]) =>
  tell(run, begun, ...events).run;
const line = begin([apply('port'), apply('line', ['port'])]);
const loose = begin([optional(apply('port')), apply('line', ['port'])]);
const gone = begin([revoke('port'), revoke('line', ['port'])], 'delete');
const compensation = beginServiceOrder('modify', line.plan, policy, [], true);
const goingBack = [done('port'), failed('line', 'refused')];
const undoHeld = [...goingBack, done('line'), failed('port', 'conflict')];

const control = { type: 'control', control: { type: 'commanded', audit: 'why' } } as const;
const closed = (step: string, resolution: StepCommand) =>
  ({ type: 'falloutClosed', step, resolution }) as const;
const settled = (outcome: string, code: string | null) =>
  expect.objectContaining({ type: 'settleServiceOrder', outcome, code });

describe('editAndRetry', () => {
  test('has the new values hold before its step is tried again', () => {
    const { last } = tell(once(line, failed('port', 'conflict')), command('editAndRetry', 'port'));
    expect(last).toEqual([
      recorded(
        control,
        { type: 'overridden', step: 'port', audit: 'why' },
        closed('port', 'editAndRetry'),
        arrow('Resumed'),
      ),
      { type: 'attemptStep', step: 'port' },
      { type: 'reportResumed' },
    ]);
  });

  test('of a step that waits for its retry hurries it, and there is no fallout to close', () => {
    const { last } = tell(once(line, failed('port', 'transient')), command('editAndRetry', 'port'));
    expect(last).toEqual([
      recorded(control, { type: 'overridden', step: 'port', audit: 'why' }),
      { type: 'attemptStep', step: 'port' },
    ]);
  });
});

describe('editAndRetry of what a person has no values for is refused, and nothing is kept', () => {
  const held = once(compensation, failed('port', 'conflict'));
  const replacing = begin([apply('new'), revoke('port')], 'modify');
  const taking = once(replacing, done('new'), { type: 'Released' }, failed('port', 'conflict'));

  test.each([
    ['in a compensation', held, 'StepGoesBack'],
    ['in a compensation, before its retry', once(compensation, failed('port', 'transient')), 'StepGoesBack'],
    ['on its way back', once(line, ...undoHeld), 'StepGoesBack'],
    ['that a delete takes away', once(gone, failed('port', 'conflict')), 'StepTakesAway'],
    ['that a modify takes away', taking, 'StepTakesAway'],
  ] as const)('a step %s', (_, run, type) => {
    const edit = command('editAndRetry', 'port');
    expect(refusalOf(run, edit)?.type).toBe(type);
    const { run: after, last } = tell(run, edit);
    expect([after, last]).toEqual([run, []]);
    expect(refusalOf(run, command('retryNow', 'port'))).toBeUndefined();
  });
});

describe('completeWithEvidence', () => {
  const held = once(line, failed('port', 'conflict'));

  test('has the step completed with what a person knows, and then the next begins', () => {
    const { told } = tell(held, command('completeWithEvidence', 'port'), done('port'));
    expect(told).toEqual([
      [
        recorded(control, closed('port', 'completeWithEvidence'), arrow('Resumed')),
        { type: 'completeStep', step: 'port', audit: 'why' },
        { type: 'reportResumed' },
      ],
      [{ type: 'attemptStep', step: 'line' }],
    ]);
  });

  test('that cannot be written is held again', () => {
    const { run, last } = tell(
      held,
      command('completeWithEvidence', 'port'),
      failed('port', 'conflict', 'taken'),
    );
    expect(last).toMatchObject([
      { type: 'recordServiceOrder', changes: [{ step: 'port', arrow: 'Held', code: 'taken' }, {}] },
      { type: 'reportHeld', code: 'taken' },
    ]);
    expect(run.state).toBe('held');
  });

  test('of the only step left completes the service order', () => {
    const only = once(begin([apply('port')]), failed('port', 'lied'));
    const { last } = tell(only, command('completeWithEvidence', 'port'), done('port'));
    expect(last).toEqual([settled('completed', null)]);
  });

  test('is taken back like any other when its order stops', () => {
    const { told } = tell(held, command('completeWithEvidence', 'port'), stop, done('port'));
    expect(undone(told[1] ?? [])).toEqual([]);
    expect(undone(told[2] ?? [])).toEqual(['port']);
  });
});

describe('skip', () => {
  const held = once(loose, failed('port', 'conflict'));

  test('ends the step, and the next begins', () => {
    const { last } = tell(held, command('skip', 'port'));
    expect(last).toEqual([
      recorded(
        control,
        closed('port', 'skip'),
        { type: 'stepEnded', step: 'port', arrow: 'Skipped' },
        arrow('Resumed'),
      ),
      { type: 'attemptStep', step: 'line' },
      { type: 'reportResumed' },
    ]);
  });

  test('of the last step completes the service order without it', () => {
    const last = once(begin([optional(apply('port'))]), failed('port', 'conflict'));
    expect(tell(last, command('skip', 'port')).last).toEqual([
      expect.objectContaining({ type: 'recordServiceOrder' }),
      { type: 'reportResumed' },
      { type: 'settleServiceOrder', outcome: 'completed', code: null, skipped: ['port'] },
    ]);
  });

  test('is for good: nothing of it is undone when the service order fails later', () => {
    const { told } = tell(held, command('skip', 'port'), failed('line', 'refused'), done('line'));
    expect(told.flatMap(undone)).toEqual(['line']);
    expect(told[2]).toEqual([settled('failed', 'why')]);
  });

  test('on hold lets nothing begin before the resume', () => {
    const { told } = tell(held, hold, command('skip', 'port'), resume);
    expect(told[1]).toEqual([
      recorded(control, closed('port', 'skip'), { type: 'stepEnded', step: 'port', arrow: 'Skipped' }),
      { type: 'reportResumed' },
    ]);
    expect(attempted(told[2] ?? [])).toEqual(['line']);
  });
});

describe('leaveBehind', () => {
  const stays = command('leaveBehind', 'port');

  test('of an undo ends the service order failed, though it was to be cancelled', () => {
    const { run, last } = tell(
      once(line, done('port'), stop, done('line'), done('line'), failed('port', 'drift')),
      stays,
    );
    expect(last).toEqual([
      recorded(
        control,
        closed('port', 'leaveBehind'),
        { type: 'stepEnded', step: 'port', arrow: 'LeftBehind' },
        arrow('Resumed'),
      ),
      { type: 'reportResumed' },
      { type: 'settleServiceOrder', outcome: 'failed', code: 'leftBehind', skipped: [] },
    ]);
    expect(run.state).toBe('failed');
  });

  test('of an undo lets what lies below it be undone', () => {
    const held = once(line, ...goingBack, failed('line', 'lied'));
    const { told } = tell(held, command('leaveBehind', 'line'), done('port'));
    expect(told.map(undone)).toEqual([['port'], []]);
    expect(told[1]).toEqual([settled('failed', 'leftBehind')]);
  });

  test('of one undo leaves another one held', () => {
    const both = begin([apply('port'), apply('line')]);
    const held = once(
      both,
      failed('line', 'refused'),
      done('port'),
      failed('line', 'lied'),
      failed('port', 'lied'),
    );
    const { run, last } = tell(held, stays);
    expect(last).toMatchObject([
      { type: 'recordServiceOrder' },
      { type: 'reportHeld', needs: [{ reason: expect.stringContaining('undo of') }] },
    ]);
    expect(run.state).toBe('held');
  });

  test('of what a delete takes away completes it with the rest taken away', () => {
    const { told } = tell(once(gone, failed('port', 'refused')), stays, done('line'));
    expect(attempted(told[0] ?? [])).toEqual(['line']);
    expect(told[1]).toEqual([settled('completed', 'leftBehind')]);
  });

  test('of what a modify no longer has completes it', () => {
    const replacing = begin([apply('new'), revoke('port')], 'modify');
    const held = once(replacing, done('new'), { type: 'Released' }, failed('port', 'conflict'));
    expect(tell(held, stays).last).toContainEqual(settled('completed', 'leftBehind'));
  });

  test('in a compensation lets it go on, and says so at its end', () => {
    const { told } = tell(once(compensation, failed('port', 'refused')), stays, done('line'));
    expect(attempted(told[0] ?? [])).toEqual(['line']);
    expect(told[1]).toEqual([settled('completed', 'leftBehind')]);
  });

  test('on hold ends the service order only after the resume', () => {
    const { told } = tell(once(line, ...undoHeld), hold, stays, resume);
    expect(told[1]?.map(({ type }) => type)).toEqual(['recordServiceOrder', 'reportResumed']);
    expect(told[2]).toContainEqual(settled('failed', 'leftBehind'));
  });
});
