import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recordDone } from '../../drizzle/auditStore.ts';
import { withTenant } from '../../drizzle/client.ts';
import { openOrphan } from '../../drizzle/falloutStore.ts';
import { dispatch, productOrder, serviceOrder } from '../../drizzle/schema.ts';
import { commandIdOf } from '../../src/operator/audit.ts';
import { fibre, orderOf } from '../support/orders.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { type Api, openOrder, startApi } from './support/api.ts';
import { refusedAs, scriptedDoor } from './support/door.ts';

/** Commands about an order as a whole; the run behind the door is scripted. */

let api: Api;
const door = scriptedDoor();
beforeAll(async () => {
  api = await startApi({ operate: door.operate });
});
beforeEach(() => door.answers({ type: 'done' }));
afterAll(() => api?.stop());

const reason = 'the customer rang';
const kinds = {
  productOrders: { entity: 'productOrder', make: async () => (await api.post(orderOf(fibre()))).body.id },
  serviceOrders: {
    entity: 'serviceOrder',
    make: async () => {
      const path = '/tmf-api/serviceOrdering/v4/serviceOrder';
      return (await api.post({ serviceOrderItem: [accessItem('1')] }, {}, path)).body.id;
    },
  },
} as const;
type Kind = keyof typeof kinds;
const act = (kind: Kind, id: string, command: string, body: object = { reason }, key?: string) =>
  api.post(body, key === undefined ? {} : { 'idempotency-key': key }, `/ops/v1/${kind}/${id}/${command}`);
const auditOf = async (id: string) => (await api.get(`/ops/v1/audit?entityId=${id}&sort=at`)).body;
const dispatched = (id: string) =>
  withTenant(api.db, 'default', async (tx) =>
    (await tx.select().from(dispatch)).filter(({ orderId }) => orderId === id).map(({ command }) => command),
  );
const abortedBy = (kind: Kind, id: string) =>
  withTenant(api.db, 'default', async (tx) => {
    const table = kind === 'productOrders' ? productOrder : serviceOrder;
    const [row] = await tx.select({ by: table.abortedBy }).from(table).where(eq(table.id, id));
    return row?.by;
  });
const orphaned = (kind: Kind, id: string) =>
  withTenant(api.db, 'default', (tx) => {
    const about = kind === 'productOrders' ? [id, null] : [null, id];
    const [orderId = null, serviceOrderId = null] = about;
    return openOrphan(tx, 'default', { orderId, serviceOrderId, code: 'runClosed', reason: 'gone' });
  });

describe.each(['productOrders', 'serviceOrders'] as const)('%s', (kind) => {
  test.each(['hold', 'resume', 'abort'])('%s goes to the run, and is written down first', async (command) => {
    const id = await kinds[kind].make();
    const key = `${command} ${id}`;
    const { status, body } = await act(kind, id, command, { reason }, key);
    const audit = `local:${key}`;
    expect([status, body]).toEqual([202, { command, id, commandId: audit }]);
    const to = { tenant: 'default', [kind === 'productOrders' ? 'orderId' : 'serviceOrder']: id };
    expect(door.of(audit)).toEqual([{ to, command, audit }]);
    const place = kind === 'productOrders' ? { order: id } : { serviceOrder: id };
    expect(await auditOf(id)).toMatchObject([
      { id: audit, command, entity: kinds[kind].entity, reason, outcome: 'asked', ...place },
    ]);
  });

  test('a hold and an abort have a reason; a resume needs none', async () => {
    const id = await kinds[kind].make();
    for (const command of ['hold', 'abort'])
      expect((await act(kind, id, command, {})).body.code).toBe('BodyInvalid');
    expect((await act(kind, id, 'resume', {})).status).toBe(202);
  });

  test('what the run refuses is refused with its code', async () => {
    const id = await kinds[kind].make();
    door.answers(refusedAs('HeldAlready'));
    const { status, body } = await act(kind, id, 'hold');
    expect([status, body.code]).toEqual([409, 'HeldAlready']);
    expect(await auditOf(id)).toMatchObject([{ outcome: 'refused', code: 'HeldAlready' }]);
  });

  test('without an answer it is 503, to be repeated under the same key', async () => {
    const id = await kinds[kind].make();
    door.answers({ type: 'unanswered' });
    const { status, headers } = await act(kind, id, 'hold');
    const key = headers.get('idempotency-key') ?? '';
    door.answers({ type: 'done' });
    expect([status, (await act(kind, id, 'hold', { reason }, key)).status]).toEqual([503, 202]);
    expect(door.of(`local:${key}`)).toHaveLength(2);
  });

  test('an order that is not there is answered 404, and nothing is written down', async () => {
    for (const command of ['hold', 'resume', 'abort', 'restart']) {
      const { status, body } = await act(kind, 'none', command);
      expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
    }
    expect(await auditOf('none')).toEqual([]);
  });

  test('only what has lost its run is restarted, once and on record', async () => {
    const id = await kinds[kind].make();
    expect((await act(kind, id, 'restart', {})).body.code).toBe('OrderNotOrphaned');
    await orphaned(kind, id);
    for (const _ of [1, 2]) expect((await act(kind, id, 'restart', {}, `restart ${id}`)).status).toBe(202);
    expect(await auditOf(id)).toMatchObject([{ command: 'restart', outcome: 'done' }]);
    expect((await dispatched(id)).filter((one) => one.startsWith('start'))).toHaveLength(2);
  });

  test('what has lost its run is aborted by another run', async () => {
    const id = await kinds[kind].make();
    await orphaned(kind, id);
    const before = door.sent.length;
    door.answers(refusedAs('HeldAlready'));
    for (const _ of [1, 2])
      expect((await act(kind, id, 'abort', { reason }, `abort ${id}`)).status).toBe(202);
    expect(door.sent).toHaveLength(before);
    expect((await dispatched(id)).filter((one) => one.startsWith('start'))).toHaveLength(2);
    expect(await auditOf(id)).toMatchObject([{ command: 'abort', outcome: 'asked', reason }]);
    expect(await abortedBy(kind, id)).toBe((await auditOf(id))[0]?.id);
  });
});

test('a service order of a product order is commanded by that', async () => {
  const order = await kinds.productOrders.make();
  await openOrder(api.db, order);
  const [serviceOrder] = (await api.get(`/ops/v1/productOrders/${order}`)).body.serviceOrders;
  for (const command of ['hold', 'resume', 'abort', 'restart']) {
    const { status, body } = await act('serviceOrders', serviceOrder.id, command);
    expect([status, body.code]).toEqual([409, 'ServiceOrderOfProductOrder']);
    expect(body.message).toContain(order);
  }
});

test('a key that another client used is free for this one', async () => {
  const id = await kinds.productOrders.make();
  const about = { command: 'hold', entity: 'productOrder', entityId: id, orderId: id, reason } as const;
  await withTenant(api.db, 'default', (tx) =>
    recordDone(tx, 'default', {
      ...{ id: commandIdOf('another', 'ours'), client: 'another', subject: 'ada' },
      ...about,
    }),
  );
  expect((await act('productOrders', id, 'hold', { reason }, 'ours')).status).toBe(202);
  expect(door.of('local:ours')).toHaveLength(1);
  expect(await auditOf(id)).toMatchObject([
    { id: 'another:ours', client: 'another', outcome: 'done' },
    { id: 'local:ours', client: 'local', outcome: 'asked' },
  ]);
});

test('one key is for one command about one order', async () => {
  const [one, other] = [await kinds.productOrders.make(), await kinds.productOrders.make()];
  await act('productOrders', one, 'hold', { reason }, 'mine');
  for (const [id, command, body] of [
    [other, 'hold', { reason }],
    [one, 'abort', { reason }],
    [one, 'hold', { reason: 'another' }],
  ] as const)
    expect((await act('productOrders', id, command, body, 'mine')).body.code).toBe('IdempotencyKeyReused');
});
