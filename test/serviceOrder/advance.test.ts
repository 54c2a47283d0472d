import { describe, expect, test } from 'vitest';
import { arrowOf } from '../../src/serviceOrder/judgement.ts';
import type { ServiceOrderEvent } from '../../src/serviceOrder/run.ts';
import { errorClasses } from '../../src/serviceOrder/recovery.ts';
import {
  apply,
  attempted,
  begin,
  doneWith,
  failedBy,
  recorded,
  reported,
  revoke,
  tell,
  turned,
} from './driver.ts';

const begun: ServiceOrderEvent = { type: 'Begun' };
const retryDue = (step: string): ServiceOrderEvent => ({ type: 'RetryDue', step });
const completed = (...skipped: readonly string[]) => ({
  type: 'settleServiceOrder',
  outcome: 'completed',
  code: null,
  skipped,
});
const line = [apply('line'), apply('speed', ['line'])];

describe('building', () => {
  test('steps follow each other along their edges, and the last one settles the service order', () => {
    const { run, told } = tell(
      begin(line),
      begun,
      reported('line', doneWith()),
      reported('speed', doneWith()),
    );
    expect(told).toEqual([
      [{ type: 'attemptStep', step: 'line' }],
      [{ type: 'attemptStep', step: 'speed' }],
      [completed()],
    ]);
    expect(run.state).toBe('completed');
  });

  test('the first attempt makes the service order inProgress', () => {
    expect(begin(line).state).toBe('acknowledged');
    expect(tell(begin(line), begun).run.state).toBe('inProgress');
  });

  test('steps without an edge between them run at the same time, and a common successor waits for all', () => {
    const plan = [apply('a'), apply('b'), apply('c', ['a', 'b'])];
    const { told } = tell(begin(plan), begun, reported('b', doneWith()), reported('a', doneWith()));
    expect(told.map(attempted)).toEqual([['a', 'b'], [], ['c']]);
  });

  test('a service order without steps is settled at once', () => {
    const { run, last } = tell(begin([]), begun);
    expect(last).toEqual([completed()]);
    expect(run.state).toBe('completed');
  });
});

describe('steps that wait on results', () => {
  const plan = [
    apply('config', [], ['reliesOn.ip.cidr']),
    apply('monitoring', ['config'], ['steps.config.port']),
  ];

  test('nothing they read changed: they are skipped, and nothing is attempted', () => {
    const { run, last } = tell(begin(plan, 'modify'), begun);
    expect(last).toEqual([completed('config', 'monitoring')]);
    expect(run.state).toBe('completed');
  });

  test('what they read changed before the service order began: they are attempted', () => {
    expect(attempted(tell(begin(plan, 'modify', ['reliesOn.ip.cidr']), begun).last)).toEqual(['config']);
  });

  test('what they read changed by a step before them: they are attempted', () => {
    const { told } = tell(
      begin(plan, 'modify', ['reliesOn.ip.cidr']),
      begun,
      reported('config', doneWith('steps.config.port')),
    );
    expect(told.map(attempted)).toEqual([['config'], ['monitoring']]);
  });

  test('a step before them was done and changed nothing: they are skipped', () => {
    const { last } = tell(
      begin(plan, 'modify', ['reliesOn.ip.cidr']),
      begun,
      reported('config', doneWith('steps.config.other')),
    );
    expect(last).toEqual([completed('monitoring')]);
  });

  test('a name that only begins alike does not count', () => {
    expect(attempted(tell(begin(plan, 'modify', ['reliesOn.ip.cidr6']), begun).last)).toEqual([]);
  });
});

describe('build first, take away last', () => {
  const plan = [apply('new'), revoke('old.gone'), revoke('older.gone', ['old.gone'])];

  test('a modify that takes something away reports ready when all is built, and waits', () => {
    const { run, told } = tell(begin(plan, 'modify'), begun, reported('new', doneWith()));
    expect(told.map(attempted)).toEqual([['new'], []]);
    expect(told[1]).toEqual([{ type: 'reportReady' }]);
    expect(run).toMatchObject({ stage: 'ready', state: 'inProgress' });
  });

  test('released, it takes away in order and is then settled', () => {
    const { run, told } = tell(
      begin(plan, 'modify'),
      begun,
      reported('new', doneWith()),
      { type: 'Released' },
      reported('old.gone', doneWith()),
      reported('older.gone', doneWith()),
    );
    expect(told.slice(2).map(attempted)).toEqual([['old.gone'], ['older.gone'], []]);
    expect(run.state).toBe('completed');
  });

  test('ready is reported once', () => {
    const twoSteps = [apply('a'), apply('b'), revoke('old.gone')];
    const { told } = tell(
      begin(twoSteps, 'modify'),
      begun,
      reported('a', doneWith()),
      reported('b', doneWith()),
    );
    expect(told.flat().filter(({ type }) => type === 'reportReady')).toHaveLength(1);
  });

  test('a modify with nothing to build is ready at once, and has not started anything', () => {
    const { run, last } = tell(begin([revoke('old.gone')], 'modify'), begun);
    expect(last).toEqual([{ type: 'reportReady' }]);
    expect(run.state).toBe('acknowledged');
  });

  test('a delete needs no release of its own: its order starts it last', () => {
    expect(attempted(tell(begin([revoke('line')], 'delete'), begun).last)).toEqual(['line']);
  });

  test('what cannot be built keeps the service order from being ready', () => {
    const { run, last } = tell(begin(plan, 'modify'), begun, reported('new', failedBy('conflict')));
    expect(run).toMatchObject({ stage: 'building', state: 'held' });
    expect(last.map(({ type }) => type)).not.toContain('reportReady');
  });
});

describe('trouble', () => {
  test('a transient failure is tried again after a while, and counted', () => {
    const { run, told } = tell(
      begin(line),
      begun,
      reported('line', failedBy('transient')),
      retryDue('line'),
      reported('line', failedBy('transient')),
    );
    expect(told.slice(1)).toEqual([
      [{ type: 'retryLater', step: 'line', afterMs: 1_000, attempt: 2, of: 3 }],
      [{ type: 'attemptStep', step: 'line' }],
      [{ type: 'retryLater', step: 'line', afterMs: 2_000, attempt: 3, of: 3 }],
    ]);
    expect(run.steps.line).toMatchObject({ state: 'waiting', attempts: 2, outages: 0 });
  });

  test('a step that waits for its next try is brought back by its timer alone', () => {
    const plan = [apply('a'), apply('b')];
    const { last } = tell(
      begin(plan),
      begun,
      reported('a', failedBy('throttled')),
      reported('b', doneWith()),
    );
    expect(last).toEqual([]);
  });

  test('after the last try the step is held, and so is the service order', () => {
    const again = [reported('line', failedBy('inDoubt')), retryDue('line')];
    const { run, last } = tell(
      begin(line),
      begun,
      ...again,
      ...again,
      reported('line', failedBy('inDoubt', 'timeout')),
    );
    expect(last).toEqual([
      {
        type: 'recordServiceOrder',
        changes: [
          { type: 'step', step: 'line', arrow: 'Held', class: 'inDoubt', code: 'timeout' },
          { type: 'serviceOrder', arrow: 'Held' },
        ],
      },
      {
        type: 'reportHeld',
        code: 'timeout',
        needs: [
          {
            class: 'inDoubt',
            code: 'timeout',
            reason: 'a person: line on system of line, inDoubt (timeout)',
          },
        ],
      },
    ]);
    expect(run.state).toBe('held');
  });

  test('an outage of ours costs no attempt, however long it lasts', () => {
    const outage = [reported('line', failedBy('ours')), retryDue('line')];
    const { run } = tell(begin(line), begun, ...Array.from({ length: 50 }, () => outage).flat());
    expect(run.steps.line).toMatchObject({ attempts: 0, outages: 50, state: 'attempting' });
    expect(tell(run, reported('line', failedBy('transient'))).last).toMatchObject([{ attempt: 2, of: 3 }]);
  });

  test('a probe in vain costs no attempt, and still leaves the doubt it is in', () => {
    const probe = { ...failedBy('inDoubt', 'timeout'), outage: true as const };
    const again = [reported('line', probe), retryDue('line')];
    const { run } = tell(begin(line), begun, ...Array.from({ length: 9 }, () => again).flat());
    expect(run.steps.line).toMatchObject({ attempts: 0, outages: 9, doubted: true, state: 'attempting' });
  });

  test('the wait grows with the outages and has no end', () => {
    const { last } = tell(begin(line), begun, reported('line', failedBy('unavailable')));
    expect(last).toEqual([{ type: 'retryLater', step: 'line', afterMs: 500, attempt: 1, of: null }]);
  });

  test('a step tried again after trouble goes on as if nothing had been', () => {
    const { run, told } = tell(
      begin(line),
      begun,
      reported('line', failedBy('transient')),
      retryDue('line'),
      reported('line', doneWith()),
    );
    expect(attempted(told[3] ?? [])).toEqual(['speed']);
    expect(run.steps.line?.state).toBe('done');
  });

  test.each(['conflict', 'drift', 'lied', 'unknown'] as const)(
    'a step that is %s is held at once, and nothing after it begins',
    (errorClass) => {
      const { run, told } = tell(begin(line), begun, reported('line', failedBy(errorClass)));
      expect(told.map(attempted)).toEqual([['line'], []]);
      expect(run).toMatchObject({
        state: 'held',
        steps: { line: { state: 'held' }, speed: { state: 'waiting' } },
      });
    },
  );

  test('a held step holds the service order only when no other step moves any more', () => {
    const plan = [apply('a'), apply('b'), apply('c')];
    const { run, told } = tell(
      begin(plan),
      begun,
      reported('a', failedBy('conflict', 'noRoute')),
      reported('b', failedBy('transient')),
      reported('c', doneWith()),
      retryDue('b'),
      reported('b', doneWith()),
    );
    const holds = told.map((commands) => commands.some(({ type }) => type === 'reportHeld'));
    expect(holds).toEqual([false, false, false, false, false, true]);
    expect(run.state).toBe('held');
    expect(told[5]).toContainEqual({
      type: 'reportHeld',
      code: 'noRoute',
      needs: [expect.objectContaining({ class: 'conflict', code: 'noRoute' })],
    });
  });

  test.each(['refused', 'invalid'] as const)(
    'a first step that is %s is asked what there is to undo, and the service order fails with its code',
    (errorClass) => {
      const { run, told } = tell(
        begin(line),
        begun,
        reported('line', failedBy(errorClass, 'noPort')),
        reported('line', doneWith()),
      );
      expect(told.slice(1)).toEqual([
        [recorded(turned('failed', 'noPort')), { type: 'undoStep', step: 'line' }, { type: 'reportFailing' }],
        [{ type: 'settleServiceOrder', outcome: 'failed', code: 'noPort', skipped: ['speed'] }],
      ]);
      expect(run.state).toBe('failed');
    },
  );

  test('a revoke that is refused holds the service order', () => {
    const { run } = tell(begin([revoke('line')], 'delete'), begun, reported('line', failedBy('refused')));
    expect(run.state).toBe('held');
  });
});

test.each(errorClasses)('%s leaves the step where the next attempt knows what to do', (errorClass) => {
  const states = { Deferred: 'sends again', Doubted: 'reads first', Refused: 'needs another key' } as const;
  const expected = {
    transient: 'sends again',
    throttled: 'sends again',
    unavailable: 'sends again',
    inDoubt: 'reads first',
    ours: 'reads first',
    unknown: 'reads first',
    refused: 'needs another key',
    invalid: 'needs another key',
    conflict: 'needs another key',
    drift: 'needs another key',
    lied: 'needs another key',
  } as const;
  expect(states[arrowOf(errorClass)]).toBe(expected[errorClass]);
});
