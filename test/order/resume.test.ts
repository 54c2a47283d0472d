import { describe, expect, test } from 'vitest';
import { resumeOrder, type StandingServiceOrder, underWay } from '../../src/order/resume.ts';
import type { ServiceOrderState } from '../../src/serviceOrder/machine.ts';
import {
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
  reason: null,
  changed: [],
  ...more,
});

const resume = (
  rows: readonly StandingServiceOrder[],
  compensations: Parameters<typeof resumeOrder>[3]['compensations'] = [],
) => {
  const items = { access: 'inProgress', ip: 'inProgress', cpe: 'inProgress' } as const;
  const states = { state: 'inProgress', items } as const;
  return resumeOrder(planOf([access, ip, cpe]), states, {}, { serviceOrders: rows, compensations });
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
    const run = resume([row('access', 'held', { code: 'exists', reason: 'a person: port' })]);
    expect(run.children.access).toMatchObject({ state: 'held', code: 'exists', reason: 'a person: port' });
    expect(underWay(run)).toEqual(['access']);
    expect(tell(run, opened).run.state).toBe('held');
  });

  test('goes on taking back what a failure dooms', () => {
    const run = resume([row('access', 'completed'), row('ip', 'failed', { code: 'noRoute' })]);
    expect(compensatedBy(tell(run, opened).last)).toEqual(['access']);
    expect(run.aborted).toBe(false);
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

  test('goes on with an abort that no failure explains', () => {
    const run = resume([row('access', 'inProgress'), row('ip', 'cancelled')]);
    expect(run.aborted).toBe(true);
    const { run: end, told } = tell(run, opened, cancelled('access'));
    expect(told.map(stoppedBy)).toEqual([['access'], []]);
    expect(end.state).toBe('cancelled');
  });

  test('may be aborted before it goes on', () => {
    const run = resume([row('access', 'inProgress'), row('ip', 'acknowledged')]);
    const { run: end, told } = tell(run, { type: 'AbortRequested' }, opened, failed('access'));
    expect(told.flatMap(startedBy)).toEqual([]);
    expect(end.state).toBe('cancelled');
  });
});

describe('an abort that an earlier run was told of', () => {
  test('goes on: nothing waits for ever for what is being taken back', () => {
    const run = resume([row('access', 'inProgress'), row('ip', 'acknowledged'), row('cpe', 'acknowledged')]);
    const { run: end, told } = tell(run, opened, cancelled('access'));
    expect(told.flatMap(startedBy)).toEqual([]);
    expect(end.state).toBe('cancelled');
  });
});
