import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, withTenant } from '../../drizzle/client.ts';
import { recordControl } from '../../drizzle/controlStore.ts';
import { productOrder } from '../../drizzle/schema.ts';
import { fibre, orderOf } from '../support/orders.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { type Api, openOrder, startApi } from './support/api.ts';
import { scriptedDoor } from './support/door.ts';

/** What people hold now, as its orders and a list show it. */

let api: Api;
beforeAll(async () => {
  api = await startApi({ operate: scriptedDoor().operate });
});
afterAll(() => api?.stop());

type Kind = 'productOrder' | 'serviceOrder';
const reason = 'the digger has not come';
const ops = (kind: Kind, id: string) => `/ops/v1/${kind}s/${id}`;

const ordered = async (): Promise<string> => (await api.post(orderOf(fibre()))).body.id;
const serviceOrdered = async (): Promise<string> => {
  const path = '/tmf-api/serviceOrdering/v4/serviceOrder';
  return (await api.post({ serviceOrderItem: [accessItem('1')] }, {}, path)).body.id;
};

/** As a run does it that takes the command. */
async function told(db: Database, kind: Kind, id: string, command: 'hold' | 'resume'): Promise<string> {
  const { commandId } = (await api.post({ reason }, {}, `${ops(kind, id)}/${command}`)).body;
  const control = { type: command === 'hold' ? 'held' : 'resumed', audit: commandId } as const;
  const versions = { before: 1, after: 2 };
  await withTenant(db, 'default', (tx) =>
    recordControl(tx, 'default', { kind, id }, control, versions, new Date().toISOString()),
  );
  return commandId;
}

const listed = async (query: string) => (await api.get(`/ops/v1/holds?${query}`)).body;
const held = (command: string) => ({
  ...{ command, by: 'local', client: 'local', reason },
  since: expect.stringMatching(/^\d{4}-.*Z$/),
});

test.each([
  ['productOrder', ordered],
  ['serviceOrder', serviceOrdered],
] as const)('a %s shows who holds it, until it is resumed', async (kind, make) => {
  const id = await make();
  const shown = async () => (await api.get(ops(kind, id))).body;
  expect(await shown()).not.toHaveProperty('onHold');
  expect(await listed(`id=${id}`)).toEqual([]);
  const command = await told(api.db, kind, id, 'hold');
  expect((await shown()).onHold).toEqual(held(command));
  expect(await listed(`id=${id}`)).toEqual([
    { id, href: `http://api.test${ops(kind, id)}`, kind, state: 'acknowledged', ...held(command) },
  ]);
  await told(api.db, kind, id, 'resume');
  expect(await shown()).not.toHaveProperty('onHold');
  expect(await listed(`id=${id}`)).toEqual([]);
});

test('a service order is held with its product order', async () => {
  const order = await ordered();
  await openOrder(api.db, order);
  const command = await told(api.db, 'productOrder', order, 'hold');
  const [serviceOrder] = (await api.get(ops('productOrder', order))).body.serviceOrders;
  expect((await api.get(ops('serviceOrder', serviceOrder.id))).body.onHold).toEqual(held(command));
});

test('what is over is held by nobody', async () => {
  const order = await ordered();
  await told(api.db, 'productOrder', order, 'hold');
  await api.db.update(productOrder).set({ state: 'cancelled' }).where(eq(productOrder.id, order));
  expect((await api.get(ops('productOrder', order))).body).not.toHaveProperty('onHold');
  expect(await listed(`id=${order}`)).toEqual([]);
});

test('an order that is held again shows the newer hold alone', async () => {
  const order = await ordered();
  for (const command of ['hold', 'resume'] as const) await told(api.db, 'productOrder', order, command);
  const command = await told(api.db, 'productOrder', order, 'hold');
  expect(await listed(`id=${order}`)).toMatchObject([{ command }]);
});

test('the list comes in pages, the longest hold first, and is filtered and sorted', async () => {
  const [first, second] = [await ordered(), await serviceOrdered()];
  await told(api.db, 'productOrder', first, 'hold');
  await told(api.db, 'serviceOrder', second, 'hold');
  const ids = async (query: string) => (await listed(query)).map(({ id }: { id: string }) => id);
  expect((await ids('by=local')).slice(-2)).toEqual([first, second]);
  expect((await ids('sort=-since')).slice(0, 2)).toEqual([second, first]);
  expect(await ids('kind=serviceOrder')).toEqual([second]);
  expect(await ids('client=another')).toEqual([]);
  expect(await ids(`since.lt=2020-01-01`)).toEqual([]);
  const page = await api.get('/ops/v1/holds?limit=1');
  expect([page.status, page.body.length]).toEqual([206, 1]);
  expect(Number(page.headers.get('x-total-count'))).toBeGreaterThan(1);
});
