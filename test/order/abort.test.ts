import { describe, expect, test } from 'vitest';
import { must } from '../../src/kernel/assert.ts';
import { hangsOnRows, refusalOf } from '../../src/order/commands.ts';
import type { OrderEvent, OrderRun } from '../../src/order/run.ts';
import { apply, final, revoke } from '../serviceOrder/driver.ts';
import {
  begin,
  cancelled,
  compensatedBy,
  compensating,
  failed,
  held,
  opened,
  ready,
  resumed,
  settled,
  sketch,
  type Sketched,
  stands,
  startedBy,
  stoppedBy,
  tell,
} from './driver.ts';

const abort: OrderEvent = { type: 'AbortRequested', audit: 'a1' };
const access = sketch('access');
const ip = sketch('ip', { after: ['access'] });
const cpe = sketch('cpe', { after: ['access', 'ip'] });
const bundle = [access, ip, cpe];

const ends = ({ state, items }: OrderRun) => ({ state, items });

describe('an abort', () => {
  test('takes everything back, dependants first, and the order ends cancelled', () => {
    const { run, told, last } = tell(
      begin(bundle, { bundles: ['bundle'] }),
      opened,
      settled('access'),
      abort,
      cancelled('ip'),
      compensating('access'),
      settled('access.c'),
    );
    expect(told.map(stoppedBy)).toEqual([[], [], ['ip'], [], [], []]);
    expect(told.map(compensatedBy)).toEqual([[], [], [], ['access'], [], []]);
    expect(told.slice(2).flatMap(startedBy)).toEqual(['access.c']);
    expect(ends(run)).toEqual({
      state: 'cancelled',
      items: { bundle: 'cancelled', access: 'cancelled', ip: 'cancelled', cpe: 'cancelled' },
    });
    expect(last).toMatchObject([{ type: 'settleOrder', notStarted: ['cpe'] }]);
  });

  test('moves items and order along the arrows of the standard, with the reason on each item', () => {
    const { last } = tell(begin([access]), opened, abort, cancelled('access'));
    const arrows = ['CancellationRequested', 'CancellationAccepted', 'Cancelled'];
    expect(last).toMatchObject([
      {
        type: 'settleOrder',
        changes: [
          ...arrows.map((arrow) => ({ type: 'item', item: 'access', arrow, code: 'aborted' })),
          ...arrows.map((arrow) => ({ type: 'order', arrow })),
        ],
      },
    ]);
  });

  test('before anything was started ends the order at once, and nothing starts', () => {
    const { run, told } = tell(begin(bundle), abort);
    expect(run.state).toBe('cancelled');
    expect(told.flat()).toMatchObject([{ type: 'settleOrder', notStarted: ['access', 'ip', 'cpe'] }]);
  });

  test.each(['allOrNothing', 'bestEffort'] as const)(
    'before its order was opened cancels what needs no service order as well: %s',
    (onFailure) => {
      const { run } = tell(
        begin([sketch('tv', { optional: true })], { onFailure, bundles: ['bundle'] }),
        abort,
      );
      expect(ends(run)).toEqual({ state: 'cancelled', items: { bundle: 'cancelled', tv: 'cancelled' } });
    },
  );

  test('stops what is held, too', () => {
    const { run, told } = tell(
      begin([access]),
      opened,
      held('access'),
      abort,
      resumed('access'),
      cancelled('access'),
    );
    expect(told.map(stoppedBy)).toEqual([[], [], ['access'], [], []]);
    expect(run.state).toBe('cancelled');
  });

  test('leaves moving what a person let go of meanwhile, and stands', () => {
    const { run } = tell(begin([access]), opened, held('access'), abort, resumed('access'), stands('access'));
    expect(run.children.access?.state).toBe('running');
    expect(run.state).toBe('inProgress');
  });

  test('leaves what is past its point of no return, with what that was built on: the order ends partial', () => {
    const { run } = tell(
      begin([access, sketch('ip', { after: ['access'] }), sketch('other')]),
      opened,
      settled('access'),
      abort,
      stands('ip'),
      cancelled('other'),
      settled('ip'),
    );
    expect(ends(run)).toEqual({
      state: 'partial',
      items: { access: 'completed', ip: 'completed', other: 'cancelled' },
    });
  });

  test('gives up deletes that have not begun', () => {
    const { run } = tell(
      begin([access, sketch('old', { action: 'delete', steps: [revoke('1/x')] })]),
      opened,
      abort,
      cancelled('access'),
    );
    expect(run.items).toEqual({ access: 'cancelled', old: 'cancelled' });
  });

  test('takes back what is ready, and takes nothing away', () => {
    const steps = [apply('1/x'), revoke('1/x.gone')];
    const { told } = tell(
      begin([sketch('a', { action: 'modify', steps }), access]),
      opened,
      ready('a'),
      abort,
    );
    expect(stoppedBy(told[2] ?? [])).toEqual(['access', 'a'].sort());
  });

  test('whose service order fails while it stops ends cancelled all the same, with its code', () => {
    const { run, last } = tell(begin([access]), opened, abort, failed('access', 'noPort'));
    expect(run.state).toBe('cancelled');
    expect(last[0]).toMatchObject({
      changes: [{ code: 'noPort' }, { code: 'noPort' }, { code: 'noPort' }, {}, {}, {}],
    });
  });
});

describe('under bestEffort, what turned out to need nothing', () => {
  const unneeded = sketch('unneeded', { item: 'voice', action: 'modify', skippable: true, steps: [] });
  const settling = ({ last }: ReturnType<typeof tell>) => last.find(({ type }) => type === 'settleOrder');

  test('is given up with the item that an abort cancels, though others take longer', () => {
    const old = sketch('old', { item: 'voice', action: 'delete', steps: [revoke('1/x')] });
    const plan = begin([unneeded, old, access], { onFailure: 'bestEffort' });
    const done = tell(plan, opened, abort, cancelled('access'));
    expect(settling(done)).toMatchObject({ untouched: [], notStarted: ['old', 'unneeded'] });
    expect(done.run.items).toEqual({ voice: 'cancelled', access: 'cancelled' });
  });

  test('stays given up with the item that had failed before the abort', () => {
    const port = sketch('port', { item: 'voice' });
    const plan = begin([unneeded, port, access], { onFailure: 'bestEffort' });
    const done = tell(plan, opened, failed('port'), abort, cancelled('access'));
    expect(settling(done)).toMatchObject({ untouched: [], notStarted: ['unneeded'] });
    expect(done.run.items).toEqual({ voice: 'failed', access: 'cancelled' });
  });
});

describe('an abort is refused', () => {
  test.each<[string, OrderRun, string]>([
    ['once the order is over', tell(begin([access]), opened, settled('access')).run, 'OrderOver'],
    ['a second time', tell(begin([access]), opened, abort).run, 'AbortedAlready'],
    [
      'to an order that is taken back already',
      tell(begin([access, ip]), opened, settled('access'), failed('ip')).run,
      'NothingToTakeBack',
    ],
  ])('%s, and changes nothing', (_, run, type) => {
    expect(refusalOf(run, abort)).toMatchObject({ type });
  });

  test('before its order was opened, where there is nothing to take back, and does not end it', () => {
    const run = begin([], { bundles: ['bundle'] });
    expect(refusalOf(run, abort)).toMatchObject({ type: 'NothingToTakeBack' });
    expect(tell(run, abort)).toEqual({ run, told: [[]], last: [] });
    expect(tell(run, abort, opened).run.state).toBe('completed');
  });

  const number = sketch('number', { item: 'voice', steps: [final(apply('1/port'))] });
  const line = sketch('line', { item: 'voice' });
  const knowing = (...past: readonly string[]): OrderEvent => ({ ...abort, past });

  test.each<[string, readonly Sketched[], readonly string[]]>([
    ['alone', [number], ['number']],
    ['with the rest of its item', [number, line], ['number']],
    ['with what it was built on', [access, sketch('ip', { after: ['access'] })], ['ip']],
  ])('where all that is left stands past its point of no return: %s', (_, plan, past) => {
    const { run } = tell(begin(plan), opened);
    expect(refusalOf(run, knowing(...past))).toMatchObject({ type: 'NothingToTakeBack' });
    expect(tell(run, knowing(...past))).toEqual({ run, told: [[]], last: [] });
  });

  test('but not where anything can still go', () => {
    const { run, last } = tell(begin([number, access]), opened, knowing('number'));
    expect(run.unwanted).toBe('aborted');
    expect(stoppedBy(last)).toEqual(['access', 'number']);
  });

  test('and its rows are asked only where the answer hangs on them', () => {
    const [sent, both] = [[number], [number, access]].map((plan) => tell(begin(plan), opened).run);
    const none = tell(begin([access]), opened).run;
    const unstarted = begin([number]);
    const asked = [sent, both, none, unstarted].map((run) => hangsOnRows(must(run, 'a run'), abort));
    expect(asked).toEqual([true, false, false, false]);
    expect(hangsOnRows(must(sent, 'a run'), opened)).toBe(false);
  });

  test('nothing else is a command', () => {
    expect(refusalOf(tell(begin([access]), opened).run, opened)).toBeUndefined();
  });
});

describe('a service order whose run is lost while it goes back', () => {
  const lost = (id: string): OrderEvent => ({
    ...{ type: 'ServiceOrderHeld', id, code: 'runLost' },
    needs: [],
  });
  const two = [access, sketch('tv')];

  test.each([
    ['after an abort', [abort, cancelled('tv')], 'cancelled'],
    ['after another failed', [failed('tv')], 'failed'],
  ] as const)('%s is told to stop again', (_, events, state) => {
    const { run, last } = tell(begin(two), opened, ...events, lost('access'));
    expect(stoppedBy(last)).toEqual(['access']);
    expect(tell(run, cancelled('access')).run.state).toBe(state);
  });
});

test('an item that needs no service order is cancelled with the rest', () => {
  const order = begin([sketch('a')]);
  const run = { ...order, items: { ...order.items, bare: 'inProgress' as const } };
  const { run: end } = tell(run, abort);
  expect(end.items).toMatchObject({ bare: 'cancelled' });
  expect(end.state).toBe('cancelled');
});
