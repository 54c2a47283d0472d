import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type BulkDeps, workEntries } from '../../../activities/relay/bulk.ts';
import { markDone } from '../../../drizzle/auditStore.ts';
import { withTenant } from '../../../drizzle/client.ts';
import { closeOrphan, openOrphan, type Orphan } from '../../../drizzle/falloutStore.ts';
import { dispatch } from '../../../drizzle/schema.ts';
import { type Api, type Body, openOrder, startApi } from '../../api/support/api.ts';
import { scriptedDoor } from '../../api/support/door.ts';
import { fibre, orderOf } from '../../support/orders.ts';
import { accessItem } from '../../support/serviceOrders.ts';

/** Many orders lose their runs at once, and are restarted by one command; the runs behind the door are scripted. */

let api: Api;
let door: ReturnType<typeof scriptedDoor>;
beforeAll(async () => {
  api = await startApi();
});
beforeEach(() => {
  door = scriptedDoor();
});
afterAll(() => api?.stop());

const tenant = 'default';
const workflows = (): BulkDeps => ({
  ...{ db: api.db, log: pino({ level: 'silent' }), workflows: door.operate },
  ...{ intervalMs: 5, leaseMs: 30_000, failpoint: () => undefined },
});
const ordered = async (): Promise<string> => (await api.post(orderOf(fibre()))).body.id;
const serviceOrdered = async (): Promise<string> => {
  const path = '/tmf-api/serviceOrdering/v4/serviceOrder';
  return (await api.post({ serviceOrderItem: [accessItem('1')] }, {}, path)).body.id;
};
const partOf = async (order: string): Promise<string> => {
  await openOrder(api.db, order);
  return (await api.get(`/ops/v1/productOrders/${order}`)).body.serviceOrders[0].id;
};
const lost = (orderId: string | null, serviceOrderId: string | null, code: Orphan['code'] = 'runClosed') =>
  withTenant(api.db, tenant, (tx) =>
    openOrphan(tx, tenant, { orderId, serviceOrderId, code, reason: 'gone' }),
  );
const bulk = (body: object) => api.post(body, {}, '/ops/v1/fallout/bulk');
const entriesOf = async (task: string): Promise<Body[]> =>
  (await api.get(`/ops/v1/bulkTasks/${task}/entries`)).body;
const open = async (): Promise<Body[]> => (await api.get('/ops/v1/fallout?class=orphaned')).body;
const startsOf = (id: string) =>
  withTenant(api.db, tenant, async (tx) =>
    (await tx.select().from(dispatch)).filter(
      ({ orderId, command }) => orderId === id && command.startsWith('start'),
    ),
  );

test('product orders, service orders of their own and parts of product orders get another run each', async () => {
  const [order, alone, whole] = [await ordered(), await serviceOrdered(), await ordered()];
  const part = await partOf(whole);
  await lost(order, null);
  await lost(null, alone);
  await lost(whole, part, 'runLost');
  door.answers(async ({ audit }) => {
    await withTenant(api.db, tenant, async (tx) => {
      await closeOrphan(tx, tenant, part, 'restart');
      await markDone(tx, tenant, audit, { before: 3, after: 4 });
    });
    return { type: 'done' };
  });
  const { status, body } = await bulk({ command: 'restart', class: 'orphaned', reason: 'Temporal was lost' });
  expect([status, body.entries.waiting]).toEqual([201, 3]);
  await workEntries(workflows());
  expect((await api.get(`/ops/v1/bulkTasks/${body.id}`)).body).toMatchObject({
    ...{ state: 'done', command: 'restart', class: 'orphaned' },
    entries: { waiting: 0, done: 3, refused: 0 },
  });
  expect(await open()).toEqual([]);
  for (const id of [order, alone]) expect(await startsOf(id)).toHaveLength(2);
  expect(door.sent).toMatchObject([{ to: { tenant, orderId: whole }, command: part }]);
  const audited = (await api.get('/ops/v1/audit?command=restart')).body as Body[];
  expect(audited).toHaveLength(3);
  for (const row of audited) {
    expect(row).toMatchObject({ entity: 'fallout', outcome: 'done', reason: 'Temporal was lost' });
    expect(row.id).toBe(`${row.entityId}:${body.id}`);
  }
});

test('what cannot be restarted is read one by one', async () => {
  const [mended, whole] = [await ordered(), await ordered()];
  const part = await partOf(whole);
  await lost(mended, null);
  await lost(whole, part, 'runLost');
  door.answers({ type: 'runMissing' });
  const { body } = await bulk({ command: 'restart', class: 'orphaned' });
  expect((await api.post({}, {}, `/ops/v1/productOrders/${mended}/restart`)).status).toBe(202);
  await workEntries(workflows());
  const entries = await entriesOf(body.id);
  expect(entries.map(({ order, code }) => [order, code]).sort()).toEqual(
    [
      [mended, 'FalloutClosed'],
      [whole, 'RunMissing'],
    ].sort(),
  );
  expect(await startsOf(mended)).toHaveLength(2);
});
