import { describe, expect, test } from 'vitest';
import type { FailureMode } from '../../src/catalog/model.ts';
import { begin, compensatedBy, compensating, failed, opened, settled, sketch, tell } from './driver.ts';

/** A bundle whose part is optional, with two services that the part's product needs. */
const part = (id: string, item: string, more: object = {}) =>
  sketch(id, { item, optional: true, optionalWith: 'part', ...more });
const parents = { line: 'bundle', part: 'bundle' };
const modes: readonly FailureMode[] = ['allOrNothing', 'bestEffort'];

describe.each(modes)('of an order that is %s, an optional part of a bundle', (onFailure) => {
  test('goes as a whole when one of the services it needs fails, and the rest of the order stands', () => {
    const plan = [sketch('s', { item: 'line' }), part('a', 'part'), part('b', 'part')];
    const order = begin(plan, { parents, onFailure });
    const { run, last } = tell(order, opened, settled('s'), settled('a'), failed('b', 'noStock'));
    expect(compensatedBy(last)).toEqual(['a']);
    const end = tell(run, compensating('a'), settled('a.c')).run;
    expect(end.items).toEqual({ line: 'completed', part: 'failed', bundle: 'completed' });
    expect(end.state).toBe('partial');
  });

  test('takes with it what relies on any of its services', () => {
    const reliant = sketch('c', { item: 'extra', after: ['a'], optional: true });
    const plan = [sketch('s', { item: 'line' }), part('a', 'part'), part('b', 'part'), reliant];
    const order = begin(plan, { parents, onFailure });
    const { last } = tell(order, opened, settled('s'), settled('a'), settled('c'), failed('b'));
    expect(compensatedBy(last)).toEqual(['c']);
  });

  test('stands without a service that its own product can do without', () => {
    const plan = [part('a', 'part'), sketch('b', { item: 'part', optional: true })];
    const { run } = tell(begin(plan, { parents, onFailure }), opened, settled('a'), failed('b'));
    expect(run.items).toEqual({ part: 'completed', bundle: 'completed' });
  });

  test('fails, too, when the rest of it is past its point of no return', () => {
    const plan = [part('a', 'part', { irreversible: true }), part('b', 'part')];
    const { run } = tell(begin(plan, { parents, onFailure }), opened, settled('a'), failed('b', 'noStock'));
    expect(run.items).toMatchObject({ part: 'failed' });
  });
});

describe('an optional part that is a bundle', () => {
  const nested = { first: 'part', second: 'part', part: 'bundle', line: 'bundle' };
  const plan = [sketch('s', { item: 'line' }), part('a', 'first'), part('b', 'second')];
  const events = [opened, settled('s'), settled('a'), failed('b', 'noStock')] as const;

  test('goes with all its parts', () => {
    const { run, last } = tell(begin(plan, { parents: nested }), ...events);
    expect(compensatedBy(last)).toEqual(['a']);
    const end = tell(run, compensating('a'), settled('a.c')).run;
    expect(end.items).toEqual({
      ...{ line: 'completed', bundle: 'completed' },
      ...{ first: 'failed', second: 'failed', part: 'failed' },
    });
  });

  test('keeps, under best effort, the parts that have nothing to do with the one that failed', () => {
    const { run, last } = tell(begin(plan, { parents: nested, onFailure: 'bestEffort' }), ...events);
    expect(compensatedBy(last)).toEqual([]);
    expect(run.items).toEqual({
      ...{ line: 'completed', bundle: 'completed' },
      ...{ first: 'completed', second: 'failed', part: 'failed' },
    });
  });
});

test('what needed nothing is given up with its item for good, though another ends without what it built on it', () => {
  const idle = part('idle', 'part', { action: 'modify', skippable: true, steps: [] });
  const lost = part('lost', 'part');
  const extra = sketch('extra', { item: 'other', optional: true, after: ['lost'] });
  const plan = begin([idle, lost, sketch('other'), extra, sketch('last')], { onFailure: 'bestEffort' });
  const given = tell(plan, opened, settled('other'), failed('lost'));
  expect(given.run.items).toMatchObject({ part: 'failed', other: 'completed', last: 'inProgress' });
  const { run, last } = tell(given.run, settled('last'));
  expect(run.state).toBe('partial');
  expect(last).toMatchObject([{ type: 'settleOrder', untouched: [], notStarted: ['extra', 'idle'] }]);
});
