import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../src/serviceOrder/commands.ts';
import { beginServiceOrder, type ServiceOrderEvent } from '../../src/serviceOrder/run.ts';
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
  final,
  goOn,
  policy,
  recorded,
  revoke,
  ring,
  stop,
  tell,
  turned,
  undone,
} from './driver.ts';
import { row } from './policyRow.ts';

const line = [apply('port'), apply('line', ['port'])];
const marked = [apply('line'), final(apply('port', ['line'])), apply('speed', ['port'])];
const stopTimers = { type: 'stopTimers' };
const answer = (stands: boolean) => ({ type: 'reportAnswer', stands });
const attempt = (step: string) => ({ type: 'attemptStep', step });
const undo = (step: string) => ({ type: 'undoStep', step });
const stopped = turned('cancelled', 'stopped');
const settled = (outcome: string, code: string | null) =>
  expect.objectContaining({ type: 'settleServiceOrder', outcome, code });

describe('asked whether it could go back', () => {
  test.each<[string, readonly ServiceOrderEvent[], boolean]>([
    ['before it has begun', [], false],
    ['with a first step under way', [begun], false],
    ['with its marked step definitely refused', [begun, done('line'), failed('port', 'refused')], false],
    ['with its marked step sent', [begun, done('line')], true],
    ['with its marked step waiting for a retry', [begun, done('line'), failed('port', 'transient')], true],
    ['with its marked step taken by its system', [begun, done('line'), accepted('port')], true],
    ['with its marked step held in doubt', [begun, done('line'), failed('port', 'unknown')], true],
    ['with its marked step done', [begun, done('line'), done('port')], true],
    ['while it goes back', [begun, failed('line', 'refused')], false],
  ])('%s, it answers at once', (_, events, stands) => {
    expect(tell(begin(marked), ...events, ask).last).toContainEqual(answer(stands));
  });

  test('by then built and not released, it could', () => {
    const replacing = begin([apply('new'), revoke('old')], 'modify');
    expect(tell(replacing, begun, done('new'), ask).last).toEqual([stopTimers, answer(false)]);
    const { last } = tell(replacing, begun, done('new'), { type: 'Released' }, ask);
    expect(last).toEqual([stopTimers, answer(true)]);
  });

  test('it never could where it takes back another', () => {
    const taking = beginServiceOrder('modify', line, policy, [], true);
    expect(tell(taking, begun, ask).last).toContainEqual(answer(true));
  });

  test('its state stays what it was', () => {
    const { run, last } = tell(begin(line), begun, ask);
    expect(last).toEqual([stopTimers, answer(false)]);
    expect(run).toMatchObject({ state: 'inProgress', pauses: ['assessment'] });
  });

  test('twice, it answers twice', () => {
    expect(tell(begin(line), begun, ask, ask).last).toEqual([answer(false)]);
  });
});

describe('until it is told what follows', () => {
  test('nothing goes forward: no next step, no retry, no look', () => {
    const plan = [...line, apply('other'), apply('slow')];
    const { told } = tell(
      begin(plan),
      begun,
      failed('other', 'transient'),
      accepted('slow'),
      ask,
      done('port'),
      ring('other'),
      due('slow', 1),
      called('slow'),
    );
    expect(told.slice(4)).toEqual([[], [], [], []]);
  });

  test('what was due shows it neither held nor told, though another step needs a person', () => {
    const plan = [...line, apply('other')];
    const { run, last } = tell(begin(plan), begun, failed('other', 'conflict'), ask, done('port'));
    expect(last).toEqual([]);
    expect(run.state).toBe('inProgress');
  });

  test('the end of its last step does not end it: it said that it could go back', () => {
    const { run, last } = tell(begin([apply('port')]), begun, ask, done('port'));
    expect(last).toEqual([]);
    expect(run.state).toBe('inProgress');
  });

  test('an undo goes on, and so do its retries and its waits', () => {
    const undoing = tell(begin(line), begun, done('port'), failed('line', 'refused')).run;
    const { told, run } = tell(
      undoing,
      failed('line', 'transient'),
      ask,
      ring('line'),
      accepted('line'),
      due('line', 1),
      done('line'),
      done('port'),
    );
    expect(told[1]).toEqual([answer(false)]);
    expect(told.map(undone)).toEqual([[], [], ['line'], [], ['line'], ['port'], []]);
    expect(run.state).toBe('failed');
  });

  test('a refusal that comes then takes it back by itself, and no timer of the undo is armed twice', () => {
    const { told } = tell(
      begin(line),
      begun,
      ask,
      failed('port', 'refused', 'full'),
      failed('port', 'transient'),
      goOn,
    );
    expect(told[2]).toEqual([recorded(turned('failed', 'full')), undo('port'), { type: 'reportFailing' }]);
    expect(told[3]).toMatchObject([{ type: 'retryLater', step: 'port' }]);
    expect(told[4]).toEqual([]);
  });

  test('nobody may send its marked step after all, or say that it was done', () => {
    const rows = [row('hold', { class: 'refused' as const })];
    const plan = [final(apply('port'))];
    const { run } = tell(begin(plan, 'add', [], rows), begun, failed('port', 'refused'), ask);
    for (const name of ['retryNow', 'editAndRetry', 'completeWithEvidence'] as const) {
      expect(refusalOf(run, command(name, 'port'))).toMatchObject({ type: 'BeingCancelled' });
      expect(tell(run, command(name, 'port'))).toMatchObject({ run, last: [] });
    }
    expect(undone(tell(run, stop).last)).toEqual(['port']);
  });
});

describe('told to go on', () => {
  test('it sends what became due meanwhile', () => {
    expect(tell(begin(line), begun, ask, done('port'), goOn).last).toEqual([attempt('line')]);
  });

  test('it waits anew for a retry, for a report, and looks where somebody called', () => {
    const plan = [apply('a'), apply('b'), apply('c')];
    const { last } = tell(
      begin(plan),
      begun,
      failed('a', 'transient'),
      accepted('b'),
      accepted('c'),
      ask,
      called('c'),
      goOn,
    );
    expect(last).toEqual([
      { type: 'retryLater', step: 'a', afterMs: 1_000, attempt: 2, of: 3 },
      { type: 'awaitReport', step: 'b', number: 2, afterMs: 4_000, givesUpAfterMs: 10_000 },
      attempt('c'),
    ]);
  });

  test('it settles what was completed meanwhile', () => {
    const { last } = tell(begin([apply('port')]), begun, ask, done('port'), goOn);
    expect(last).toEqual([settled('completed', null)]);
  });

  test('it stays held by what was held', () => {
    const stuck = tell(begin(line), begun, failed('port', 'conflict')).run;
    const { run, told } = tell(stuck, ask, goOn);
    expect(told).toEqual([[stopTimers, answer(false)], []]);
    expect(run).toEqual(stuck);
  });

  test('it tells of what fell out meanwhile once', () => {
    const { told } = tell(begin(line), begun, ask, failed('port', 'conflict'), goOn);
    expect(told.flat().filter(({ type }) => type === 'reportHeld')).toHaveLength(1);
  });

  test('without having been asked, nothing changes', () => {
    const { run } = tell(begin(line), begun, failed('port', 'transient'));
    expect(tell(run, goOn)).toMatchObject({ run, last: [] });
  });
});

describe('told to stop after the question', () => {
  test('before it has begun, it is cancelled at once', () => {
    const { told } = tell(begin(line), ask, begun, stop);
    expect(told[1]).toEqual([]);
    expect(told[2]).toEqual([recorded(stopped), settled('cancelled', 'stopped')]);
  });

  test('what was in flight ends, and is then taken back', () => {
    const { run, told } = tell(begin(line), begun, ask, stop, done('port'), done('port'));
    expect(told.slice(2)).toEqual([[recorded(stopped)], [undo('port')], [settled('cancelled', 'stopped')]]);
    expect(run.state).toBe('cancelled');
  });

  test('what ended well meanwhile is taken back', () => {
    const { told } = tell(begin(line), begun, ask, done('port'), stop);
    expect(told[3]).toEqual([recorded(stopped), undo('port')]);
  });

  test('no retry, no wait and no look of the way there begins again', () => {
    const plan = [apply('a'), apply('b'), apply('c')];
    const { last } = tell(
      begin(plan),
      begun,
      failed('a', 'transient'),
      accepted('b'),
      accepted('c'),
      ask,
      called('c'),
      stop,
    );
    expect(last).toEqual([recorded(stopped), undo('a'), undo('b'), undo('c')]);
  });

  test('what is held is its fallout no more', () => {
    const { run, last } = tell(begin(line), begun, failed('port', 'conflict'), ask, stop);
    expect(last).toEqual([
      recorded(stopped, { type: 'falloutClosed', step: 'port', resolution: 'abort' }, arrow('Resumed')),
      undo('port'),
      { type: 'reportResumed' },
    ]);
    expect(run.state).toBe('inProgress');
  });

  test('past its point of no return it says so again, and goes on', () => {
    const { last } = tell(begin(marked), begun, done('line'), ask, done('port'), stop);
    expect(last).toEqual([{ type: 'reportStands' }, attempt('speed')]);
    expect(attempted(tell(begin(marked), begun, done('line'), ask, done('port')).last)).toEqual([]);
  });

  test('while it goes back for its own reason, it keeps that', () => {
    const { run } = tell(begin(line), begun, failed('port', 'refused', 'full'), ask, stop, done('port'));
    expect(run).toMatchObject({ state: 'failed', retreat: { code: 'full' } });
  });

  test('while its undo is held, it says so again', () => {
    const { last } = tell(
      begin(line),
      begun,
      failed('port', 'refused'),
      failed('port', 'lied', 'why'),
      ask,
      stop,
    );
    expect(last).toMatchObject([{ type: 'reportHeld', code: 'why', needs: [{ class: 'lied' }] }]);
  });
});
