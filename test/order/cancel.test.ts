import { describe, expect, test } from 'vitest';
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

const codesOf = (commands: readonly OrderCommand[]) =>
  commands.flatMap((command) =>
    command.type === 'settleOrder'
      ? command.changes.flatMap((one) =>
          one.type === 'item' ? [`${one.item} ${one.arrow} ${one.code}`] : [],
        )
      : [],
  );

describe('an item that a granted cancel left standing', () => {
  const steps = [final(apply('1/x'))];
  const plan = [
    sketch('a', { item: 'line', steps }),
    sketch('b', { item: 'line', after: ['a'] }),
    sketch('c'),
  ];
  const granted = tell(begin(plan), opened, cancel, answered('a', true), answered('c'), cancelled('c'));

  test('is not about to be cancelled', () => {
    expect(granted.run.items).toEqual({ line: 'inProgress', c: 'pendingCancellation' });
  });

  test('and fails by itself has failed with its own code, and so has what went with it', () => {
    const { run, last } = tell(granted.run, failed('a', 'noStock'));
    expect(run.items).toEqual({ line: 'failed', c: 'cancelled' });
    expect(run.state).toBe('partial');
    expect(codesOf(last)).toContain('line Failed noStock');
  });

  test('and goes back since one of its services failed is not about to be cancelled either', () => {
    const late = tell(granted.run, settled('a'), failed('b', 'noRoute'));
    expect(late.run.items.line).toBe('failed');
    expect(codesOf(late.last)).toContain('line Failed noRoute');
  });
});

test('a bundle whose own service goes is cancelled, though a part of it stands and fails later', () => {
  const part = sketch('part', { item: 'part', steps: [final(apply('1/x'))] });
  const plan = begin([part, sketch('own', { item: 'bundle' })], { parents: { part: 'bundle' } });
  const granted = tell(plan, opened, cancel, answered('part', true), answered('own'), cancelled('own'));
  const { run, last } = tell(granted.run, failed('part', 'noStock'));
  expect(run.items).toEqual({ part: 'failed', bundle: 'cancelled' });
  expect(codesOf(last)).toContain('bundle Cancelled cancelled');
});

test('a cancel that meets nothing but what fails while it is assessed is refused', () => {
  const { run, last } = tell(begin([sketch('a')]), opened, cancel, failed('a', 'noStock'));
  expect(controlsOf(last)).toEqual([{ type: 'cancelRefused', task: 't1', code: 'NothingToTakeBack' }]);
  expect([run.items, run.state]).toEqual([{ a: 'failed' }, 'failed']);
});

test('an item that failed before the cancel was granted is not cancelled by it', () => {
  const plan = begin([sketch('a', { item: 'line' }), sketch('b', { item: 'line' }), sketch('c')], {
    onFailure: 'bestEffort',
  });
  const granted = tell(plan, opened, failed('a', 'noStock'), cancel, answered('c'));
  expect(granted.run.items).toEqual({ line: 'inProgress', c: 'pendingCancellation' });
  const { run, last } = tell(granted.run, cancelled('b'), cancelled('c'));
  expect([run.items, run.state]).toEqual([{ line: 'failed', c: 'cancelled' }, 'partial']);
  expect(codesOf(last)).toContain('c Cancelled cancelled');
});

test('a service order that fails once it is to go back is cancelled with its item, also while on hold', () => {
  const hold: OrderEvent = { type: 'HoldRequested', audit: 'h1' };
  const resume: OrderEvent = { type: 'ResumeRequested', audit: 'r1' };
  const { run } = tell(
    begin([sketch('a')]),
    opened,
    hold,
    cancel,
    answered('a'),
    failed('a', 'noStock'),
    resume,
  );
  expect(run.items).toEqual({ a: 'cancelled' });
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
    state: 'partial',
    items: { line: 'failed', c: 'cancelled' },
  });
});
