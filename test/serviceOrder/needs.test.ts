import { describe, expect, test } from 'vitest';
import type { ServiceOrderCommand } from '../../src/serviceOrder/run.ts';
import { apply, begin, begun, command, done, failed, hold, optional, resume, tell } from './driver.ts';

/** Who waits for a service order knows what of it needs a person, whether or not the rest moves. */

const side = [apply('a'), apply('b')];

/** What is said of needs, such as `reportHeld a lied, b conflict`. */
const saidIn = (commands: readonly ServiceOrderCommand[]): string[] =>
  commands.flatMap((one) => {
    if (one.type === 'reportResumed') return [one.type];
    if (one.type !== 'reportHeld' && one.type !== 'reportNeeds') return [];
    const steps = one.needs.map(({ reason, class: errorClass }) => {
      const [, what = ''] = /a person: (.*) on /.exec(reason) ?? [];
      return `${what} ${errorClass}`;
    });
    return [[one.type, steps.join(', ')].join(' ').trim()];
  });

const said = (...events: Parameters<typeof tell>[1][]) => {
  const { run, told } = tell(begin(side), begun, ...events);
  return { run, told: told.slice(1).map(saidIn) };
};

describe('a step that needs a person', () => {
  test('is told at once while another waits for its retry, and the service order goes on', () => {
    const { run, told } = said(failed('b', 'throttled'), failed('a', 'lied'));
    expect(told).toEqual([[], ['reportNeeds a lied']]);
    expect(run).toMatchObject({ state: 'inProgress', toldHeld: false });
  });

  test('is told again with each that comes to it, once they hold the service order, too', () => {
    const { run, told } = said(failed('a', 'lied'), failed('b', 'conflict'));
    expect(told).toEqual([['reportNeeds a lied'], ['reportHeld a lied, b conflict']]);
    expect(run.state).toBe('held');
  });

  test('and is tried again while nothing else moves leaves what still needs one', () => {
    const { told } = said(
      failed('a', 'lied'),
      failed('b', 'conflict'),
      command('retryNow', 'a'),
      failed('a', 'drift'),
    );
    expect(told.slice(2)).toEqual([
      ['reportResumed', 'reportNeeds b conflict'],
      ['reportHeld a drift, b conflict'],
    ]);
  });

  test('and is skipped is not told any more, and the others hold the service order as before', () => {
    const plan = [optional(apply('a')), apply('b')];
    const events = [failed('a', 'conflict'), failed('b', 'lied'), command('skip', 'a')];
    const { run, last } = tell(begin(plan), begun, ...events);
    expect(saidIn(last)).toEqual(['reportHeld b lied']);
    expect(run.state).toBe('held');
  });

  test('is done in the end, and nobody is needed', () => {
    const { told } = said(failed('a', 'lied'), command('retryNow', 'a'), done('a'), done('b'));
    expect(told).toEqual([['reportNeeds a lied'], ['reportNeeds'], [], []]);
  });

  test('is told on hold, too, and once', () => {
    const { told } = said(hold, failed('a', 'lied'), resume, failed('b', 'throttled'));
    expect(told).toEqual([[], ['reportNeeds a lied'], [], []]);
  });

  test('is not told of what goes back with the rest', () => {
    const { told } = said(failed('a', 'lied'), failed('b', 'refused'));
    expect(told).toEqual([['reportNeeds a lied'], ['reportNeeds']]);
  });
});
