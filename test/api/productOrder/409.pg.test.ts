import { afterAll, beforeAll, expect, test } from 'vitest';
import { fibre, orderOf } from '../../support/orders.ts';
import { type Api, startApi } from '../support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

test('an external id with other content is refused and names the order that has it', async () => {
  const first = await api.post({ ...orderOf(fibre()), externalId: 'E-1' });
  const before = await api.stored();
  const second = await api.post({ ...orderOf(fibre('other')), externalId: 'E-1' });
  expect(second.status).toBe(409);
  expect(second.body).toMatchObject({ code: 'ExternalIdReused', path: 'externalId', status: '409' });
  expect(second.body.message).toContain(first.body.id);
  expect(await api.stored()).toEqual(before);
});

test('a key with other content is refused', async () => {
  await api.post(orderOf(fibre()), { 'Idempotency-Key': 'k-1' });
  const before = await api.stored();
  const second = await api.post(orderOf(fibre('other')), { 'Idempotency-Key': 'k-1' });
  expect(second.status).toBe(422);
  expect(second.body).toMatchObject({ code: 'IdempotencyKeyReused', status: '422' });
  expect(await api.stored()).toEqual(before);
});
