import { describe, expect, test } from 'vitest';
import { apply, revoke } from '../serviceOrder/driver.ts';
import {
  begin,
  held,
  opened,
  ready,
  releasedBy,
  resumed,
  settled,
  sketch,
  startedBy,
  tell,
} from './driver.ts';

const access = sketch('access');
const ip = sketch('ip', { after: ['access'], reliesOn: { access: 'access' } });
const cpe = sketch('cpe', { after: ['access', 'ip'], reliesOn: { access: 'access', ip: 'ip' } });
const bundle = [access, ip, cpe];

describe('building', () => {
  test('a bundle is built along its edges and completes as a whole', () => {
    const { run, told } = tell(
      begin(bundle, { bundles: ['bundle'] }),
      opened,
      settled('access', 'vlan'),
      settled('ip', 'cidr'),
      settled('cpe'),
    );
    expect(told.slice(0, 3)).toEqual([
      [{ type: 'startServiceOrder', id: 'access', changed: [] }],
      [{ type: 'startServiceOrder', id: 'ip', changed: ['reliesOn.access.vlan'] }],
      [{ type: 'startServiceOrder', id: 'cpe', changed: ['reliesOn.access.vlan', 'reliesOn.ip.cidr'] }],
    ]);
    expect(told[3]).toEqual([
      {
        type: 'settleOrder',
        changes: [
          ...['bundle', 'access', 'ip', 'cpe'].map((item) => ({ type: 'item', item, arrow: 'Completed' })),
          { type: 'order', arrow: 'Completed' },
        ],
        controls: [],
        untouched: [],
        notStarted: [],
      },
    ]);
    expect(run.state).toBe('completed');
  });

  test('an untroubled order records nothing between its opening and its end', () => {
    const { told } = tell(begin(bundle), opened, settled('access'), settled('ip'), settled('cpe'));
    expect(told.flat().filter(({ type }) => type === 'recordProgress')).toEqual([]);
  });

  test('an item stays in progress until nothing of the order can fail any more', () => {
    const { run } = tell(begin(bundle), opened, settled('access'), settled('ip'));
    expect(run.items).toEqual({ access: 'inProgress', ip: 'inProgress', cpe: 'inProgress' });
  });

  test('what has no edge between it is built at the same time', () => {
    const plan = [sketch('a'), sketch('b'), sketch('c', { after: ['a', 'b'] })];
    const { told } = tell(begin(plan), opened, settled('b'), settled('a'));
    expect(told.map(startedBy)).toEqual([['a', 'b'], [], ['c']]);
  });

  test('an order with nothing to do is settled as soon as it is opened', () => {
    const { run, last } = tell(begin([], { bundles: ['1'] }), opened);
    expect(last).toMatchObject([{ type: 'settleOrder', untouched: [] }]);
    expect(run.state).toBe('completed');
  });
});

describe('the window', () => {
  const five = ['a', 'b', 'c', 'd', 'e'].map((id) => sketch(id));

  test('no more children are open than it has room for', () => {
    const { told } = tell(begin(five, { window: 2 }), opened, settled('a'), settled('b'), settled('c'));
    expect(told.map(startedBy)).toEqual([['a', 'b'], ['c'], ['d'], ['e']]);
  });

  test('a held child keeps its room', () => {
    const { told } = tell(begin(five, { window: 2 }), opened, held('a'), settled('b'));
    expect(told.map(startedBy)).toEqual([['a', 'b'], [], ['c']]);
  });

  test('a ready child makes room, since it waits for those that wait for room', () => {
    const plan = [sketch('a', { action: 'modify' }), sketch('b'), sketch('c', { action: 'delete' })];
    const { run, told } = tell(
      begin(plan, { window: 1 }),
      opened,
      ready('a'),
      settled('b'),
      settled('c'),
      settled('a'),
    );
    expect(told.map(startedBy)).toEqual([['a'], ['b'], ['c'], [], []]);
    expect(told.map(releasedBy)).toEqual([[], [], [], ['a'], []]);
    expect(run.state).toBe('completed');
  });
});

describe('a modify that may not be needed', () => {
  const config = apply('1/config', [], ['reliesOn.access.vlan']);
  const changing = sketch('access', { action: 'modify' });
  const waiting = sketch('cpe', {
    action: 'modify',
    after: ['access'],
    reliesOn: { access: 'access' },
    skippable: true,
    steps: [config],
  });

  test('nothing it reads changed: no child is started, and the order says it was left untouched', () => {
    const { run, last } = tell(begin([changing, waiting]), opened, settled('access', 'other'));
    expect(last).toMatchObject([{ type: 'settleOrder', untouched: ['cpe'] }]);
    expect(run.state).toBe('completed');
  });

  test('what it reads changed: its child is started, and knows what changed', () => {
    const { last } = tell(begin([changing, waiting]), opened, settled('access', 'vlan'));
    expect(last).toEqual([{ type: 'startServiceOrder', id: 'cpe', changed: ['reliesOn.access.vlan'] }]);
  });

  test('one that changes a result in any case is started even if no step turns out to be needed', () => {
    const { last } = tell(begin([changing, { ...waiting, skippable: false }]), opened, settled('access'));
    expect(startedBy(last)).toEqual(['cpe']);
  });

  test('one whose steps only its child knows is started', () => {
    const { steps: _, ...unknown } = waiting;
    expect(startedBy(tell(begin([changing, unknown]), opened, settled('access')).last)).toEqual(['cpe']);
  });

  test('a skip lets the next one go at the same time', () => {
    const last = sketch('after', { after: ['cpe'] });
    const { run, last: commands } = tell(begin([changing, waiting, last]), opened, settled('access'));
    expect(startedBy(commands)).toEqual(['after']);
    expect(run.children.cpe?.state).toBe('skipped');
  });
});

describe('build first, take away last', () => {
  test('deletes begin when everything else is built, dependants before what they rely on', () => {
    const plan = [
      sketch('new'),
      sketch('ip', { action: 'delete', after: ['cpe'] }),
      sketch('cpe', { action: 'delete' }),
    ];
    const { run, told } = tell(begin(plan), opened, settled('new'), settled('cpe'), settled('ip'));
    expect(told.map(startedBy)).toEqual([['new'], ['cpe'], ['ip'], []]);
    expect(run.state).toBe('completed');
  });

  test('a ready modify counts as built: dependants see its results, and it waits for them', () => {
    const plan = [
      sketch('access', { action: 'modify', steps: [apply('1/line'), revoke('1/line.gone')] }),
      sketch('ip', { action: 'modify', after: ['access'], reliesOn: { access: 'access' } }),
    ];
    const { run, told } = tell(
      begin(plan),
      opened,
      ready('access', 'vlan'),
      settled('ip'),
      settled('access'),
    );
    expect(told[1]).toEqual([{ type: 'startServiceOrder', id: 'ip', changed: ['reliesOn.access.vlan'] }]);
    expect(told[2]).toEqual([{ type: 'releaseServiceOrder', id: 'access' }]);
    expect(run.state).toBe('completed');
  });

  test('of two ready ones the dependant takes away first', () => {
    const plan = [
      sketch('access', { action: 'modify' }),
      sketch('ip', { action: 'modify', after: ['access'] }),
    ];
    const { told } = tell(
      begin(plan),
      opened,
      ready('access'),
      ready('ip'),
      settled('ip'),
      settled('access'),
    );
    expect(told.map(releasedBy)).toEqual([[], [], ['ip'], ['access'], []]);
  });

  test('nothing is taken away while anything is held', () => {
    const plan = [sketch('a', { action: 'modify' }), sketch('b'), sketch('c', { action: 'delete' })];
    const { run, told } = tell(begin(plan), opened, ready('a'), held('b'));
    expect(told.flatMap(releasedBy)).toEqual([]);
    expect(told.flatMap(startedBy)).toEqual(['a', 'b']);
    expect(run.state).toBe('held');
  });
});

describe('held', () => {
  test('a held service order holds its item, and the order once nothing else moves', () => {
    const { run, told } = tell(begin([sketch('a'), sketch('b')]), opened, held('a', 'noRoute'), settled('b'));
    expect(told[1]).toEqual([
      {
        type: 'recordProgress',
        changes: [{ type: 'item', item: 'a', arrow: 'Held', code: 'noRoute' }],
        controls: [],
      },
    ]);
    expect(told[2]).toEqual([
      { type: 'recordProgress', changes: [{ type: 'order', arrow: 'Held' }], controls: [] },
    ]);
    expect(run).toMatchObject({ state: 'held', items: { a: 'held', b: 'inProgress' } });
  });

  test('what relies on a held service order is not started', () => {
    const { run, told } = tell(begin(bundle), opened, held('access'));
    expect(told.map(startedBy)).toEqual([['access'], []]);
    expect(run.state).toBe('held');
  });

  test('resumed and settled, the order goes on to its end', () => {
    const { run, told } = tell(
      begin([access, ip]),
      opened,
      held('access'),
      resumed('access'),
      settled('access'),
      settled('ip'),
    );
    expect(told[2]).toEqual([
      {
        type: 'recordProgress',
        changes: [
          { type: 'item', item: 'access', arrow: 'Resumed' },
          { type: 'order', arrow: 'Resumed' },
        ],
        controls: [],
      },
    ]);
    expect(startedBy(told[3] ?? [])).toEqual(['ip']);
    expect(run.state).toBe('completed');
  });

  test('a held service order that settles without further notice has been resumed, and so have item and order', () => {
    const { run, last } = tell(begin([access]), opened, held('access'), settled('access'));
    expect(last).toMatchObject([
      {
        type: 'settleOrder',
        changes: [
          { type: 'item', item: 'access', arrow: 'Resumed' },
          { type: 'item', item: 'access', arrow: 'Completed' },
          { type: 'order', arrow: 'Resumed' },
          { type: 'order', arrow: 'Completed' },
        ],
      },
    ]);
    expect(run.state).toBe('completed');
  });

  test('an item with two service orders is held as long as one of them is', () => {
    const plan = [sketch('a', { item: '1' }), sketch('b', { item: '1' }), sketch('c')];
    const { run, told } = tell(begin(plan), opened, held('a'), held('b'), settled('a'));
    expect(run.items['1']).toBe('held');
    expect(told[2]).toEqual([]);
    expect(tell(run, settled('b')).run.items['1']).toBe('inProgress');
  });

  test('a released service order still moves, so another that is held does not hold the order', () => {
    const plan = ['a', 'b'].map((id) => sketch(id, { action: 'modify' }));
    const { run, told } = tell(begin(plan), opened, ready('a'), ready('b'), held('a'));
    expect(told.map(releasedBy)).toEqual([[], [], ['a', 'b'], []]);
    expect(run).toMatchObject({ state: 'inProgress', items: { a: 'held', b: 'inProgress' } });
    expect(tell(run, settled('b')).run.state).toBe('held');
  });

  test('a revoke that is held after the release holds the order', () => {
    const { run } = tell(begin([sketch('a', { action: 'modify' })]), opened, ready('a'), held('a'));
    expect(run).toMatchObject({ state: 'held', children: { a: { state: 'held' } } });
  });
});
