import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../../drizzle/client.ts';
import { fibre, orderOf } from '../../support/orders.ts';
import { type Api, freed, openOrder, startApi } from '../support/api.ts';

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

test('a product that another open order holds is refused and names that order', async () => {
  const { first, product } = await standingFibre();
  const modify = orderOf({ id: '1', action: 'modify', product: { id: product } });
  const holder = await api.post({ ...modify, externalId: 'holder' });
  expect(holder.status).toBe(201);
  const before = await api.stored();
  const second = await api.post({ ...modify, externalId: 'other' });
  expect(second.status).toBe(409);
  expect(second.body).toMatchObject({ code: 'ProductInUse', path: 'productOrderItem[0].product.id' });
  expect(second.body.message).toContain(holder.body.id);
  expect(second.body.message).not.toContain(`order ${first}`);
  expect(await api.stored()).toEqual(before);
});

test('a product that is not active can be neither changed nor ended', async () => {
  const { body } = await api.post(orderOf(fibre()));
  await openOrder(api.db, body.id);
  await freed(api.db);
  const before = await api.stored();
  for (const action of ['modify', 'delete']) {
    const second = await api.post(
      orderOf({ id: '1', action, product: { id: body.productOrderItem[0].product.id } }),
    );
    expect(second.status).toBe(409);
    expect(second.body).toMatchObject({ code: 'ProductNotActive', path: 'productOrderItem[0].product.id' });
  }
  expect(await api.stored()).toEqual(before);
});

async function standingFibre() {
  const { body } = await api.post(orderOf(fibre()));
  await openOrder(api.db, body.id);
  await freed(api.db);
  await withTenant(api.db, 'default', (tx) => tx.execute(sql`update product set status = 'active'`));
  return { first: body.id as string, product: body.productOrderItem[0].product.id as string };
}

test('a key with other content is refused', async () => {
  await api.post(orderOf(fibre()), { 'Idempotency-Key': 'k-1' });
  const before = await api.stored();
  const second = await api.post(orderOf(fibre('other')), { 'Idempotency-Key': 'k-1' });
  expect(second.status).toBe(422);
  expect(second.body).toMatchObject({ code: 'IdempotencyKeyReused', status: '422' });
  expect(await api.stored()).toEqual(before);
});
