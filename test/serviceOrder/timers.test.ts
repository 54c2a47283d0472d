import { describe, expect, test } from 'vitest';
import { advance } from '../../src/serviceOrder/advance.ts';
import type { ServiceOrderCommand, ServiceOrderEvent, ServiceOrderRun } from '../../src/serviceOrder/run.ts';
import {
  accepted,
  apply,
  ask,
  begin,
  begun,
  called,
  due,
  failed,
  goOn,
  hold,
  resume,
  ring,
} from './driver.ts';

/** A pause stops timers; after it each is due when it was. Polls come every 4 s, and end 10 s after the call. */

type At = readonly [ms: number, event: ServiceOrderEvent];

function tellAt(before: ServiceOrderRun, ...happened: readonly At[]) {
  let run = before;
  let last: readonly ServiceOrderCommand[] = [];
  for (const [ms, event] of happened) ({ run, commands: last } = advance(run, event, ms));
  return { run, last: last.filter(({ type }) => type !== 'recordServiceOrder') };
}

const port = begin([apply('port')]);
const retry = (afterMs: number) => ({ type: 'retryLater', step: 'port', afterMs, attempt: 2, of: 3 });
const poll = (number: number, afterMs: number, givesUpAfterMs: number) => ({
  ...{ type: 'awaitReport', step: 'port', number },
  ...{ afterMs, givesUpAfterMs },
});
const look = { type: 'attemptStep', step: 'port' };
const holding = (from: number, to: number): At[] => [
  [from, hold],
  [to, resume],
];
const asking = (from: number, to: number): At[] => [
  [from, ask],
  [to, goOn],
];

describe('a retry that waits for its time', () => {
  const waiting: At[] = [
    [0, begun],
    [1_000, failed('port', 'transient')],
  ];

  test.each<[string, At[]]>([
    ['a hold', holding(1_400, 1_700)],
    ['a question', asking(1_400, 1_700)],
    ['a question in a hold', [[1_200, hold], ...asking(1_300, 1_400), [1_700, resume]]],
    ['two holds', [...holding(1_100, 1_200), ...holding(1_300, 1_700)]],
  ])('is due after %s when it was before', (_, paused) => {
    expect(tellAt(port, ...waiting, ...paused).last).toEqual([retry(300)]);
  });

  test('and missed its time on hold is tried as soon as that is over', () => {
    expect(tellAt(port, ...waiting, ...holding(1_400, 9_000)).last).toEqual([look]);
    const rung: At[] = [
      [1_400, hold],
      [2_000, ring('port')],
      [2_000, resume],
    ];
    expect(tellAt(port, ...waiting, ...rung).last).toEqual([look]);
  });

  test('keeps its time where its history begins anew', () => {
    const { run } = tellAt(port, ...waiting);
    expect(tellAt(run, [1_600, begun]).last).toEqual([retry(400)]);
  });

  test('that failed on hold is due as long after that as it would have been', () => {
    const events: At[] = [
      [0, begun],
      [100, hold],
      [200, failed('port', 'transient')],
      [500, resume],
    ];
    expect(tellAt(port, ...events).last).toEqual([retry(700)]);
  });
});

describe('a poll that waits for its time', () => {
  const waiting: At[] = [
    [0, begun],
    [1_000, accepted('port')],
  ];

  test('is due after a hold when it was, and the hold takes nothing of the time that the system has', () => {
    expect(tellAt(port, ...waiting, ...holding(2_000, 3_000)).last).toEqual([poll(2, 2_000, 9_000)]);
  });

  test('is due after a question when it was, and the system has the time that it had', () => {
    const { run, last } = tellAt(port, ...waiting, ...asking(2_000, 3_000));
    expect(last).toEqual([poll(2, 2_000, 8_000)]);
    const polled: At[] = [
      [5_000, due('port', 2)],
      [5_000, accepted('port')],
    ];
    expect(tellAt(run, ...polled).last).toEqual([poll(3, 4_000, 6_000)]);
  });

  test('and missed its time on hold is asked as soon as that is over, and has what was left', () => {
    const { run, last } = tellAt(port, ...waiting, ...holding(2_000, 60_000));
    expect(last).toEqual([look]);
    expect(tellAt(run, [60_000, accepted('port')]).last).toEqual([poll(2, 4_000, 9_000)]);
  });

  test('is given up after all its time, however often it is held in between', () => {
    let { run } = tellAt(port, ...waiting);
    for (const from of [2_000, 12_000, 22_000, 32_000]) {
      ({ run } = tellAt(run, ...holding(from, from + 8_000), [from + 8_000, accepted('port')]));
    }
    expect(run.steps.port?.report?.waitedMs).toBe(7_000);
    const { run: end } = tellAt(run, ...holding(43_000, 80_000), [80_000, accepted('port')]);
    expect(end.steps.port).toMatchObject({ state: 'held', trouble: { code: 'reportOverdue' } });
  });

  test('begins from the call that was taken on hold, and counts from the resume on', () => {
    const events: At[] = [
      [0, begun],
      [500, hold],
      [1_000, accepted('port')],
      [2_000, resume],
    ];
    expect(tellAt(port, ...events).last).toEqual([poll(2, 3_000, 10_000)]);
  });

  test('goes on counting where its history begins anew, and through a look between two polls', () => {
    const { run } = tellAt(port, ...waiting);
    expect(tellAt(run, [2_000, begun]).last).toEqual([poll(2, 3_000, 9_000)]);
    const looked: At[] = [
      [2_000, called('port')],
      [2_500, accepted('port')],
    ];
    const polled: At[] = [
      [5_000, due('port', 1)],
      [5_000, accepted('port')],
    ];
    expect(tellAt(run, ...looked, ...polled).last).toEqual([poll(2, 4_000, 6_000)]);
  });
});
