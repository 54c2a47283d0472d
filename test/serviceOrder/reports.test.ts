import { describe, expect, test } from 'vitest';
import type { ServiceOrderArrow } from '../../src/serviceOrder/machine.ts';
import type { ErrorClass } from '../../src/serviceOrder/recovery.ts';
import type { ServiceOrderCommand, ServiceOrderEvent } from '../../src/serviceOrder/run.ts';
import {
  apply,
  attempted,
  begin,
  doneWith,
  failedBy,
  final,
  optional,
  recorded,
  reported,
  revoke,
  tell,
  turned,
  undone,
} from './driver.ts';
import { row } from './policyRow.ts';

/** The policy of the driver asks after 4 s, after 8 s, and gives up after 10 s. */
const begun: ServiceOrderEvent = { type: 'Begun' };
const stop: ServiceOrderEvent = { type: 'StopRequested' };
const accepted = (step = 'port') => reported(step, { type: 'accepted' });
const done = (step = 'port') => reported(step, doneWith());
const failed = (errorClass: Parameters<typeof failedBy>[0], step = 'port', code?: string) =>
  reported(step, failedBy(errorClass, code));
const due = (number: number, step = 'port'): ServiceOrderEvent => ({ type: 'ReportDue', step, number });
const called = (step = 'port'): ServiceOrderEvent => ({ type: 'Called', step });
const ring = (step = 'port'): ServiceOrderEvent => ({ type: 'RetryDue', step });
const arrow = (name: ServiceOrderArrow) => ({ type: 'serviceOrder', arrow: name }) as const;
const moved = (name: ServiceOrderArrow) => recorded(arrow(name));
const timer = (number: number, afterMs: number, givesUpAfterMs: number) => ({
  type: 'awaitReport',
  step: 'port',
  number,
  afterMs,
  givesUpAfterMs,
});
const held = (code: string, errorClass: ErrorClass = 'inDoubt') =>
  recorded({ type: 'step', step: 'port', arrow: 'Held', class: errorClass, code }, arrow('Held'));
const typesOf = (commands: readonly ServiceOrderCommand[]) => commands.map(({ type }) => type);

const port = final(apply('port'));
const waiting = [begun, accepted()];
const looking = [{ type: 'attemptStep', step: 'port' }];

describe('a step whose system takes the call', () => {
  test('waits for the report, asks when the timer rings, and goes on when the work is done', () => {
    const { run, told } = tell(begin([port, apply('line', ['port'])]), begun, accepted(), due(1), done());
    expect(told[1]).toEqual([moved('WaitsOutside'), timer(1, 4_000, 10_000)]);
    expect(told[2]).toEqual(looking);
    expect(told[3]).toEqual([moved('ReportedBack'), { type: 'attemptStep', step: 'line' }]);
    expect(run).toMatchObject({ state: 'inProgress', steps: { port: { state: 'done', attempts: 0 } } });
  });

  test('a look leaves it accepted, and the service order as it waits', () => {
    const { run } = tell(begin([port]), ...waiting, due(1));
    expect(run).toMatchObject({ state: 'pendingExternal', steps: { port: { state: 'accepted' } } });
  });

  test('the last wait ends when the time is up, and then it is held', () => {
    const { run, told } = tell(
      begin([port]),
      ...waiting,
      due(1),
      accepted(),
      due(2),
      accepted(),
      due(3),
      accepted(),
    );
    expect(told[3]).toEqual([timer(2, 4_000, 6_000)]);
    expect(told[5]).toEqual([timer(3, 2_000, 2_000)]);
    expect(told[7]?.[0]).toEqual(held('reportOverdue'));
    expect(typesOf(told[7] ?? [])).toEqual(['recordServiceOrder', 'reportHeld']);
    expect(run.state).toBe('held');
  });

  test('its own times count before those of the policy', () => {
    const own = { ...port, reports: { withinMs: 100, pollMs: 30 } };
    expect(tell(begin([own]), ...waiting).last).toContainEqual(timer(1, 30, 100));
  });

  test('a service order in which something else moves does not wait outside yet', () => {
    const { told } = tell(begin([port, apply('line')]), begun, accepted(), done('line'));
    expect(told[1]).toEqual([timer(1, 4_000, 10_000)]);
    expect(told[2]).toEqual([moved('WaitsOutside')]);
  });

  test('a revoke is waited for like an apply', () => {
    const { run, told } = tell(begin([revoke('port')], 'delete'), ...waiting, due(1), done());
    expect(told[1]).toContainEqual(timer(1, 4_000, 10_000));
    expect(run.state).toBe('completed');
  });
});

describe('a callback', () => {
  test('is a reason to look at once, and the timer goes on', () => {
    const { told } = tell(begin([port]), ...waiting, called(), accepted());
    expect(told[2]).toEqual(looking);
    expect(told[3]).toEqual([]);
  });

  test('in the middle of the attempt is not lost: it is looked at right after', () => {
    const { run, told } = tell(begin([port]), begun, called(), accepted(), accepted());
    expect(told[1]).toEqual([]);
    expect(told[2]).toEqual([moved('WaitsOutside'), ...looking]);
    expect(told[3]).toEqual([timer(1, 4_000, 10_000)]);
    expect(run.steps.port?.called).toBe(false);
  });

  test('in the middle of a look leads to one more, however many there are', () => {
    const { told } = tell(begin([port]), ...waiting, called(), called(), called(), accepted(), accepted());
    expect(told.slice(2)).toEqual([looking, [], [], looking, []]);
  });

  test('a timer that rings in the middle of a look asks no second time, and is wound up again', () => {
    const { told } = tell(begin([port]), ...waiting, called(), due(1), accepted());
    expect(told.slice(3)).toEqual([[], [timer(2, 4_000, 6_000)]]);
  });

  test.each([
    ['for a step that has not begun', [begun], 'line'],
    ['for a step that is done', [...waiting, called(), done()], 'port'],
    ['for a step that nobody knows', [...waiting], '9/nothing'],
    ['for a step that waits for its next try', [begun, failed('transient')], 'port'],
    ['for a step that is held', [begun, failed('conflict')], 'port'],
  ] as const)('%s is ignored', (_, before, step) => {
    const { run } = tell(begin([port, apply('line', ['port'])]), ...before);
    expect(tell(run, called(step))).toMatchObject({ run, last: [] });
  });
});

describe('a look that tells something else', () => {
  test('a refusal is a definite no: past the marked step, and yet taken back', () => {
    const { run, told } = tell(
      begin([apply('line'), { ...port, after: ['line'] }]),
      begun,
      done('line'),
      accepted(),
      called(),
      failed('refused', 'port', 'numberInUse'),
      done(),
      done('line'),
    );
    expect(told[4]).toEqual([
      recorded(turned('failed', 'numberInUse'), arrow('ReportedBack')),
      { type: 'undoStep', step: 'port' },
      { type: 'reportFailing' },
    ]);
    expect(told.slice(5).map(undone)).toEqual([['line'], []]);
    expect(run).toMatchObject({ state: 'failed', retreat: { code: 'numberInUse' } });
  });

  test('a definite no stays one, though a look before it was lost', () => {
    const { run } = tell(begin([port]), ...waiting, due(1), failed('ours'), ring(), failed('refused'));
    expect(run.retreat).toMatchObject({ outcome: 'failed' });
  });

  test.each(['ours', 'unavailable'] as const)(
    'nothing at all (%s): asked again on the way of outages, and neither tries nor time are lost',
    (errorClass) => {
      const { run, told } = tell(
        begin([port]),
        ...waiting,
        due(1),
        failed(errorClass),
        ring(),
        failed(errorClass),
        ring(),
        accepted(),
      );
      expect(told[3]).toMatchObject([{ type: 'retryLater', afterMs: 500, of: null }]);
      expect(told[4]).toEqual(looking);
      expect(told[5]).toMatchObject([{ type: 'retryLater', afterMs: 1_000 }]);
      expect(told[7]).toEqual([timer(2, 4_000, 6_000)]);
      expect(run).toMatchObject({ state: 'pendingExternal', steps: { port: { attempts: 0, outages: 0 } } });
    },
  );

  test('nothing of the call: in doubt, and tried again by policy', () => {
    const { run, told } = tell(begin([port]), ...waiting, due(1), failed('inDoubt', 'port', 'reportMissing'));
    expect(told[3]).toMatchObject([moved('ReportedBack'), { type: 'retryLater', attempt: 2, of: 3 }]);
    expect(run.steps.port).toMatchObject({ state: 'inDoubt', doubted: true });
  });

  test('a timer of a waiting that is over rings in vain', () => {
    const again = [failed('inDoubt'), ring(), accepted()];
    const { told } = tell(begin([port]), ...waiting, called(), ...again, due(1), due(2));
    expect(told.slice(6)).toEqual([[], looking]);
  });

  test('the object of another is held', () => {
    const { told } = tell(begin([port]), ...waiting, due(1), failed('conflict', 'port', 'pendingOther'));
    expect(told[3]?.[0]).toEqual(held('pendingOther', 'conflict'));
  });
});

describe('what an overdue report leads to', () => {
  const overdue = [...waiting, due(1), accepted(), due(2), accepted(), due(3), accepted()];
  const rowed = (row: Parameters<typeof begin>[3], step = apply('port')) => begin([step], 'add', [], row);

  test('a row may take it back, before a point of no return', () => {
    const rows = [row('undo', { code: 'reportOverdue' })];
    expect(undone(tell(rowed(rows), ...overdue).last)).toEqual(['port']);
    expect(tell(rowed(rows, port), ...overdue).run.state).toBe('held');
  });

  test('a row may let it be asked some more', () => {
    const retry = { attempts: 2, fromMs: 7_000, upToMs: 7_000 };
    const more = rowed([row('hold', { code: 'reportOverdue', retry })]);
    const { told } = tell(more, ...overdue, ring(), accepted());
    expect(told[7]).toMatchObject([{ type: 'retryLater', afterMs: 7_000, attempt: 2, of: 2 }]);
    expect(told[8]).toEqual(looking);
    expect(told[9]?.[0]).toEqual(held('reportOverdue'));
  });

  test('tries that a row gives to doubts are not meant for it', () => {
    const retry = { attempts: 9, fromMs: 1, upToMs: 1 };
    const { run } = tell(rowed([row('hold', { class: 'inDoubt', retry })]), ...overdue);
    expect(run.state).toBe('held');
  });

  test('what may still come cannot be left out, not even of an optional step', () => {
    const { run } = tell(rowed([row('skip', { step: 'port' })], optional(apply('port'))), ...overdue);
    expect(run.steps.port?.state).toBe('held');
  });
});

describe('the way back', () => {
  test('a marked step that was taken stands, and so does its service order', () => {
    const { last, run } = tell(begin([port]), ...waiting, stop);
    expect(last).toEqual([{ type: 'reportStands' }]);
    expect(run.retreat).toBeUndefined();
  });

  test('any other is undone at once, and its timer rings in vain', () => {
    const { told } = tell(begin([apply('port')]), ...waiting, stop, due(1), done());
    expect(told[2]).toEqual([
      recorded(turned('cancelled', 'stopped'), arrow('ReportedBack')),
      { type: 'undoStep', step: 'port' },
    ]);
    expect(told[3]).toEqual([]);
    expect(told[4]).toMatchObject([{ type: 'settleServiceOrder', outcome: 'cancelled' }]);
  });

  test('a look in flight is heard out before', () => {
    const { told } = tell(begin([apply('port')]), ...waiting, due(1), stop, accepted());
    expect(undone(told[3] ?? [])).toEqual([]);
    expect(undone(told[4] ?? [])).toEqual(['port']);
  });

  test('a system that is still at it is asked again, and called upon, until it can be undone', () => {
    const { told, run } = tell(
      begin([apply('port')]),
      ...waiting,
      stop,
      accepted(),
      due(2),
      accepted(),
      called(),
      done(),
    );
    expect(told[3]).toEqual([timer(2, 4_000, 10_000)]);
    expect(told[4]).toEqual([{ type: 'undoStep', step: 'port' }]);
    expect(told[5]).toEqual([timer(3, 4_000, 6_000)]);
    expect(told[6]).toEqual([{ type: 'undoStep', step: 'port' }]);
    expect(attempted(told.slice(2).flat())).toEqual([]);
    expect(run.state).toBe('cancelled');
  });

  test('an undo that nobody reports in time is held', () => {
    const rounds = [2, 3, 4].flatMap((number) => [due(number), accepted()]);
    const { run } = tell(begin([apply('port')]), ...waiting, stop, accepted(), ...rounds);
    expect(run).toMatchObject({ state: 'held', steps: { port: { trouble: { code: 'reportOverdue' } } } });
  });
});

describe('a step that is not waited for as usual', () => {
  test('is looked at by retryNow, and not taken out of the way back by it', () => {
    const { run, told } = tell(
      begin([apply('port')]),
      { type: 'Begun' },
      accepted(),
      { type: 'Called', step: 'port' },
      reported('port', failedBy('unavailable')),
      { type: 'StepCommanded', command: 'retryNow', step: 'port', audit: 'one' },
      reported('port', failedBy('unavailable')),
      { type: 'StopRequested' },
      { type: 'RetryDue', step: 'port' },
    );
    expect(told.flatMap(undone)).toEqual(['port']);
    expect(run.steps.port?.state).toBe('undoing');
  });

  test('is looked at when it is called for after all, held as overdue or not', () => {
    const { run } = tell(
      begin([port]),
      ...waiting,
      due(1),
      accepted(),
      due(2),
      accepted(),
      due(3),
      accepted(),
    );
    const { last } = tell(run, { type: 'Called', step: 'port' });
    expect(last).toMatchObject([
      { type: 'recordServiceOrder', changes: [{ type: 'falloutClosed', resolution: 'reported' }, {}] },
      { type: 'attemptStep', step: 'port' },
      { type: 'reportResumed' },
    ]);
  });
});
