import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askCommand } from '../../drizzle/auditStore.ts';
import { acceptCancel } from '../../drizzle/cancelStore.ts';
import { withTenant } from '../../drizzle/client.ts';
import { serviceOrder } from '../../drizzle/schema.ts';
import type { ServiceOrderChange } from '../../src/serviceOrder/run.ts';
import { activitiesOn, type Api, startApi } from '../api/support/api.ts';
import { heldStep } from '../api/support/heldStep.ts';
import { fibre, orderOf } from '../support/orders.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { turnsOf } from '../support/turns.ts';

/** A record whose answer was lost is written again, perhaps after what came next: it counts once, in its turn. */

const tenant = 'default';
let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

type Kind = 'productOrder' | 'serviceOrder';
const asked = (kind: Kind, id: string, command: 'hold' | 'resume' | 'retryNow', audit: string) =>
  withTenant(api.db, tenant, (tx) => {
    const place = kind === 'productOrder' ? { orderId: id } : { serviceOrderId: id };
    const about = { entity: kind, entityId: id, ...place };
    return askCommand(tx, tenant, { id: audit, client: 'noc', subject: 'ada', command, ...about });
  });
const beginning = turnsOf('earlier run', -1)();
const twoTurns = () => {
  const next = turnsOf('run');
  return [next(), next()] as const;
};
const auditOf = async (id: string) => (await api.get(`/ops/v1/audit/${encodeURIComponent(id)}`)).body;

test('a product order that was resumed is not held again', async () => {
  const orderId: string = (await api.post(orderOf(fibre()))).body.id;
  const ref = { tenant, orderId, runChain: 'run' };
  const records = activitiesOn(api.db);
  await records.openOrder(ref);
  const shown = async () => (await api.get(`/ops/v1/productOrders/${orderId}`)).body;
  const [first, second] = twoTurns();
  const hold = () =>
    records.recordProgress(
      ref,
      [{ type: 'order', arrow: 'Held' }],
      [{ type: 'held', audit: `h-${orderId}` }],
      first,
    );
  const resume = () =>
    records.recordProgress(
      ref,
      [{ type: 'order', arrow: 'Resumed' }],
      [{ type: 'resumed', audit: `r-${orderId}` }],
      second,
    );
  await asked('productOrder', orderId, 'hold', `h-${orderId}`);
  await hold();
  const held = await shown();
  expect(held.state).toBe('held');
  await asked('productOrder', orderId, 'resume', `r-${orderId}`);
  await resume();
  const resumed = await shown();
  await hold();
  expect(await shown()).toEqual(resumed);
  expect(resumed.state).toBe('inProgress');
  expect(await auditOf(`r-${orderId}`)).toMatchObject({ outcome: 'done' });
});

test('neither is a service order of its own', async () => {
  const path = '/tmf-api/serviceOrdering/v4/serviceOrder';
  const id: string = (await api.post({ serviceOrderItem: [accessItem('1')] }, {}, path)).body.id;
  const ref = { tenant, serviceOrder: id, runChain: 'run' };
  const records = activitiesOn(api.db);
  await records.openOutsideOrder(ref);
  await records.recordServiceOrder(ref, [{ type: 'serviceOrder', arrow: 'Started' }], beginning);
  const [first, second] = twoTurns();
  const shown = async () => (await api.get(`/ops/v1/serviceOrders/${id}`)).body;
  const write = (arrow: 'Held' | 'Resumed', audit: string) => {
    const type = arrow === 'Held' ? 'held' : 'resumed';
    return records.recordServiceOrder(
      ref,
      [
        { type: 'serviceOrder', arrow },
        { type: 'control', control: { type, audit } },
      ],
      arrow === 'Held' ? first : second,
    );
  };
  await asked('serviceOrder', id, 'hold', `h-${id}`);
  await write('Held', `h-${id}`);
  await asked('serviceOrder', id, 'resume', `r-${id}`);
  await write('Resumed', `r-${id}`);
  const resumed = await shown();
  await write('Held', `h-${id}`);
  expect(await shown()).toEqual(resumed);
  expect(resumed.state).toBe('inProgress');
});

test('a cancel of a service order on hold is recorded once, though it leads from held to held', async () => {
  const path = '/tmf-api/serviceOrdering/v4/serviceOrder';
  const id: string = (await api.post({ serviceOrderItem: [accessItem('1')] }, {}, path)).body.id;
  const ref = { tenant, serviceOrder: id, runChain: 'run' };
  const records = activitiesOn(api.db);
  await records.openOutsideOrder(ref);
  const [first, second] = twoTurns();
  await records.recordServiceOrder(
    ref,
    [
      { type: 'serviceOrder', arrow: 'Started' },
      { type: 'serviceOrder', arrow: 'Held' },
    ],
    first,
  );
  const task = `T-${id}`;
  await acceptCancel(api.db, {
    ...{ tenant, client: 'crm', subject: 'ada', fingerprint: 'f', taskId: task, dispatchDelayMs: 0 },
    ...{ now: new Date().toISOString(), kind: 'serviceOrder', target: id, reason: null },
    ...{ requestedAt: null, carried: {} },
    render: (taken) => ({ status: 201, location: taken.id, body: {} }),
  });
  const versions = async () => {
    const rows = await withTenant(api.db, tenant, (tx) =>
      tx.select().from(serviceOrder).where(eq(serviceOrder.id, id)),
    );
    return rows.map(({ state, version }) => [state, version]);
  };
  const [[, before] = []] = await versions();
  const cancel = () =>
    records.recordServiceOrder(
      ref,
      [
        { type: 'serviceOrder', arrow: 'CancellationRequested' },
        { type: 'serviceOrder', arrow: 'CancellationAccepted' },
        { type: 'serviceOrder', arrow: 'Held' },
        { type: 'control', control: { type: 'cancelAccepted', task } },
      ],
      second,
    );
  for (const _ of [1, 2]) {
    await cancel();
    expect(await versions()).toEqual([['held', Number(before) + 3]]);
  }
});

test('a command about a step is recorded once, also when the step is held again since', async () => {
  const { fallout, serviceOrder: id, step, record } = await heldStep(api);
  const child = { tenant, serviceOrder: id };
  const late = { run: 'run', since: 0, number: 2 };
  const audit = `${fallout}:K`;
  await asked('serviceOrder', id, 'retryNow', audit);
  const changes: ServiceOrderChange[] = [
    { type: 'falloutClosed', step, resolution: 'retryNow' },
    { type: 'serviceOrder', arrow: 'Resumed' },
    { type: 'control', control: { type: 'commanded', audit } },
  ];
  await record(...changes);
  expect((await api.get(`/ops/v1/fallout/${fallout}`)).body.state).toBe('closed');
  await record(
    { type: 'step', step, arrow: 'Held', class: 'conflict', code: 'again' },
    { type: 'serviceOrder', arrow: 'Held' },
  );
  await activitiesOn(api.db).recordServiceOrder(child, changes, late);
  expect((await api.get(`/ops/v1/serviceOrders/${id}`)).body.state).toBe('held');
  expect((await api.get('/ops/v1/fallout?code=again')).body).toMatchObject([{ state: 'open' }]);
});

/** A workflow task that is done again hears more than at its first try, and may decide otherwise. */
test('what was settled is settled: another ending changes nothing, and is told the first', async () => {
  const orderId: string = (await api.post(orderOf(fibre()))).body.id;
  const ref = { tenant, orderId, runChain: 'run' };
  const records = activitiesOn(api.db);
  await records.openOrder(ref);
  const [{ id }] = (await api.get(`/ops/v1/productOrders/${orderId}`)).body.serviceOrders;
  const child = { tenant, serviceOrder: id };
  await records.recordServiceOrder(child, [{ type: 'serviceOrder', arrow: 'Started' }], beginning);
  const settled = await records.settleServiceOrder(child, { outcome: 'completed', code: null }, []);
  expect(settled).toMatchObject({ outcome: 'completed', code: null });
  expect(await records.settleServiceOrder(child, { outcome: 'cancelled', code: 'stopped' }, [])).toEqual(
    settled,
  );
  const held = [{ type: 'serviceOrder', arrow: 'Held' }] as const;
  expect(await records.recordServiceOrder(child, held, twoTurns()[1])).toEqual(settled);
  expect(await records.recordReady(child)).toEqual(settled);

  const completed = [
    { type: 'item', item: '1', arrow: 'Completed' },
    { type: 'order', arrow: 'Completed' },
  ] as const;
  const ending = { changes: completed, controls: [], untouched: [], notStarted: [] };
  expect(await records.settleOrder(ref, ending)).toEqual({ type: 'recorded' });
  const shown = (await api.get(`/ops/v1/productOrders/${orderId}`)).body;
  const ended = { type: 'ended', state: 'completed' };
  const cancelling = [{ type: 'item', item: '1', arrow: 'CancellationRequested' }] as const;
  expect(await records.recordProgress(ref, cancelling, [], beginning)).toEqual(ended);
  expect(await records.settleOrder(ref, ending)).toEqual(ended);
  expect((await api.get(`/ops/v1/productOrders/${orderId}`)).body).toEqual(shown);
});
