import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askCommand, type NewAudit } from '../../drizzle/auditStore.ts';
import { acceptCancel, moveCancelTask } from '../../drizzle/cancelStore.ts';
import { withTenant } from '../../drizzle/client.ts';
import { productOrder } from '../../drizzle/schema.ts';
import { itemArrows, orderArrows } from '../../src/order/changes.ts';
import { activitiesOn, type Api, startApi } from '../api/support/api.ts';
import { fibre, orderOf } from '../support/orders.ts';
import { accessItem } from '../support/serviceOrders.ts';

/** What becomes of everything that is still asked of an order when it ends. */

const tenant = 'default';
let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const within = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(api.db, tenant, work);
const asked = (id: string, audit: Omit<NewAudit, 'id' | 'client' | 'subject'>) =>
  within((tx) => askCommand(tx, tenant, { id, client: 'noc', subject: 'ada', ...audit }));
const auditOf = async (id: string) =>
  (await api.get(`/ops/v1/audit/${encodeURIComponent(id)}`)).body as Record<string, unknown>;

async function openedOrder() {
  const orderId: string = (await api.post(orderOf(fibre()))).body.id;
  const ref = { tenant, orderId, runChain: 'run' };
  const records = activitiesOn(api.db);
  await records.openOrder(ref);
  const settle = (code: string) =>
    records.settleOrder(ref, {
      changes: [...itemArrows('1', 'inProgress', 'failed', code), ...orderArrows('inProgress', 'failed')],
      ...{ controls: [], untouched: [], notStarted: [] },
    });
  return { orderId, settle };
}

async function outsideOrder() {
  const path = '/tmf-api/serviceOrdering/v4/serviceOrder';
  const id: string = (await api.post({ serviceOrderItem: [accessItem('1')] }, {}, path)).body.id;
  const ref = { tenant, serviceOrder: id, runChain: 'run' };
  const records = activitiesOn(api.db);
  await records.openOutsideOrder(ref);
  const settle = () => records.settleServiceOrder(ref, { outcome: 'failed', code: 'refused' }, []);
  return { id, ref, settle };
}

const asPerson = (kind: 'productOrder' | 'serviceOrder', id: string) =>
  ({
    entity: kind,
    entityId: id,
    ...(kind === 'productOrder' ? { orderId: id } : { serviceOrderId: id }),
  }) as const;

test('what is asked of an order that ends is refused, about the order or about a step of it', async () => {
  const { orderId, settle } = await openedOrder();
  const other = await openedOrder();
  await asked('h1', { command: 'hold', ...asPerson('productOrder', orderId) });
  const step = { orderId, serviceOrderId: `${orderId}.1`, item: 1, step: 'a' };
  await asked('f1:k', { command: 'retryNow', entity: 'fallout', entityId: 'f1', ...step });
  await asked('h2', { command: 'hold', ...asPerson('productOrder', other.orderId) });
  await settle('refused');
  for (const id of ['h1', 'f1:k'])
    expect(await auditOf(id)).toMatchObject({
      outcome: 'refused',
      code: 'OrderOver',
      decidedAt: expect.anything(),
    });
  expect((await auditOf('h2')).outcome).toBe('asked');
});

test('and of a service order of its own', async () => {
  const { id, settle } = await outsideOrder();
  await asked('s1', { command: 'hold', ...asPerson('serviceOrder', id) });
  await settle();
  expect(await auditOf('s1')).toMatchObject({ outcome: 'refused', code: 'ServiceOrderOver' });
});

/** Its cancel is accepted, and the order ends without an item that is cancelled. */
async function acceptedCancel(kind: 'productOrder' | 'serviceOrder', target: string) {
  const taskId = `T-${target}`;
  const now = new Date().toISOString();
  await acceptCancel(api.db, {
    ...{ tenant, client: 'crm', subject: 'ada', fingerprint: 'f', taskId, now, dispatchDelayMs: 0 },
    ...{ kind, target, reason: null, requestedAt: null, carried: {} },
    render: ({ id }) => ({ status: 201, location: id, body: {} }),
  });
  await within((tx) => moveCancelTask(tx, tenant, taskId, 'Assessing', { accepted: true }, now));
  return taskId;
}

test.each([
  ['NothingToTakeBack', 'pastReturn'],
  ['leftBehind', 'leftBehind'],
])('an accepted cancel that cancels nothing says %s where its item ends as %s', async (code, itemCode) => {
  const { orderId, settle } = await openedOrder();
  const task = await acceptedCancel('productOrder', orderId);
  await settle(itemCode);
  expect(await auditOf(task)).toMatchObject({ command: 'cancel', outcome: 'refused', code });
});

test('that of a service order of its own does, too', async () => {
  const { id, settle } = await outsideOrder();
  const task = await acceptedCancel('serviceOrder', id);
  await settle();
  expect(await auditOf(task)).toMatchObject({ outcome: 'refused', code: 'NothingToTakeBack' });
});

test('the abort of an orphan is done where its items were aborted, and refused where they were not', async () => {
  for (const [code, ended] of [
    ['aborted', { outcome: 'done' }],
    ['refused', { outcome: 'refused', code: 'OrderOver' }],
  ] as const) {
    const { orderId, settle } = await openedOrder();
    const audit = `a-${orderId}`;
    await asked(audit, { command: 'abort', ...asPerson('productOrder', orderId) });
    await within((tx) =>
      tx.update(productOrder).set({ abortedBy: audit }).where(eq(productOrder.id, orderId)),
    );
    await settle(code);
    expect(await auditOf(audit)).toMatchObject(ended);
  }
});
