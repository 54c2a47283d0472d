import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sweepOnce } from '../../../activities/relay/sweep.ts';
import { withTenant } from '../../../drizzle/client.ts';
import { dispatch, productOrder } from '../../../drizzle/schema.ts';
import { restartOrphan } from '../../../drizzle/sweepStore.ts';
import type { RunState } from '../../../workflows/client.ts';
import { activitiesOn, type Api, openOrder, startApi } from '../../api/support/api.ts';
import { fibre, orderOf } from '../../support/orders.ts';

let api: Api;
let order: string;
beforeAll(async () => {
  api = await startApi();
});
beforeEach(async () => {
  order = (await api.post(orderOf(fibre()))).body.id;
  await openOrder(api.db, order);
  await sent();
});
afterAll(() => api?.stop());

const tenant = 'default';
/** The relay has sent what was to be sent. */
const sent = () => withTenant(api.db, tenant, (tx) => tx.delete(dispatch));

const sweep = (orderRun: () => Promise<RunState>) => {
  const log = pino({ level: 'silent' });
  const workflows = { orderRun, serviceOrderRun: async () => 'open' as const };
  return sweepOnce({ db: api.db, log, workflows, intervalMs: 1, afterMs: -60_000 });
};
const orphans = async () => (await api.get(`/ops/v1/fallout?order=${order}`)).body;

test('an open order whose run is closed is found, once', async () => {
  await sweep(async () => 'closed');
  await sweep(async () => 'closed');
  expect(await orphans()).toMatchObject([{ class: 'orphaned', code: 'runClosed' }]);
  await withTenant(api.db, tenant, (tx) => tx.update(productOrder).set({ state: 'failed' }));
});

test('an orphan whose client wants it cancelled says which task waits for its restart, also of a later wish', async () => {
  await sweep(async () => 'closed');
  expect(await orphans()).toMatchObject([{ reason: 'its run ended before it was settled' }]);
  const cancels = '/tmf-api/productOrderingManagement/v4/cancelProductOrder';
  const task = (await api.post({ productOrder: { id: order } }, {}, cancels)).body.id as string;
  await sent();
  await sweep(async () => 'closed');
  const reason = `its run ended before it was settled; the cancel task ${task} waits for its restart`;
  expect(await orphans()).toMatchObject([{ class: 'orphaned', code: 'runClosed', reason }]);
  expect((await api.get(`${cancels}/${task}`)).body.state).toBe('acknowledged');
  await withTenant(api.db, tenant, (tx) => tx.update(productOrder).set({ state: 'failed' }));
});

test('an order that is restarted between the look at its run and the verdict is not orphaned', async () => {
  await sweep(async () => 'closed');
  await sweep(async () => {
    const restarted = await withTenant(api.db, tenant, (tx) =>
      restartOrphan(tx, tenant, order, { resolution: 'restart' }),
    );
    expect(restarted).toBe(true);
    await sent();
    await activitiesOn(api.db).openOrder({ tenant, orderId: order, runChain: 'another' });
    return 'closed';
  });
  expect(await orphans()).toEqual([]);
  const [row] = await api.db.execute(sql`select run_chain from product_order where id = ${order}`);
  expect(row).toEqual({ run_chain: 'another' });
});
