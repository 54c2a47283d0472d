import { afterAll, beforeAll, expect, test } from 'vitest';
import { fibre, orderOf } from '../support/orders.ts';
import { accessItem, ipItem, serviceOrderOf } from '../support/serviceOrders.ts';
import { type Api, openOrder, startApi } from './support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const view = (id: string) => api.get(`/ops/v1/serviceOrders/${id}`);

test('a service order of a product order is shown with its steps, and says whose it is', async () => {
  const { id } = (await api.post(orderOf(fibre()))).body;
  await openOrder(api.db, id);
  const [asPart] = (await api.get(`/ops/v1/productOrders/${id}`)).body.serviceOrders;
  const { status, body } = await view(asPart.id);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    ...{ id: asPart.id, state: 'acknowledged', domain: 'access', productOrder: id, productOrderItem: '1' },
    items: [{ item: 1, action: 'add', specification: 'fibre-access', service: asPart.service }],
    ...{ fallout: [], claims: [], commands: [] },
  });
  expect(body.steps).toEqual(asPart.steps);
  expect(body.steps[0]).toMatchObject({ name: 'line', system: 'olt', state: 'waiting', tries: 0 });
});

test('a service order of its own is shown with all of its items, what it claims, and what is still to be sent', async () => {
  const posted = serviceOrderOf(accessItem('line'), ipItem('ip', 'line'));
  const path = '/tmf-api/serviceOrdering/v4/serviceOrder';
  const { id } = (await api.post(posted, {}, path)).body;
  const { body } = await view(id);
  expect(body).not.toHaveProperty('productOrder');
  expect(body).toMatchObject({
    ...{ id, state: 'acknowledged', steps: [], footprints: [], fallout: [] },
    items: [{ specification: 'fibre-access' }, { specification: 'ip-prefix' }],
    commands: [{ command: 'startServiceOrder' }],
  });
  expect(body.claims.map(({ holders }: { holders: string[] }) => holders)).toEqual([[id], [id]]);
});

test('an unknown service order is answered 404', async () => {
  const { status, body } = await view('nothing');
  expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
});
