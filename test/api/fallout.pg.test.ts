import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activitiesOn, type Api, startApi } from './support/api.ts';
import { conflictingStep, held } from './support/heldStep.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const activities = () => activitiesOn(api.db);
const conflicting = () => conflictingStep(api);

const listed = async (query: string) => (await api.get(`/ops/v1/fallout?${query}`)).body;

describe('a step that is held', () => {
  test('is one fallout, however often it is recorded, with what was tried and what the network showed', async () => {
    const { order, serviceOrder, step, name, system, recordTwice } = await conflicting();
    expect(await listed(`order=${order}`)).toEqual([]);
    await recordTwice(...held(step));
    const [fallout, ...more] = await listed(`order=${order}`);
    expect(more).toEqual([]);
    expect(fallout).toMatchObject({
      state: 'open',
      class: 'conflict',
      code: 'exists',
      reason: 'not ours',
      tries: 1,
      seen: { type: 'present', observed: { number: 1 }, version: '7', key: null },
      allowedCommands: ['retryNow', 'editAndRetry', 'completeWithEvidence', 'abort'],
    });
    expect(fallout).toMatchObject({ order, serviceOrder, item: 1, step: name, system });
    const { body } = await api.get(`/ops/v1/fallout/${fallout.id}`);
    expect(body.attempts).toMatchObject([
      { number: 1, outcome: 'conflict', code: 'exists', message: 'not ours' },
    ]);
    const view = (await api.get(`/ops/v1/productOrders/${order}`)).body;
    expect(view.fallout).toMatchObject([{ id: fallout.id, step: name, class: 'conflict', code: 'exists' }]);
  });

  test('is another fallout when it is held again after a retry', async () => {
    const { order, step, attempt, record } = await conflicting();
    await record(...held(step));
    await record(
      { type: 'falloutClosed', step, resolution: 'retryNow' },
      { type: 'serviceOrder', arrow: 'Resumed' },
    );
    expect(await listed(`order=${order}`)).toEqual([]);
    await attempt(2);
    await record(...held(step));
    const all = await listed(`order=${order}&state=open,closed`);
    expect(all).toMatchObject([
      { state: 'closed', resolution: 'retryNow', tries: 1, allowedCommands: [] },
      { state: 'open', tries: 2, seen: { observed: { number: 2 } } },
    ]);
  });

  test('is closed when its service order settles', async () => {
    const { order, serviceOrder, step, record } = await conflicting();
    await record(...held(step));
    const ending = { outcome: 'failed', code: 'exists' } as const;
    await activities().settleServiceOrder({ tenant: 'default', serviceOrder }, ending, []);
    expect(await listed(`order=${order}&state=closed`)).toMatchObject([{ resolution: 'settled' }]);
  });
});

describe('the list', () => {
  test('is of what is open, oldest first, and filtered by class, system, step and order', async () => {
    const [one, other] = [await conflicting(), await conflicting()];
    await one.record(...held(one.step));
    await other.record(...held(other.step));
    const orders = (await listed(`step=${one.name}&class=conflict&system=${one.system}`)).map(
      ({ order }: { order: string }) => order,
    );
    expect(orders.slice(-2)).toEqual([one.order, other.order]);
    expect(await listed('class=lied')).toEqual([]);
    const page = await api.get('/ops/v1/fallout?limit=1');
    expect([page.status, page.body.length]).toEqual([206, 1]);
  });

  test('refuses filters that it does not have', async () => {
    const { status, body } = await api.get('/ops/v1/fallout?colour=red');
    expect([status, body.code]).toEqual([400, 'FilterUnknown']);
  });

  test('a fallout that is not there is answered 404', async () => {
    const { status, body } = await api.get('/ops/v1/fallout/none');
    expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
  });
});
