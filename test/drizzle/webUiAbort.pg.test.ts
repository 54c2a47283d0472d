import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../drizzle/client.ts';
import { recordDone } from '../../drizzle/auditStore.ts';
import { recordControl } from '../../drizzle/controlStore.ts';
import { webUiAbort } from '../../drizzle/webUiAbort.ts';
import { webUiAudit } from '../../src/operator/audit.ts';
import { activitiesOn, type Api, openOrder, startApi } from '../api/support/api.ts';
import { fibre, orderOf } from '../support/orders.ts';

/** What the audit says of an abort from the Temporal Web UI that a run refused. */

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const tenant = 'default';
const over = { code: 'OrderOver', message: 'the order is completed' };
const auditOf = async (entityId: string) => (await api.get(`/ops/v1/audit?entityId=${entityId}`)).body;
const posted = async (): Promise<string> => (await api.post(orderOf(fibre()))).body.id;
const refuse = (kind: 'productOrder' | 'serviceOrder', id: string, why?: typeof over) =>
  activitiesOn(api.db).refuseFromWebUi(tenant, { kind, id }, webUiAudit(id, 'run'), why);

test('of an order that is over: refused with its code, told twice as one row', async () => {
  const order = await posted();
  for (const _ of [1, 2]) await refuse('productOrder', order, over);
  expect(await auditOf(order)).toMatchObject([
    {
      ...{ command: 'abort', client: 'temporalWebUi', subject: 'temporalWebUi', order },
      ...{ outcome: 'refused', ...over, decidedAt: expect.any(String) },
    },
  ]);
});

test('of a service order of a product order: refused, naming that', async () => {
  const order = await posted();
  await openOrder(api.db, order);
  const [{ id }] = (await api.get(`/ops/v1/productOrders/${order}`)).body.serviceOrders;
  await refuse('serviceOrder', id);
  expect(await auditOf(id)).toMatchObject([
    {
      ...{ entity: 'serviceOrder', entityId: id, serviceOrder: id, order, outcome: 'refused' },
      code: 'ServiceOrderOfProductOrder',
      message: `it belongs to the product order ${order}: abort that one`,
    },
  ]);
});

test('that its run carries out: done, between which versions, told twice as one row', async () => {
  const order = await posted();
  const commanded = { kind: 'productOrder', id: order } as const;
  const control = { type: 'aborted', audit: webUiAudit(order, 'run') } as const;
  for (const after of [5, 6])
    await withTenant(api.db, tenant, (tx) =>
      recordControl(tx, tenant, commanded, control, { before: 4, after }, new Date().toISOString()),
    );
  expect(await auditOf(order)).toMatchObject([
    { client: 'temporalWebUi', outcome: 'done', decidedAt: expect.any(String), before: 4, after: 5 },
  ]);
});

test('that was carried out before stays done', async () => {
  const order = await posted();
  const done = webUiAbort({ kind: 'productOrder', id: order }, webUiAudit(order, 'run'));
  await withTenant(api.db, tenant, (tx) => recordDone(tx, tenant, done));
  await refuse('productOrder', order, over);
  expect(await auditOf(order)).toMatchObject([{ outcome: 'done' }]);
});
