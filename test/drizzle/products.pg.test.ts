import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../drizzle/client.ts';
import { product, productOrder } from '../../drizzle/schema.ts';
import { activitiesOn, type Api, startApi } from '../api/support/api.ts';
import { fibre, orderOf } from '../support/orders.ts';
import { turnsOf } from '../support/turns.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

test.each([
  ['Completed', 'startedAt'],
  ['Failed', 'endedAt'],
] as const)(
  'a product whose item is %s before the order ends has the date of that moment',
  async (arrow, date) => {
    const { id } = (await api.post(orderOf(fibre()))).body;
    const records = activitiesOn(api.db);
    const ref = { tenant: 'default', orderId: id, runChain: 'run' };
    const of = <T>(work: Parameters<typeof withTenant<T>>[2]) => withTenant(api.db, 'default', work);
    await of((tx) =>
      tx.update(productOrder).set({ orderedAt: '2026-01-05T08:00:00Z' }).where(eq(productOrder.id, id)),
    );
    await records.openOrder(ref);
    const before = Date.now();
    await records.recordProgress(ref, [{ type: 'item', item: '1', arrow }], [], turnsOf('run')());
    const [row] = await of((tx) => tx.select().from(product).where(sql`starts_with(id, ${id})`));
    const dates = { startedAt: row?.startedAt ?? null, endedAt: row?.endedAt ?? null };
    expect(Date.parse(String(dates[date]))).toBeGreaterThanOrEqual(before);
    expect(dates[date === 'startedAt' ? 'endedAt' : 'startedAt']).toBeNull();
  },
);
