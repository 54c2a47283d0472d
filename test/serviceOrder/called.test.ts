import { describe, expect, test } from 'vitest';
import type { ServiceOrderEvent } from '../../src/serviceOrder/run.ts';
import {
  accepted,
  apply,
  arrow,
  attempted,
  begin,
  begun,
  called,
  done,
  due,
  failed,
  final,
  hold,
  recorded,
  resume,
  ring,
  stop,
  tell,
  undone,
} from './driver.ts';
import { row } from './policyRow.ts';

/** A callback for a step in doubt. The policy of the driver tries three times. */

const port = apply('port');
const doubted = failed('port', 'inDoubt', 'timeout');
const inDoubt = [begun, doubted];
const heldInDoubt = [begun, doubted, ring('port'), doubted, ring('port'), doubted];
const from = (...events: readonly ServiceOrderEvent[]) => tell(begin([port]), ...events);
const looks = [{ type: 'attemptStep', step: 'port' }];

describe('a step that waits for its retry in doubt', () => {
  test('is looked at at once', () => {
    expect(from(...inDoubt, called('port')).last).toEqual(looks);
    expect(from(...inDoubt, called('port'), done('port')).run.state).toBe('completed');
  });

  test('keeps its count: what the callback brought on costs no attempt', () => {
    const { told, run } = from(...inDoubt, called('port'), doubted, called('port'), doubted);
    expect([told[1], told[3], told[5]]).toMatchObject([
      [{ type: 'retryLater', afterMs: 1_000, attempt: 2, of: 3 }],
      [{ type: 'retryLater', afterMs: 1_000, attempt: 2, of: 3 }],
      [{ type: 'retryLater', afterMs: 1_000, attempt: 2, of: 3 }],
    ]);
    expect(run.steps.port?.attempts).toBe(1);
    expect(tell(run, ring('port'), doubted).run.steps.port?.attempts).toBe(2);
  });

  test('a later look counts again', () => {
    const missing = failed('port', 'inDoubt', 'reportMissing');
    const { run } = from(...inDoubt, called('port'), accepted('port'), due('port', 1), missing);
    expect(run.steps.port?.attempts).toBe(2);
  });

  test.each(['throttled', 'transient', 'unavailable', 'ours'] as const)(
    'is looked at whatever kept the last look from it (%s)',
    (kept) => {
      const { last } = from(...inDoubt, ring('port'), failed('port', kept), called('port'));
      expect(last).toEqual(looks);
    },
  );

  test('is undone at once where it waits on the way back', () => {
    const { last } = from(...inDoubt, stop, failed('port', 'inDoubt'), called('port'));
    expect(undone(last)).toEqual(['port']);
  });

  test('is looked at after the pause in which the callback came', () => {
    const { told } = from(...inDoubt, hold, called('port'), resume);
    expect([told[3], attempted(told[4] ?? [])]).toEqual([[], ['port']]);
  });
});

describe('a callback in the middle of an attempt', () => {
  test('whose end nobody hears is a reason to look right after it', () => {
    const { told, run } = from(begun, called('port'), doubted, doubted);
    expect(told.slice(1)).toMatchObject([[], looks, [{ type: 'retryLater', attempt: 2 }]]);
    expect(run.steps.port?.attempts).toBe(1);
  });

  test('keeps the last attempt from being given up before one more look', () => {
    const last = [...heldInDoubt.slice(0, -1), called('port'), doubted];
    expect(from(...last).last).toEqual(looks);
    expect(from(...last, doubted).run.state).toBe('held');
  });

  test('before a pause is not lost: it is looked at after that', () => {
    const { told } = from(begun, called('port'), hold, doubted, resume);
    expect([attempted(told[3] ?? []), attempted(told[4] ?? [])]).toEqual([[], ['port']]);
  });
});

describe('a step that is held in doubt', () => {
  test('is nobody’s trouble any more, and begins anew by its policy', () => {
    const { last, run } = from(...heldInDoubt, called('port'));
    expect(last).toMatchObject([
      recorded({ type: 'falloutClosed', step: 'port', resolution: 'reported' }, arrow('Resumed')),
      ...looks,
      { type: 'reportResumed' },
    ]);
    expect(run.steps.port).toMatchObject({ state: 'attempting', attempts: 0 });
  });

  test('is looked at after the pause in which the callback came', () => {
    const { told } = from(...heldInDoubt, hold, called('port'), resume);
    expect(told[7]).toEqual([]);
    expect(attempted(told[8] ?? [])).toEqual(['port']);
  });

  test('is looked at on its way back, too, where the undo is in doubt', () => {
    const undoing = [doubted, ring('port'), doubted, ring('port'), doubted];
    const { last, run } = from(begun, doubted, stop, ...undoing, called('port'));
    expect(undone(last)).toEqual(['port']);
    expect(run.state).toBe('inProgress');
  });
});

describe('a definite answer is not asked for again', () => {
  test.each(['conflict', 'drift', 'lied'] as const)('%s after a doubt stays held', (definite) => {
    const { last, run } = from(...inDoubt, ring('port'), failed('port', definite), called('port'));
    expect(last).toEqual([]);
    expect(run.state).toBe('held');
  });

  test('a refusal after a doubt stays one, at a point of no return', () => {
    const { run } = tell(begin([final(port)]), ...inDoubt, ring('port'), failed('port', 'refused'));
    expect(run.state).toBe('held');
    expect(tell(run, called('port')).last).toEqual([]);
  });

  test('one that a row has asked for again waits for its time', () => {
    const retry = { attempts: 3, fromMs: 1_000, upToMs: 1_000 };
    const rows = [row('hold', { class: 'refused' as const, retry })];
    const rowed = begin([port], 'add', [], rows);
    const { told } = tell(rowed, ...inDoubt, ring('port'), failed('port', 'refused'), called('port'));
    expect(told[3]).toMatchObject([{ type: 'retryLater' }]);
    expect(told[4]).toEqual([]);
  });
});

test('a step whose system could not be asked is asked at once when that system reports', () => {
  const unseen = [begun, accepted('port'), due('port', 1), failed('port', 'unavailable')];
  const { last } = from(...unseen, called('port'));
  expect(last).toEqual(looks);
});
