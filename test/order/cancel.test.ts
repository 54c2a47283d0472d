import { expect, test } from 'vitest';
import type { OrderCommand, OrderEvent } from '../../src/order/run.ts';
import { apply, final } from '../serviceOrder/driver.ts';
import { begin, cancelled, failed, opened, ready, settled, sketch, stoppedBy, tell } from './driver.ts';

const cancel: OrderEvent = { type: 'CancelRequested', task: 't1' };
const answered = (id: string, stands = false): OrderEvent => ({ type: 'ServiceOrderAnswered', id, stands });
const freedBy = (commands: readonly OrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'goOnServiceOrder' ? [command.id] : []));
const controlsOf = (commands: readonly OrderCommand[]) =>
  commands.flatMap((command) => ('controls' in command ? command.controls : []));

test('a cancel asks all that run, stops those that may go back, and the order ends cancelled', () => {
  const { run, told } = tell(begin([sketch('a')]), opened, cancel, answered('a'), cancelled('a'));
  expect(told.flatMap(controlsOf)).toEqual([
    { type: 'cancelAssessed', task: 't1' },
    { type: 'cancelAccepted', task: 't1' },
  ]);
  expect(told.map(stoppedBy)).toEqual([[], [], ['a'], []]);
  expect(run.state).toBe('cancelled');
});

test('a cancel to which all say that they stand is refused, and they go on', () => {
  const { run, last } = tell(begin([sketch('a')]), opened, cancel, answered('a', true));
  expect(controlsOf(last)).toEqual([{ type: 'cancelRefused', task: 't1', code: 'NothingToTakeBack' }]);
  expect(freedBy(last)).toEqual(['a']);
  expect(run).toMatchObject({ state: 'inProgress', cancel: null });
});

test('one that was asked and turns out to stand only when what builds upon it is done goes on then', () => {
  const last = sketch('b', { after: ['a'], action: 'modify', steps: [final(apply('1/x'))] });
  const plan = begin([sketch('a', { action: 'modify' }), last, sketch('c')]);
  const asked = tell(plan, opened, ready('a'), cancel, answered('a'), answered('b'), answered('c'));
  expect(asked.told.flatMap(freedBy)).toEqual([]);
  expect(stoppedBy(asked.last)).toEqual(['b', 'c']);
  // It settled before the word to stop arrived, past its point of no return.
  expect(freedBy(tell(asked.run, settled('b')).last)).toContain('a');
});

test('a cancel that could take back no more than what is optional of a bundle is refused', () => {
  const needed = sketch('needed', { item: 'part', steps: [final(apply('1/x'))] });
  const extra = sketch('extra', { item: 'bundle', optional: true });
  const plan = begin([needed, extra], { parents: { part: 'bundle' } });
  const { run, last } = tell(plan, opened, cancel, answered('extra'), answered('needed', true));
  expect(controlsOf(last)).toMatchObject([{ type: 'cancelRefused', code: 'NothingToTakeBack' }]);
  expect(freedBy(last).sort()).toEqual(['extra', 'needed']);
  expect(run.doomed).toEqual([]);
});

test('what went on for the sake of one that stood goes back, too, once that one is refused after all', () => {
  const plan = begin([sketch('a', { item: 'line' }), sketch('b', { item: 'line' }), sketch('c')]);
  const granted = tell(plan, opened, cancel, answered('a'), answered('b', true), answered('c'));
  expect([freedBy(granted.last), stoppedBy(granted.last)]).toEqual([['a', 'b'], ['c']]);
  const refused = tell(granted.run, cancelled('c'), failed('b', 'noStock'));
  expect(stoppedBy(refused.last)).toEqual(['a']);
  expect(tell(refused.run, cancelled('a')).run).toMatchObject({
    state: 'cancelled',
    items: { line: 'cancelled', c: 'cancelled' },
  });
});
