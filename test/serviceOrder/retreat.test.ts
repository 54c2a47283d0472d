import { describe, expect, test } from 'vitest';
import { mayTurnBack } from '../../src/serviceOrder/retreat.ts';
import { beginServiceOrder, type ServiceOrderEvent } from '../../src/serviceOrder/run.ts';
import {
  apply,
  attempted,
  begin,
  doneWith,
  failedBy,
  final,
  optional,
  policy,
  recorded,
  reported,
  revoke,
  tell,
  turned,
  undone,
} from './driver.ts';
import { row } from './policyRow.ts';

const begun: ServiceOrderEvent = { type: 'Begun' };
const stop: ServiceOrderEvent = { type: 'StopRequested' };
const done = (step: string) => reported(step, doneWith());
const failed = (step: string, errorClass: Parameters<typeof failedBy>[0], code?: string) =>
  reported(step, failedBy(errorClass, code));
const ring = (step: string): ServiceOrderEvent => ({ type: 'RetryDue', step });

const line = [apply('port'), apply('line', ['port']), apply('speed', ['line'])];
const side = [apply('a'), apply('b')];

describe('a refused step takes the service order back', () => {
  test('what was done is undone, what builds upon others first, and it ends failed with the reason', () => {
    const { run, told } = tell(
      begin(line),
      begun,
      done('port'),
      done('line'),
      failed('speed', 'refused', 'tooFast'),
      done('speed'),
      done('line'),
      done('port'),
    );
    expect(told.slice(3).map(undone)).toEqual([['speed'], ['line'], ['port'], []]);
    expect(told[6]).toEqual([
      { type: 'settleServiceOrder', outcome: 'failed', code: 'tooFast', skipped: [] },
    ]);
    expect(run.state).toBe('failed');
  });

  test('steps that nothing was ever sent for are not undone, and named at the end', () => {
    const { last } = tell(begin(line), begun, failed('port', 'invalid'), done('port'));
    expect(last).toMatchObject([
      { type: 'settleServiceOrder', outcome: 'failed', skipped: ['line', 'speed'] },
    ]);
  });

  test('an attempt in flight is heard out before it is undone', () => {
    const { told } = tell(begin(side), begun, failed('a', 'refused'), done('b'));
    expect(told.slice(1).map(undone)).toEqual([['a'], ['b']]);
  });

  test('an attempt in flight that ends in doubt is undone, too', () => {
    const { run, told } = tell(begin(side), begun, failed('a', 'refused'), failed('b', 'inDoubt'));
    expect(told.slice(1).map(undone)).toEqual([['a'], ['b']]);
    expect(run.state).toBe('inProgress');
  });

  test('nothing goes forward any more', () => {
    const plan = [apply('a'), apply('b'), apply('c', ['b'])];
    const { told } = tell(begin(plan), begun, failed('a', 'refused'), done('b'), done('b'), done('a'));
    expect(told.slice(1).flatMap(attempted)).toEqual([]);
  });

  test('a step that is held by then is undone with the others', () => {
    const { run, told } = tell(begin(side), begun, failed('a', 'conflict'), failed('b', 'refused'));
    expect(told[2]?.[0]).toEqual({
      type: 'recordServiceOrder',
      changes: [turned('failed', 'why'), { type: 'falloutClosed', step: 'a', resolution: 'abort' }],
    });
    const types = ['undoStep', 'undoStep', 'reportNeeds', 'reportFailing'];
    expect(told[2]?.slice(1).map(({ type }) => type)).toEqual(types);
    expect(run.state).toBe('inProgress');
  });

  test('parallel steps are undone at the same time, and what they rest on only after both', () => {
    const plan = [apply('a'), apply('b', ['a']), apply('c', ['a'])];
    const { told } = tell(
      begin(plan),
      begun,
      done('a'),
      done('b'),
      failed('c', 'refused'),
      done('c'),
      done('b'),
    );
    expect(told.slice(3).map(undone)).toEqual([['b', 'c'], [], ['a']]);
  });
});

describe('timers of the way there', () => {
  test('one that rings while its step waits to be undone rings in vain', () => {
    const plan = [apply('a'), apply('b')];
    const { run, told } = tell(
      begin(plan),
      begun,
      failed('a', 'transient'),
      failed('b', 'refused'),
      ring('a'),
    );
    expect(told[2] && undone(told[2])).toEqual(['a', 'b']);
    expect(told[3]).toEqual([]);
    expect(run.steps.a).toMatchObject({ state: 'undoing', way: 'undo' });
  });

  test('one that rings before its step may be undone attempts nothing', () => {
    const plan = [apply('a'), apply('b', ['a']), apply('c')];
    const started = tell(begin(plan), begun, done('a'), failed('b', 'transient'), stop).run;
    expect(tell(started, ring('b')).last).toEqual([]);
  });

  test('a step that may be asked again after a refusal keeps the service order moving', () => {
    const rows = [row('undo', { class: 'refused' as const, retry: { attempts: 3, fromMs: 10, upToMs: 10 } })];
    const { run, last } = tell(
      begin(side, 'add', [], rows),
      begun,
      failed('a', 'conflict'),
      failed('b', 'refused'),
    );
    expect(last).toMatchObject([{ type: 'retryLater', step: 'b' }]);
    expect(run.state).toBe('inProgress');
  });
});

describe('an undo that does not work', () => {
  const undoing = tell(begin(side), begun, failed('a', 'refused'), done('b')).run;

  test('is tried again by the policy, counted from one', () => {
    const { told } = tell(undoing, failed('b', 'transient'), ring('b'), done('b'));
    expect(told).toEqual([
      [{ type: 'retryLater', step: 'b', afterMs: 1_000, attempt: 2, of: 3 }],
      [{ type: 'undoStep', step: 'b' }],
      [],
    ]);
  });

  test.each(['refused', 'invalid', 'conflict', 'drift', 'lied', 'unknown'] as const)(
    'that is %s holds the service order, and is not undone in turn',
    (errorClass) => {
      const { run, last } = tell(undoing, done('a'), failed('b', errorClass, 'why'));
      expect(run).toMatchObject({ state: 'held', steps: { b: { state: 'held' } } });
      expect(last.at(-1)).toEqual({
        type: 'reportHeld',
        code: 'why',
        needs: [{ class: errorClass, code: 'why', reason: expect.stringContaining('undo of b') }],
      });
    },
  );

  test('keeps what lies below it as it is', () => {
    const { run, told } = tell(
      begin(line),
      begun,
      done('port'),
      failed('line', 'refused'),
      failed('line', 'conflict'),
    );
    expect(told.flatMap(undone)).toEqual(['line']);
    expect(run).toMatchObject({ state: 'held', steps: { port: { state: 'done' } } });
  });

  test('is not skipped, though the step is optional', () => {
    const rows = [row('skip', { class: 'refused' as const })];
    const { run } = tell(
      begin([optional(apply('a')), apply('b')], 'add', [], rows),
      begun,
      done('a'),
      failed('b', 'invalid'),
      failed('a', 'refused'),
    );
    expect(run.steps.a?.state).toBe('held');
  });
});

describe('told to stop', () => {
  test('before anything was sent, it is cancelled at once', () => {
    const { run, last } = tell(begin(line), stop);
    expect(run.state).toBe('cancelled');
    expect(last).toEqual([
      recorded(turned('cancelled', 'stopped')),
      {
        type: 'settleServiceOrder',
        outcome: 'cancelled',
        code: 'stopped',
        skipped: ['port', 'line', 'speed'],
      },
    ]);
  });

  test('while an attempt is in flight, it waits for its end and then takes it back', () => {
    const { run, told } = tell(begin(line), begun, stop, done('port'), done('port'));
    expect(told.slice(1)).toMatchObject([
      [recorded(turned('cancelled', 'stopped'))],
      [{ type: 'undoStep', step: 'port' }],
      [{ type: 'settleServiceOrder', outcome: 'cancelled' }],
    ]);
    expect(run.state).toBe('cancelled');
  });

  test('while it is held, it has resumed before it goes back', () => {
    const { run, last } = tell(begin(line), begun, failed('port', 'conflict'), stop);
    expect(last).toEqual([
      {
        type: 'recordServiceOrder',
        changes: [
          turned('cancelled', 'stopped'),
          { type: 'falloutClosed', step: 'port', resolution: 'abort' },
          { type: 'serviceOrder', arrow: 'Resumed' },
        ],
      },
      { type: 'undoStep', step: 'port' },
      { type: 'reportResumed' },
    ]);
    expect(run.state).toBe('inProgress');
  });

  test('while it is ready, it takes back what it built and takes nothing away', () => {
    const { told } = tell(
      begin([apply('new'), revoke('old')], 'modify'),
      begun,
      done('new'),
      stop,
      done('new'),
    );
    expect(told.slice(2)).toMatchObject([
      [recorded(turned('cancelled', 'stopped')), { type: 'undoStep', step: 'new' }],
      [{ outcome: 'cancelled', skipped: ['old'] }],
    ]);
  });

  test('while it takes itself back, it hears nothing new and ends failed for its own reason', () => {
    const { run, told } = tell(
      begin(side),
      begun,
      failed('a', 'refused'),
      stop,
      done('a'),
      done('b'),
      done('b'),
    );
    expect(told[2]).toEqual([]);
    expect(run.state).toBe('failed');
  });

  test('while its own undo is held, it says so again, since whoever told it counts on an answer', () => {
    const { last } = tell(
      begin([apply('a')]),
      begun,
      failed('a', 'refused'),
      failed('a', 'lied', 'why'),
      stop,
    );
    expect(last).toEqual([
      {
        type: 'reportHeld',
        code: 'why',
        needs: [{ class: 'lied', code: 'why', reason: expect.stringContaining('undo of a') }],
      },
    ]);
  });
});

describe('past the point of no return', () => {
  const plan = [apply('a'), final(apply('port', ['a'])), apply('b', ['port'])];

  test('it answers that it stands, and goes on', () => {
    const { told } = tell(begin(plan), begun, done('a'), stop, done('port'));
    expect(told[2]).toEqual([{ type: 'reportStands' }]);
    expect(attempted(told[3] ?? [])).toEqual(['b']);
  });

  test('before the marked step is sent, it goes back like any other', () => {
    const stopped = tell(begin(plan), begun, stop);
    expect(stopped.last).toEqual([recorded(turned('cancelled', 'stopped'))]);
    expect(undone(tell(stopped.run, done('a')).last)).toEqual(['a']);
    expect(mayTurnBack(tell(begin(plan), begun).run)).toBe(true);
    expect(mayTurnBack(tell(begin(plan), begun, done('a')).run)).toBe(false);
  });

  test('a definite refusal of the marked step itself takes it back before it', () => {
    const { run, told } = tell(begin(plan), begun, done('a'), failed('port', 'refused', 'notYours'));
    expect(told.at(-1)).toEqual([
      recorded(turned('failed', 'notYours')),
      { type: 'undoStep', step: 'port' },
      { type: 'reportFailing' },
    ]);
    expect(run.retreat).toEqual({ outcome: 'failed', code: 'notYours' });
  });

  test('a refusal after a doubt is not definite: the step is held', () => {
    const { run } = tell(
      begin(plan),
      begun,
      done('a'),
      failed('port', 'inDoubt'),
      ring('port'),
      failed('port', 'refused'),
    );
    expect(run).toMatchObject({ state: 'held', steps: { a: { state: 'done' }, port: { state: 'held' } } });
  });

  test('a marked step that waits for its next try stands', () => {
    const { last } = tell(begin(plan), begun, done('a'), failed('port', 'transient'), stop);
    expect(last).toEqual([{ type: 'reportStands' }]);
  });

  test('another step that is refused later is held, and nothing is taken back', () => {
    const { run, told } = tell(begin(plan), begun, done('a'), done('port'), failed('b', 'refused'));
    expect(told.flatMap(undone)).toEqual([]);
    expect(run.state).toBe('held');
  });

  test('the first revoke is one', () => {
    const { last } = tell(begin([revoke('line')], 'delete'), begun, stop);
    expect(last).toEqual([{ type: 'reportStands' }]);
  });

  test('held past it, it stays held and answers that it stands', () => {
    const { run, last } = tell(begin([revoke('line')], 'delete'), begun, failed('line', 'refused'), stop);
    expect(last).toEqual([{ type: 'reportStands' }]);
    expect(run.state).toBe('held');
  });
});

describe('a service order that takes back another', () => {
  const taking = (steps: Parameters<typeof begin>[0], action: 'modify' | 'delete') =>
    beginServiceOrder(action, steps, policy, [], true);

  test('waits for no release: what it takes away was never wanted', () => {
    const { run } = tell(taking([apply('old'), revoke('new')], 'modify'), begun, done('old'), done('new'));
    expect(run.state).toBe('completed');
  });

  test('is not itself taken back: what is refused is held', () => {
    const { run, told } = tell(taking(side, 'modify'), begun, done('a'), failed('b', 'refused'));
    expect(told.flatMap(undone)).toEqual([]);
    expect(run.state).toBe('held');
  });
});

describe('a step that can be left out', () => {
  const rows = [row('skip', { step: 'a' })];
  const plan = [optional(apply('a')), apply('b', ['a'])];

  test.each(['refused', 'conflict'] as const)(
    'that is %s is skipped, and what comes after goes on',
    (why) => {
      const { run, last } = tell(begin(plan, 'add', [], rows), begun, failed('a', why));
      expect(last).toMatchObject([
        { type: 'recordServiceOrder', changes: [{ step: 'a', arrow: 'Skipped', class: why }] },
        { type: 'attemptStep', step: 'b' },
      ]);
      expect(run.steps.a?.state).toBe('skipped');
    },
  );

  test('that failed without effect until its tries were used up is skipped', () => {
    const again = [failed('a', 'transient'), ring('a')];
    const { run } = tell(begin(plan, 'add', [], rows), begun, ...again, ...again, failed('a', 'transient'));
    expect(run.steps.a?.state).toBe('skipped');
  });

  test.each(['inDoubt', 'lied', 'unknown'] as const)(
    'that may have had an effect (%s) is held',
    (errorClass) => {
      const again = [failed('a', 'inDoubt'), ring('a')];
      const { run } = tell(begin(plan, 'add', [], rows), begun, ...again, ...again, failed('a', errorClass));
      expect(run).toMatchObject({ state: 'held', steps: { a: { state: 'held' } } });
    },
  );

  test('that was skipped is not undone when the rest is', () => {
    const { told } = tell(
      begin(plan, 'add', [], rows),
      begun,
      failed('a', 'refused'),
      failed('b', 'refused'),
      done('b'),
    );
    expect(told.flatMap(undone)).toEqual(['b']);
    expect(told.at(-1)).toMatchObject([{ outcome: 'failed' }]);
  });
});
