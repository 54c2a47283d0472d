import { describe, expect, test } from 'vitest';
import { type Remains, resumeOrder, type StandingServiceOrder, underWay } from '../../src/order/resume.ts';
import type { OrderCommand, OrderEvent, Wishes } from '../../src/order/run.ts';
import type { ServiceOrderState } from '../../src/serviceOrder/machine.ts';
import {
  need,
  begin,
  cancelled,
  compensatedBy,
  failed,
  opened,
  planOf,
  settled,
  sketch,
  startedBy,
  stoppedBy,
  tell,
} from './driver.ts';

const access = sketch('access');
const ip = sketch('ip', { after: ['access'], reliesOn: { access: 'access' } });
const cpe = sketch('cpe', { after: ['ip'] });
const taking = { ...sketch('access.c', { item: 'access', action: 'delete' }), compensates: 'access' };

const row = (
  id: string,
  state: ServiceOrderState,
  more: Partial<StandingServiceOrder> = {},
): StandingServiceOrder => ({
  id,
  state,
  code: null,
  needs: [],
  changed: [],
  failing: false,
  ...more,
});

const noWishes: Wishes = { aborted: false, onHold: false, cancel: null };

const resume = (
  rows: readonly StandingServiceOrder[],
  compensations: Remains['compensations'] = [],
  wishes: Wishes = noWishes,
) => {
  // Written in the transaction that grants the cancel.
  const state = wishes.cancel?.accepted ? 'pendingCancellation' : 'inProgress';
  const states = { state, items: { access: state, ip: state, cpe: state } } as const;
  return resumeOrder(planOf([access, ip, cpe]), states, {}, { serviceOrders: rows, compensations, wishes });
};

describe('an order that another run goes on with', () => {
  test('starts what is due, with what those before it changed', () => {
    const run = resume([
      row('access', 'completed', { changed: ['vlan'] }),
      row('ip', 'acknowledged'),
      row('cpe', 'acknowledged'),
    ]);
    expect(underWay(run)).toEqual([]);
    expect(tell(run, opened).last).toEqual([
      { type: 'startServiceOrder', id: 'ip', changed: ['reliesOn.access.vlan'] },
    ]);
  });

  test('joins what was under way, starts nothing twice, and completes', () => {
    const run = resume([row('access', 'completed'), row('ip', 'inProgress'), row('cpe', 'acknowledged')]);
    expect(underWay(run)).toEqual(['ip']);
    const { run: end, told } = tell(run, opened, settled('ip'), settled('cpe'));
    expect(told.map(startedBy)).toEqual([[], ['cpe'], []]);
    expect(end.state).toBe('completed');
  });

  test('knows what is held, and why', () => {
    const run = resume([row('access', 'held', { code: 'exists', needs: [need('exists')] })]);
    expect(run.children.access).toMatchObject({ state: 'held', code: 'exists', needs: [need('exists')] });
    expect(underWay(run)).toEqual(['access']);
    expect(tell(run, opened).run.state).toBe('held');
  });

  test('goes on taking back what a failure dooms', () => {
    const run = resume([row('access', 'completed'), row('ip', 'failed', { code: 'noRoute' })]);
    expect(compensatedBy(tell(run, opened).last)).toEqual(['access']);
    expect(run.unwanted).toBeNull();
  });

  test('takes nothing back twice', () => {
    const run = resume(
      [row('access', 'completed'), row('ip', 'failed'), row('access.c', 'inProgress')],
      [taking],
    );
    expect(underWay(run)).toEqual(['access.c']);
    const { run: end, told } = tell(run, opened, settled('access.c'));
    expect(told.flatMap(compensatedBy)).toEqual([]);
    expect(end.state).toBe('failed');
  });

  test('knows what was taken back already', () => {
    const run = resume(
      [row('access', 'completed'), row('ip', 'failed'), row('access.c', 'completed')],
      [taking],
    );
    expect(tell(run, opened).run.state).toBe('failed');
  });

  test('goes on with an abort that its row tells of', () => {
    const run = resume([row('access', 'inProgress'), row('ip', 'cancelled')], [], {
      ...noWishes,
      aborted: true,
    });
    expect(run.unwanted).toBe('aborted');
    const { run: end, told } = tell(run, opened, cancelled('access'));
    expect(told.map(stoppedBy)).toEqual([['access'], []]);
    expect(end.state).toBe('cancelled');
  });

  test('may be aborted before it goes on', () => {
    const run = resume([row('access', 'inProgress'), row('ip', 'acknowledged')]);
    const { run: end, told } = tell(run, { type: 'AbortRequested', audit: 'a1' }, opened, failed('access'));
    expect(told.flatMap(startedBy)).toEqual([]);
    expect(end.state).toBe('cancelled');
  });
});

describe('what a person wanted of an earlier run', () => {
  const rows = [row('access', 'inProgress'), row('ip', 'acknowledged'), row('cpe', 'acknowledged')];
  const words = (commands: readonly OrderCommand[]) => commands.map(({ type }) => type);

  test('an accepted cancel goes on: what runs is told to stop, and the order ends cancelled', () => {
    const cancel = { task: 't1', accepted: true };
    const run = resume(rows, [], { ...noWishes, cancel });
    const { run: end, told } = tell(run, opened, cancelled('access'));
    expect(told.flatMap(startedBy)).toEqual([]);
    // Nobody knows whether an earlier run had begun the others.
    expect(told.map(stoppedBy)).toEqual([['access'], ['cpe', 'ip']]);
    expect(end.state).toBe('cancelled');
  });

  test('what a granted cancel left standing stands again, and the wish counts once', () => {
    const cancel = { task: 't1', accepted: true };
    const items = { access: 'inProgress', ip: 'inProgress', cpe: 'pendingCancellation' } as const;
    const run = resumeOrder(
      planOf([access, ip, cpe]),
      { state: 'pendingCancellation', items },
      {},
      {
        serviceOrders: rows,
        compensations: [],
        wishes: { ...noWishes, cancel },
      },
    );
    const { run: after, told } = tell(run, opened, { type: 'CancelRequested', task: 't1' });
    expect(told.map(stoppedBy)).toEqual([['cpe'], []]);
    expect([after.items, after.state]).toEqual([items, 'pendingCancellation']);
    expect(told[1]).toEqual([]);
  });

  describe('what an earlier run may have begun, and nothing was noted of', () => {
    const told = (commands: readonly OrderCommand[], id: string) =>
      commands.flatMap((one) => ('id' in one && one.id === id ? [one.type] : []));
    const idle = [row('access', 'acknowledged'), row('ip', 'acknowledged'), row('cpe', 'acknowledged')];
    const granted = { ...noWishes, cancel: { task: 't1', accepted: true } };
    const asked = { ...noWishes, cancel: { task: 't1', accepted: false } };
    const wish: OrderEvent = { type: 'CancelRequested', task: 't1' };

    test.each([
      ['a granted cancel', granted, [opened]],
      ['a cancel that nobody has decided', asked, [wish]],
      ['an abort', { ...noWishes, aborted: true }, [opened]],
      ['a cancel on hold', { ...granted, onHold: true }, [opened, { type: 'ResumeRequested', audit: 'r1' }]],
    ] as const)(
      'is told to stop with %s, paused or not, and does not outlive its order',
      (_, wishes, events) => {
        const { run: end, last } = tell(resume(idle, [], wishes), ...events);
        expect(end.state).toBe('cancelled');
        expect(last[0]?.type).toBe('settleOrder');
        expect(told(last, 'access')).toEqual(['stopServiceOrder', 'resumeServiceOrder']);
        expect(last.some(({ type }) => type === 'startServiceOrder')).toBe(false);
      },
    );

    test('is told to stop, too, when the order goes back since something failed', () => {
      const rows = [row('access', 'failed', { code: 'noPort' }), row('ip', 'acknowledged')];
      const { last } = tell(resume(rows), opened);
      expect(told(last, 'ip')).toEqual(['stopServiceOrder', 'resumeServiceOrder']);
    });

    test('is started, or joined, where it is wanted', () => {
      const { last } = tell(resume(idle), opened);
      expect(told(last, 'access')).toEqual(['startServiceOrder']);
    });
  });

  test('of a new order nothing is told that was never begun', () => {
    const fresh = begin([access, ip, cpe]);
    const { last } = tell(fresh, { type: 'AbortRequested', audit: 'a1' });
    expect(words(last)).toEqual(['settleOrder']);
  });

  test('what a granted cancel left standing, and failed since, goes back and has failed', () => {
    const both = [sketch('line', { item: 'x' }), sketch('tv', { item: 'x', after: ['line'] }), sketch('c')];
    const items = { x: 'inProgress', c: 'pendingCancellation' } as const;
    const cancel = { task: 't1', accepted: true };
    const run = resumeOrder(
      planOf(both),
      { state: 'pendingCancellation', items },
      {},
      {
        serviceOrders: [row('line', 'failed', { code: 'noStock' }), row('c', 'failed', { code: 'noPort' })],
        compensations: [],
        wishes: { ...noWishes, cancel },
      },
    );
    const { run: end } = tell(run, opened);
    expect(run.standing).toEqual([]);
    expect([end.items, end.state]).toEqual([{ x: 'failed', c: 'cancelled' }, 'partial']);
  });

  test('on hold by a person alone it needs nobody, and moves once it is let go', () => {
    const held = [row('access', 'held'), row('ip', 'acknowledged'), row('cpe', 'acknowledged')];
    const run = resume(held, [], { ...noWishes, onHold: true });
    const { run: after } = tell(run, opened, { type: 'ResumeRequested', audit: 'one' });
    expect([after.state, after.items.access]).toEqual(['inProgress', 'inProgress']);
  });

  test('a hold goes on: nothing starts, and what runs is told again', () => {
    const run = resume(rows, [], { ...noWishes, onHold: true });
    const { run: after, last } = tell(run, opened);
    expect(words(last)).toEqual(['recordProgress', 'holdServiceOrder', 'goOnServiceOrder']);
    expect(after.state).toBe('held');
  });

  test('a hold that is over is over for those that run, too', () => {
    expect(words(tell(resume(rows), opened).last)).toEqual(['resumeServiceOrder', 'goOnServiceOrder']);
  });
});
