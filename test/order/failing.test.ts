import { describe, expect, test } from 'vitest';
import { refusalOf } from '../../src/order/commands.ts';
import type { OrderEvent } from '../../src/order/run.ts';
import { apply } from '../serviceOrder/driver.ts';
import {
  begin,
  cancelled,
  compensatedBy,
  compensating,
  failed,
  failing,
  held,
  opened,
  settled,
  sketch,
  startedBy,
  stoppedBy,
  tell,
} from './driver.ts';

/** Two branches that have nothing to do with each other, and what builds upon one of them. */
const access = sketch('access', { steps: [apply('line')] });
const ip = sketch('ip', { after: ['access'], steps: [apply('prefix')] });
const other = sketch('other', { steps: [apply('line')] });
const after = sketch('after', { after: ['other'], steps: [apply('line')] });
const plan = [access, ip, other, after];
const abort: OrderEvent = { type: 'AbortRequested', audit: 'a' };
const cancel: OrderEvent = { type: 'CancelRequested', task: 't' };

describe('a service order that takes itself back', () => {
  test('takes the others with it at once: what runs is stopped, what waits is not started', () => {
    const { told, run } = tell(
      begin(plan),
      opened,
      settled('access'),
      failing('ip'),
      cancelled('other'),
      failed('ip'),
    );
    expect(stoppedBy(told[2] ?? [])).toEqual(['other']);
    expect(startedBy(told.slice(2).flat())).toEqual([]);
    expect(compensatedBy(told[4] ?? [])).toEqual(['access']);
    const end = tell(run, compensating('access'), settled('access.c'));
    expect(end.run).toMatchObject({ state: 'failed', items: { ip: 'failed', other: 'failed' } });
  });

  test('is not told to stop, and what it builds upon stands until it is gone', () => {
    const { told } = tell(begin([access, ip]), opened, settled('access'), failing('ip'));
    expect(told[2]).toEqual([]);
  });

  test('under bestEffort takes only what hangs on it', () => {
    const { told } = tell(begin(plan, { onFailure: 'bestEffort' }), opened, settled('access'), failing('ip'));
    expect(stoppedBy(told[2] ?? [])).toEqual([]);
    expect(
      startedBy(
        tell(tell(begin(plan, { onFailure: 'bestEffort' }), opened, failing('access')).run, settled('other'))
          .last,
      ),
    ).toEqual(['after']);
  });

  test.each([
    ['moves', []],
    ['is held', [held('ip')]],
  ])('leaves nothing to abort or to cancel while it %s, and the order fails', (_, events) => {
    const { run } = tell(begin([access, ip]), opened, settled('access'), failing('ip'), ...events);
    expect(refusalOf(run, abort)?.type).toBe('NothingToTakeBack');
    const asked = tell(run, cancel);
    const controls = [{ type: 'cancelRefused', task: 't', code: 'NothingToTakeBack' }];
    expect(asked.last).toEqual([{ type: 'recordProgress', changes: [], controls }]);
    const end = tell(asked.run, failed('ip', 'noRoute'), compensating('access'), settled('access.c'));
    expect(end.run).toMatchObject({ state: 'failed', items: { access: 'failed', ip: 'failed' } });
  });

  test('has failed by itself, though an abort takes all else back meanwhile', () => {
    const { run } = tell(
      begin([access, other], { onFailure: 'bestEffort' }),
      opened,
      failing('access'),
      abort,
      cancelled('other'),
      failed('access', 'noPort'),
    );
    expect(run).toMatchObject({ state: 'partial', items: { access: 'failed', other: 'cancelled' } });
  });

  test('that was going anyway is cancelled with the rest', () => {
    const { run } = tell(begin([other]), opened, abort, failing('other'), failed('other'));
    expect(run).toMatchObject({ state: 'cancelled', items: { other: 'cancelled' } });
  });
});
