import { describe, expect, test } from 'vitest';
import { resumeServiceOrder } from '../../src/serviceOrder/resume.ts';
import type { ServiceOrderEvent, ServiceOrderRun } from '../../src/serviceOrder/run.ts';
import {
  accepted,
  apply,
  arrow,
  ask,
  attempted,
  begin,
  begun,
  called,
  command,
  done,
  due,
  failed,
  goOn,
  hold,
  recorded,
  resume,
  revoke,
  ring,
  stop,
  tell,
  turned,
  undone,
} from './driver.ts';

const line = [apply('port'), apply('line', ['port'])];
const held = { type: 'control', control: { type: 'held', audit: 'hold' } } as const;
const resumed = { type: 'control', control: { type: 'resumed', audit: 'resume' } } as const;
const stopTimers = { type: 'stopTimers' };
const attempt = (step: string) => ({ type: 'attemptStep', step });
const undo = (step: string) => ({ type: 'undoStep', step });
const retry = (step: string, afterMs: number, attempt: number, of: number | null = 3) => ({
  type: 'retryLater',
  step,
  afterMs,
  attempt,
  of,
});
const awaitReport = (number: number, afterMs: number, givesUpAfterMs: number) => ({
  type: 'awaitReport',
  step: 'port',
  number,
  afterMs,
  givesUpAfterMs,
});
const settled = (outcome: string) => expect.objectContaining({ type: 'settleServiceOrder', outcome });

describe('a hold', () => {
  test('stops the timers, and says held and later inProgress again', () => {
    const { run, told } = tell(begin(line), begun, hold, resume);
    expect(told.slice(1)).toEqual([
      [recorded(held, arrow('Held')), stopTimers],
      [recorded(resumed, arrow('Resumed'))],
    ]);
    expect(run).toMatchObject({ state: 'inProgress', pauses: [] });
  });

  test('of an order that is on hold itself leaves no control of its own', () => {
    const { told } = tell(begin(line), begun, { type: 'HoldRequested' }, { type: 'ResumeRequested' });
    expect(told.slice(1)).toEqual([[recorded(arrow('Held')), stopTimers], [recorded(arrow('Resumed'))]]);
  });

  test('before it has begun leaves it acknowledged, and nothing begins until it is resumed', () => {
    const { run, told } = tell(begin(line), hold, begun);
    expect(run.state).toBe('acknowledged');
    expect(told).toEqual([[recorded(held), stopTimers], []]);
    expect(tell(run, resume).last).toEqual([recorded(resumed), attempt('port')]);
  });

  test('twice, or a resume of what is not on hold, changes nothing', () => {
    const { run } = tell(begin(line), begun, hold);
    expect(tell(run, hold)).toMatchObject({ run, last: [] });
    const moving = tell(begin(line), begun).run;
    expect(tell(moving, resume)).toMatchObject({ run: moving, last: [] });
  });

  test('while it is ready is kept over the release, which takes nothing away before the resume', () => {
    const replacing = begin([apply('new'), revoke('old')], 'modify');
    const { told } = tell(replacing, begun, done('new'), hold, { type: 'Released' }, resume);
    expect(told[3]).toEqual([]);
    expect(told[4]).toEqual([recorded(resumed, arrow('Resumed')), attempt('old')]);
  });

  test('says nothing to who waits for it: it needs no person but the one who holds it', () => {
    const { told } = tell(begin(line), begun, hold, done('port'), resume);
    expect(told.flat().map(({ type }) => type)).not.toContain('reportHeld');
  });
});

describe('on hold during an attempt', () => {
  test('its good end is heard, and what comes after it waits for the resume', () => {
    const { run, told } = tell(begin(line), begun, hold, done('port'), resume);
    expect(told[2]).toEqual([]);
    expect(told[3]).toEqual([recorded(resumed, arrow('Resumed')), attempt('line')]);
    expect(run.steps.port?.state).toBe('done');
  });

  test('its failure is judged, and its retry is waited for after the resume, as long as it would have been', () => {
    const { told } = tell(begin(line), begun, hold, failed('port', 'transient'), resume, ring('port'));
    expect(told.slice(2)).toEqual([
      [],
      [recorded(resumed, arrow('Resumed')), retry('port', 1_000, 2)],
      [attempt('port')],
    ]);
  });

  test('a refusal turns it back, and nothing is undone before the resume', () => {
    const { run, told } = tell(begin(line), begun, hold, failed('port', 'refused', 'full'));
    expect(told[2]).toEqual([recorded(turned('failed', 'full')), { type: 'reportFailing' }]);
    expect(run.state).toBe('held');
    expect(tell(run, resume).last).toEqual([recorded(resumed, arrow('Resumed')), undo('port')]);
  });

  test('the end of its last step settles it only after the resume', () => {
    const { run, told } = tell(begin([apply('port')]), begun, hold, done('port'));
    expect(told[2]).toEqual([]);
    expect(run.state).toBe('held');
    const after = tell(run, resume);
    expect(after.last).toEqual([recorded(resumed, arrow('Resumed')), settled('completed')]);
    expect(after.run.state).toBe('completed');
  });

  test('a step that needs a person then is told at once, as nothing would move it after the resume', () => {
    const { run, told } = tell(begin(line), begun, hold, failed('port', 'conflict'), resume);
    expect(told[2]).toMatchObject([
      { type: 'recordServiceOrder', changes: [{ step: 'port', arrow: 'Held' }] },
      { type: 'reportHeld', needs: [{ class: 'conflict' }] },
    ]);
    expect(told[3]).toEqual([recorded(resumed)]);
    expect(run).toMatchObject({ state: 'held', toldHeld: true });
  });

  test('a step that needs a person does not hold it while others would move after the resume', () => {
    const plan = [apply('a'), apply('b'), apply('c', ['b'])];
    const { run, told } = tell(begin(plan), begun, hold, failed('a', 'conflict'), done('b'), resume);
    expect(told.flat().map(({ type }) => type)).not.toContain('reportHeld');
    expect(attempted(told[4] ?? [])).toEqual(['c']);
    expect(run.state).toBe('inProgress');
  });
});

describe('on hold during a wait for a retry', () => {
  test('a timer that rings late rings in vain, and another one is armed after it', () => {
    const waiting = [begun, failed('port', 'transient'), ring('port'), failed('port', 'transient')];
    const { told } = tell(begin(line), ...waiting, hold, ring('port'), resume, ring('port'));
    expect(told.slice(4)).toEqual([
      [recorded(held, arrow('Held')), stopTimers],
      [],
      [recorded(resumed, arrow('Resumed')), retry('port', 2_000, 3)],
      [attempt('port')],
    ]);
  });

  test('an outage is waited for after it as well', () => {
    const { last } = tell(begin(line), begun, failed('port', 'unavailable'), hold, resume);
    expect(last).toEqual([recorded(resumed, arrow('Resumed')), retry('port', 500, 1, null)]);
  });

  test('nobody may hurry it', () => {
    const { run } = tell(begin(line), begun, failed('port', 'transient'), hold);
    expect(tell(run, command('retryNow', 'port'))).toMatchObject({ run, last: [] });
  });
});

describe('on hold while a system has yet to report', () => {
  const waiting = [begun, accepted('port')];

  test('the wait goes on after the resume with the time it had left', () => {
    const { run, told } = tell(begin(line), ...waiting, due('port', 1), accepted('port'), hold, resume);
    expect(told[4]).toEqual([recorded(held, arrow('Held')), stopTimers]);
    expect(told[5]).toEqual([
      recorded(resumed, arrow('Resumed'), arrow('WaitsOutside')),
      awaitReport(3, 4_000, 6_000),
    ]);
    expect(run.state).toBe('pendingExternal');
  });

  test('a timer that rings late rings in vain, during the hold and after it', () => {
    const { told } = tell(begin(line), ...waiting, hold, due('port', 1), resume, due('port', 1));
    expect([told[3], told[5]]).toEqual([[], []]);
    expect(told[4]).toContainEqual(awaitReport(2, 4_000, 10_000));
  });

  test('a call taken during the hold is waited for from the resume on', () => {
    const { told } = tell(begin(line), begun, hold, accepted('port'), resume);
    expect(told[2]).toEqual([]);
    expect(told[3]).toContainEqual(awaitReport(2, 4_000, 10_000));
  });

  test('a callback is looked at right after the resume', () => {
    const { run, told } = tell(begin(line), ...waiting, hold, called('port'), resume, done('port'));
    expect(told[3]).toEqual([]);
    expect(told[4]).toEqual([recorded(resumed, arrow('Resumed'), arrow('WaitsOutside')), attempt('port')]);
    expect(run.steps.port).toMatchObject({ state: 'done', called: false });
  });

  test('a callback in the middle of the attempt is looked at after the resume, too', () => {
    const { told } = tell(begin(line), begun, hold, called('port'), accepted('port'), resume);
    expect(told.slice(2, 4)).toEqual([[], []]);
    expect(attempted(told[4] ?? [])).toEqual(['port']);
  });

  test.each<[string, readonly ServiceOrderEvent[], string]>([
    ['has not begun', [begun], 'line'],
    ['is done', [begun, done('port')], 'port'],
    ['nobody knows', [begun], '9/nothing'],
    ['waits for its retry', [begun, failed('port', 'transient')], 'port'],
    ['is held for another reason', [begun, failed('port', 'conflict')], 'port'],
  ])('a callback for a step that %s is ignored', (_, before, step) => {
    const { run } = tell(begin(line), ...before, hold);
    expect(tell(run, called(step))).toMatchObject({ run, last: [] });
  });

  test('a callback for a step that was given up is a reason to try it again after the resume', () => {
    const round = (number: number) => [due('port', number), accepted('port')];
    const overdue = tell(begin(line), ...waiting, ...round(1), ...round(2), ...round(3)).run;
    const { told } = tell(overdue, hold, called('port'), resume);
    expect(told[1]).toEqual([]);
    expect(told[2]).toEqual([
      recorded(resumed, { type: 'falloutClosed', step: 'port', resolution: 'reported' }, arrow('Resumed')),
      attempt('port'),
      { type: 'reportResumed' },
    ]);
  });

  test.each<[string, readonly ServiceOrderEvent[]]>([
    ['a look under way', [called('port'), hold, resume, accepted('port')]],
    [
      'a look that met an outage',
      [called('port'), failed('port', 'ours'), hold, resume, ring('port'), accepted('port')],
    ],
  ])('%s that finds it still at work is followed by a timer that runs', (_, events) => {
    expect(tell(begin(line), ...waiting, ...events).last).toEqual([awaitReport(2, 4_000, 10_000)]);
  });
});

describe('on hold on the way back', () => {
  const undoing = tell(begin(line), begun, done('port'), failed('line', 'refused')).run;

  test('an undo under way is heard, and the next one waits for the resume', () => {
    const { told } = tell(undoing, hold, done('line'), resume, done('port'));
    expect(told.map(undone)).toEqual([[], [], ['port'], []]);
    expect(told[3]).toEqual([settled('failed')]);
  });

  test('an undo that waits for its retry is waited for anew', () => {
    const { told } = tell(undoing, failed('line', 'transient'), hold, ring('line'), resume, ring('line'));
    expect(told.slice(2)).toEqual([
      [],
      [recorded(resumed, arrow('Resumed')), retry('line', 1_000, 2)],
      [undo('line')],
    ]);
  });

  test('its last undo settles it only after the resume', () => {
    const { told } = tell(undoing, done('line'), hold, done('port'), resume);
    expect(told[2]).toEqual([]);
    expect(told[3]).toEqual([recorded(resumed, arrow('Resumed')), settled('failed')]);
  });

  test('a retry of the way there is not waited for again', () => {
    const plan = [apply('a'), apply('b', ['a']), apply('c')];
    const waits = [begun, done('a'), failed('b', 'transient')];
    const { told } = tell(begin(plan), ...waits, hold, failed('c', 'refused'), resume);
    expect(told[5]).toEqual([recorded(resumed, arrow('Resumed')), undo('b'), undo('c')]);
  });

  test('told to stop on hold, it turns back and undoes nothing before the resume', () => {
    const { run, told } = tell(begin(line), begun, done('port'), hold, stop, done('line'), resume);
    expect(told[3]).toEqual([recorded(turned('cancelled', 'stopped'))]);
    expect(told.slice(4).map(undone)).toEqual([[], ['line']]);
    expect(run.state).toBe('inProgress');
  });
});

describe('on hold while a step needs a person', () => {
  const stuck = tell(begin(line), begun, failed('port', 'conflict')).run;

  test('it is held all the while, and still after the resume', () => {
    const { run, told } = tell(stuck, hold, resume);
    expect(told).toEqual([[recorded(held), stopTimers], [recorded(resumed)]]);
    expect(run).toEqual({ ...stuck, pauses: [] });
  });

  test('what a person completes goes on after the resume', () => {
    const { told } = tell(stuck, hold, command('completeWithEvidence', 'port'), done('port'), resume);
    expect(told[1]?.map(({ type }) => type)).toEqual(['recordServiceOrder', 'completeStep', 'reportResumed']);
    expect(told[2]).toEqual([]);
    expect(attempted(told[3] ?? [])).toEqual(['line']);
  });
});

describe('held and asked at the same time', () => {
  const both: readonly ServiceOrderRun[] = [
    tell(begin(line), begun, failed('port', 'transient'), hold, ask).run,
    tell(begin(line), begun, failed('port', 'transient'), ask, hold).run,
  ];

  test.each(both)('it goes on only when both are over, whichever ends first', (run) => {
    for (const [first, second] of [
      [resume, goOn],
      [goOn, resume],
    ] as const) {
      const { told } = tell(run, first, second);
      expect(told[0]?.filter(({ type }) => type !== 'recordServiceOrder')).toEqual([]);
      expect(told[1]).toContainEqual(retry('port', 1_000, 2));
      expect(tell(run, first, ring('port')).last).toEqual([]);
    }
  });

  test('the resume shows it in progress while it is still asked', () => {
    const { run, last } = tell(begin(line), begun, ask, hold, resume);
    expect(last).toEqual([recorded(resumed, arrow('Resumed'))]);
    expect(run).toMatchObject({ state: 'inProgress', pauses: ['assessment'] });
  });
});

describe('a run that goes on with what was on hold', () => {
  const standing = (onHold: boolean) =>
    resumeServiceOrder(begin(line), {
      state: 'held',
      onHold,
      retreat: null,
      steps: [
        { id: 'port', state: 'waiting', way: 'do', attempts: 1, doubted: false, changed: [], trouble: null },
        { id: 'line', state: 'waiting', way: 'do', attempts: 0, doubted: false, changed: [], trouble: null },
      ],
    });

  test('sends nothing before it is resumed, and then what was attempted before', () => {
    const { told } = tell(standing(true), begun, resume);
    expect(told[0]).toEqual([{ type: 'reportNeeds', needs: [] }]);
    expect(told.slice(1)).toEqual([[recorded(resumed, arrow('Resumed')), attempt('port')]]);
  });

  test('aborted by a person, it undoes what was attempted', () => {
    const { told, run } = tell(
      standing(true),
      begun,
      { type: 'AbortRequested', audit: 'abort' },
      done('port'),
    );
    expect(told.map(undone)).toEqual([[], ['port'], []]);
    expect(attempted(told.flat())).toEqual([]);
    expect(run.state).toBe('cancelled');
  });
});
