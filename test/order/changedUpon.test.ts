import { describe, expect, test } from 'vitest';
import { resumeOrder } from '../../src/order/resume.ts';
import type { OrderEvent } from '../../src/order/run.ts';
import { apply, final, revoke } from '../serviceOrder/driver.ts';
import {
  begin,
  cancelled,
  compensatedBy,
  failed,
  held,
  opened,
  planOf,
  ready,
  releasedBy,
  resumed,
  settled,
  type ServiceOrderSketch,
  sketch,
  stands,
  startedBy,
  stoppedBy,
  tell,
} from './driver.ts';

const modify = 'modify' as const;
const replaces = { action: modify, steps: [apply('1/x+'), revoke('1/x')] };
const changes = { action: modify, steps: [apply('1/x')] };
const passes = { action: modify, steps: [final(apply('1/x'))] };

const abort: OrderEvent = { type: 'AbortRequested', audit: 'a1' };
const cancel: OrderEvent = { type: 'CancelRequested', task: 't1' };
const answered = (id: string, stand: boolean): OrderEvent => ({
  type: 'ServiceOrderAnswered',
  id,
  stands: stand,
});
/** Releasing too, beside the others: it keeps the order open. */
const other = sketch('other', replaces);
const foundation = (given: ServiceOrderSketch) => sketch('access', given);
const dependant = (given: ServiceOrderSketch = changes) => sketch('ip', { ...given, after: ['access'] });

const untouched = (told: ReturnType<typeof tell>['told'], id: string) =>
  expect(told.flat().filter((one) => goesBack(one, id))).toEqual([]);
const goesBack = (one: ReturnType<typeof tell>['last'][number], id: string): boolean =>
  stoppedBy([one]).includes(id) || compensatedBy([one]).includes(id);

describe('what is changed upon a change that stands keeps its new values', () => {
  const releasing = [opened, ready('other'), ready('access'), settled('ip')];
  const replaced = begin([foundation(replaces), dependant(), sketch('tv', changes), other]);

  test('when an abort comes while its foundation takes away', () => {
    const begun = tell(replaced, ...releasing, settled('tv'));
    expect(releasedBy(begun.last)).toEqual(['access', 'other']);
    const { run, told } = tell(begun.run, abort, settled('access'), settled('other'));
    untouched(told, 'ip');
    expect(compensatedBy(told.flat())).toEqual(['tv']);
    expect(run.items).toMatchObject({ access: 'inProgress', ip: 'inProgress' });
  });

  test('when an abort comes after its foundation has taken away', () => {
    const { told } = tell(replaced, ...releasing, settled('tv'), settled('access'), abort);
    untouched(told, 'ip');
    expect(compensatedBy(told.flat())).toEqual(['tv']);
  });

  test('when an abort comes while a person is needed to take away', () => {
    const { told } = tell(replaced, ...releasing, settled('tv'), held('access'), abort, resumed('access'));
    untouched(told, 'ip');
  });

  test('when a cancel is asked for, and its foundation refuses', () => {
    const { told } = tell(
      replaced,
      ...[...releasing, settled('tv'), held('access'), cancel],
      ...[answered('access', true), answered('other', true)],
    );
    untouched(told, 'ip');
    expect(compensatedBy(told.flat())).toEqual(['tv']);
  });

  test('when another fails that has nothing to do with it', () => {
    const plan = begin([foundation(passes), dependant(), sketch('tv')]);
    const { run, told } = tell(plan, opened, settled('access'), settled('ip'), failed('tv'));
    untouched(told, 'ip');
    expect(run.items).toEqual({ access: 'completed', ip: 'completed', tv: 'failed' });
    expect(run.state).toBe('partial');
  });

  test('when its foundation stands with the rest of its item', () => {
    const plan = begin([
      sketch('access', { ...changes, item: 'line' }),
      sketch('port', { ...passes, item: 'line' }),
      dependant(),
      sketch('tv'),
    ]);
    const { told } = tell(plan, opened, settled('access'), settled('port'), settled('ip'), abort);
    untouched(told, 'ip');
    expect(stoppedBy(told.flat())).toEqual(['tv']);
  });

  test('with what is changed upon itself in turn', () => {
    const plan = begin([
      foundation(passes),
      dependant(),
      sketch('cpe', { ...changes, after: ['ip'] }),
      sketch('tv'),
    ]);
    const { told } = tell(plan, opened, settled('access'), settled('ip'), settled('cpe'), abort);
    untouched(told, 'ip');
    untouched(told, 'cpe');
  });

  test('when an abort comes and its foundation is complete already, under bestEffort', () => {
    const plan = begin([foundation(changes), dependant(), sketch('tv')], { onFailure: 'bestEffort' });
    const { run, last } = tell(plan, opened, settled('access'), abort);
    expect(run.items).toMatchObject({ access: 'completed' });
    expect(stoppedBy(last)).toEqual(['tv']);
  });

  test('when another run goes on with the aborted order, which does not know yet that its foundation stands', () => {
    const row = { code: null, needs: [], changed: [], failing: false };
    const items = { access: 'inProgress', ip: 'inProgress' } as const;
    const run = resumeOrder(
      planOf([foundation(replaces), dependant()]),
      { state: 'inProgress', items },
      {},
      {
        serviceOrders: [
          { ...row, id: 'access', state: 'inProgress' },
          { ...row, id: 'ip', state: 'completed' },
        ],
        compensations: [],
        wishes: { aborted: true, onHold: false, cancel: null },
      },
    );
    const { run: end, told } = tell(run, opened, settled('access'));
    untouched(told, 'ip');
    expect(end.items).toEqual({ access: 'completed', ip: 'completed' });
  });

  test('and gets them, where it had only waited for them', () => {
    const plan = begin([foundation(passes), dependant(), sketch('tv')]);
    const told = tell(plan, opened, abort, stands('access'), cancelled('tv'), settled('access'));
    expect(startedBy(told.last)).toEqual(['ip']);
    const { run } = tell(told.run, settled('ip'));
    expect(run.items).toEqual({ access: 'completed', ip: 'completed', tv: 'cancelled' });
  });
});

describe('goes back with the order', () => {
  test('what is changed upon a change that goes back', () => {
    const plan = begin([foundation(replaces), dependant(), sketch('tv')]);
    const { told } = tell(plan, opened, ready('access'), settled('ip'), abort, cancelled('tv'));
    expect(compensatedBy(told.flat())).toEqual(['ip']);
  });

  test('what is added upon a change that stands', () => {
    const plan = begin([foundation(passes), dependant({})]);
    expect(stoppedBy(tell(plan, opened, settled('access'), abort).last)).toEqual(['ip']);
  });

  test('what is changed after something new that stands', () => {
    const plan = begin([foundation({ steps: [final(apply('1/x'))] }), dependant()]);
    expect(stoppedBy(tell(plan, opened, settled('access'), abort).last)).toEqual(['ip']);
  });

  test('what fails alone, though it was changed upon a change that stands', () => {
    const plan = begin(
      [foundation(passes), sketch('ip', { ...changes, after: ['access'] }), sketch('dns', { item: 'ip' })],
      { onFailure: 'bestEffort' },
    );
    const { told } = tell(plan, opened, settled('access'), settled('ip'), failed('dns'));
    expect(compensatedBy(told.flat())).toEqual(['ip']);
  });

  test('what is changed upon a change that turned out to need nothing, under bestEffort', () => {
    const unneeded = sketch('access', { action: modify, skippable: true, steps: [] });
    const plan = begin([unneeded, dependant()], { onFailure: 'bestEffort' });
    const { run, last } = tell(plan, opened, abort);
    expect(run.items).toMatchObject({ access: 'completed' });
    expect(stoppedBy(last)).toEqual(['ip']);
  });

  test('what is changed upon a change that stands, if it fails itself', () => {
    const plan = begin([foundation(passes), dependant()]);
    const { run } = tell(plan, opened, settled('access'), failed('ip', 'noPrefix'));
    expect(run.items).toEqual({ access: 'completed', ip: 'failed' });
    expect(run.state).toBe('partial');
  });
});
