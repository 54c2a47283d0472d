import { afterAll, beforeAll, expect, test } from 'vitest';
import { productOrderSchema } from '../../../api/tmf622/schema.ts';
import { hashOf } from '../../../src/kernel/json.ts';
import { businessFibre, fibre, orderOf } from '../../support/orders.ts';
import { type Api, orders, startApi } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

test('an order is answered as it was acknowledged, with its address, and reads the same afterwards', async () => {
  const { status, headers, body } = await api.post(businessFibre);
  expect(status).toBe(201);
  expect(headers.get('location')).toBe(body.href);
  expect(body.href).toBe(`http://api.test${orders}/${body.id}`);
  expect(body).toMatchObject({ state: 'acknowledged', externalId: 'CRM-1', orderDate: expect.any(String) });
  expect(body.productOrderItem.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual(
    ['1', '1.1', '1.2', '1.3'].map((id) => [id, 'acknowledged']),
  );
  productOrderSchema.parse(body);
  const read = await api.get(`${orders}/${body.id}`);
  expect(read.status).toBe(200);
  expect(read.body).toEqual(body);
  expect(api.started.map(({ id }) => id)).toContain(body.id);
});

test('a bundle ordered with nothing but its id is answered with its parts inside', async () => {
  const { status, body } = await api.post(
    orderOf({ id: 'b', action: 'add', productOffering: { id: 'OFF-BIZ-FIBRE-BUNDLE' } }),
  );
  expect(status).toBe(201);
  expect(body.productOrderItem).toHaveLength(1);
  expect(body.productOrderItem[0].productOrderItem.map(({ id }: { id: string }) => id)).toEqual([
    'b.1',
    'b.2',
    'b.3',
  ]);
});

test('what only the provider sets has no effect', async () => {
  const { status, body } = await api.post({
    ...orderOf({ ...fibre(), state: 'completed' }),
    id: 'mine',
    href: 'http://mine',
    state: 'completed',
    orderDate: '2001-01-01T00:00:00Z',
    completionDate: '2001-01-01T00:00:00Z',
  });
  expect(status).toBe(201);
  expect(body).toMatchObject({ state: 'acknowledged', productOrderItem: [{ state: 'acknowledged' }] });
  expect(body.id).not.toBe('mine');
  expect(body.orderDate.slice(0, 4)).not.toBe('2001');
  expect(body.completionDate).toBeUndefined();
});

test('an order repeated fifty times at once under one key is one order, and each gets the same answer', async () => {
  const before = await api.stored();
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => api.post(orderOf(fibre()), { 'Idempotency-Key': 'k-50' })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(201));
  expect(new Set(answers.map(({ body }) => hashOf(body))).size).toBe(1);
  expect(new Set(answers.map(({ headers }) => headers.get('location'))).size).toBe(1);
  const after = await api.stored();
  expect(after.productOrder).toBe(before.productOrder + 1);
  expect(after.dispatch).toBe(before.dispatch + 1);
});

test('the same external id and content is the order as it stands', async () => {
  const wanted = { ...orderOf(fibre()), externalId: 'E-1', note: [{ text: 'the same' }] };
  const first = await api.post(wanted);
  const again = await api.post(wanted);
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('location')).toBe(first.body.href);
});
