import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../src/serviceOrder/commands.ts';
import type { ServiceOrderEvent, ServiceOrderRun } from '../../src/serviceOrder/run.ts';
import {
  apply,
  attempted,
  begin,
  doneWith,
  failedBy,
  final,
  reported,
  revoke,
  tell,
  undone,
} from './driver.ts';

const begun: ServiceOrderEvent = { type: 'Begun' };
const stop: ServiceOrderEvent = { type: 'StopRequested' };
const now = (step: string): ServiceOrderEvent => ({
  type: 'StepCommanded',
  command: 'retryNow',
  step,
  audit: 'one',
});
const ring = (step: string): ServiceOrderEvent => ({ type: 'RetryDue', step });
const done = (step: string) => reported(step, doneWith());
const failed = (step: string, errorClass: Parameters<typeof failedBy>[0]) =>
  reported(step, failedBy(errorClass));
const line = [apply('port'), apply('line', ['port'])];

describe('retryNow', () => {
  test('attempts a held step at once, with all its tries before it, and the service order moves again', () => {
    const { run, last } = tell(begin(line), begun, failed('port', 'conflict'), now('port'));
    expect(last).toEqual([
      {
        type: 'recordServiceOrder',
        changes: [
          { type: 'control', control: { type: 'commanded', audit: 'one' } },
          { type: 'falloutClosed', step: 'port', resolution: 'retryNow' },
          { type: 'serviceOrder', arrow: 'Resumed' },
        ],
      },
      { type: 'attemptStep', step: 'port' },
      { type: 'reportResumed' },
    ]);
    expect(run).toMatchObject({ state: 'inProgress', steps: { port: { state: 'attempting', attempts: 0 } } });
  });

  test('whose attempt fails again holds the service order again', () => {
    const { run, last } = tell(
      begin(line),
      begun,
      failed('port', 'conflict'),
      now('port'),
      failed('port', 'lied'),
    );
    expect(run.state).toBe('held');
    expect(last.map(({ type }) => type)).toEqual(['recordServiceOrder', 'reportHeld']);
  });

  test('whose attempt ends well lets the service order complete', () => {
    const { run } = tell(
      begin(line),
      begun,
      failed('port', 'conflict'),
      now('port'),
      done('port'),
      done('line'),
    );
    expect(run.state).toBe('completed');
  });

  test('hurries a step that waits for its retry, which keeps its count; the timer then rings in vain', () => {
    const { run, told } = tell(begin(line), begun, failed('port', 'transient'), now('port'), ring('port'));
    expect(told[2]?.map(({ type }) => type)).toEqual(['recordServiceOrder', 'attemptStep']);
    expect(told[3]).toEqual([]);
    expect(run.steps.port).toMatchObject({ state: 'attempting', attempts: 1, awaitsRetry: false });
  });

  test('of one held step leaves another one held', () => {
    const { run, last } = tell(
      begin([apply('a'), apply('b')]),
      begun,
      failed('a', 'conflict'),
      failed('b', 'conflict'),
      now('a'),
    );
    expect(attempted(last)).toEqual(['a']);
    expect(run).toMatchObject({ state: 'inProgress', steps: { b: { state: 'held' } } });
  });

  test('of a held step while others move closes its fallout, and has nothing to resume: who waits for it is told that nobody is needed', () => {
    const { last } = tell(begin([apply('a'), apply('b')]), begun, failed('a', 'conflict'), now('a'));
    expect(last.map(({ type }) => type)).toEqual(['recordServiceOrder', 'attemptStep', 'reportNeeds']);
    expect(last.at(-1)).toEqual({ type: 'reportNeeds', needs: [] });
  });

  test('on the way back tries the undo again', () => {
    const { run, last } = tell(
      begin(line),
      begun,
      done('port'),
      stop,
      failed('line', 'transient'),
      done('line'),
      failed('port', 'refused'),
      now('port'),
    );
    expect(undone(last)).toEqual(['port']);
    expect(run).toMatchObject({
      state: 'inProgress',
      steps: { port: { state: 'undoing', way: 'undo', attempts: 0 } },
    });
  });

  test('hurries an undo that waits for its retry', () => {
    const { told } = tell(
      begin([apply('a')]),
      begun,
      stop,
      done('a'),
      failed('a', 'transient'),
      now('a'),
      ring('a'),
    );
    expect(told.slice(4).map(undone)).toEqual([['a'], []]);
  });

  test('lets a revoke that was refused be tried again', () => {
    const { last } = tell(begin([revoke('a')], 'delete'), begun, failed('a', 'refused'), now('a'));
    expect(attempted(last)).toEqual(['a']);
  });
});

describe('retryNow is refused, and changes nothing', () => {
  const held = tell(begin(line), begun, failed('port', 'conflict')).run;
  test.each<[string, ServiceOrderRun, string, string]>([
    ['to a step under way', tell(begin(line), begun).run, 'port', 'StepNotWaiting'],
    ['to a step whose turn has not come', held, 'line', 'StepNotWaiting'],
    ['to a step that is done', tell(begin(line), begun, done('port')).run, 'port', 'StepNotWaiting'],
    ['to a step that is not there', held, 'none', 'StepNotWaiting'],
    [
      'once all is over',
      tell(begin(line), begun, done('port'), done('line')).run,
      'port',
      'ServiceOrderOver',
    ],
    [
      'forward, once it goes back',
      tell(begin(line), begun, done('port'), failed('line', 'transient'), stop).run,
      'port',
      'StepNotWaiting',
    ],
  ])('%s', (_, run, step, type) => {
    expect(refusalOf(run, now(step))).toMatchObject({ type });
    if (type === 'StepNotWaiting') expect(tell(run, now(step))).toMatchObject({ run, last: [] });
  });
});

describe('asked where it is', () => {
  const report: ServiceOrderEvent = { type: 'ReportRequested' };

  test('a held one says so, a ready one too, and each says what it needs a person for', () => {
    expect(tell(begin(line), begun, failed('port', 'conflict'), report).last).toMatchObject([
      { type: 'reportHeld' },
    ]);
    const replacing = [apply('new'), revoke('old')];
    const nobody = { type: 'reportNeeds', needs: [] };
    expect(tell(begin(replacing, 'modify'), begun, done('new'), report).last).toEqual([
      { type: 'reportReady' },
      nobody,
    ]);
    expect(tell(begin(line), begun, report).last).toEqual([nobody]);
    const two = begin([apply('a'), apply('b')]);
    expect(tell(two, begun, failed('a', 'lied'), report).last).toMatchObject([
      { type: 'reportNeeds', needs: [{ class: 'lied' }] },
    ]);
  });
});

describe('abort of a service order of its own', () => {
  const abort: ServiceOrderEvent = { type: 'AbortRequested', audit: 'two' };

  test('takes back what was done, also what is held', () => {
    const { run } = tell(begin(line), begun, done('port'), failed('line', 'conflict'), abort);
    expect(run).toMatchObject({ state: 'inProgress', retreat: { outcome: 'cancelled', code: 'aborted' } });
    expect(tell(run, done('line'), done('port')).run.state).toBe('cancelled');
  });

  test.each([
    ['twice', line, [begun, done('port'), abort], 'AbortedAlready'],
    ['past the point of no return', [final(apply('port'))], [begun], 'NothingToTakeBack'],
  ] as const)('%s is refused, and changes nothing', (_, steps, events, type) => {
    const { run } = tell(begin(steps), ...events);
    expect(refusalOf(run, abort)).toMatchObject({ type });
    expect(tell(run, abort).run).toEqual(run);
  });
});
