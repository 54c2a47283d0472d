import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ZodType } from 'zod';
import { cancelProductOrderSchema } from '../../../api/tmf622/cancelProductOrder.ts';
import { cancelServiceOrderSchema } from '../../../api/tmf641/cancelServiceOrder.ts';
import type { TakenCancel } from '../../../drizzle/cancelStore.ts';
import { withTenant } from '../../../drizzle/client.ts';
import { fibre, orderOf } from '../../support/orders.ts';
import { accessItem, serviceOrderOf } from '../../support/serviceOrders.ts';
import { type Api, type Body, freed, openOrder, orders, startApi } from '../support/api.ts';

const paths = {
  productOrder: orders,
  serviceOrder: '/tmf-api/serviceOrdering/v4/serviceOrder',
  cancelProductOrder: '/tmf-api/productOrderingManagement/v4/cancelProductOrder',
  cancelServiceOrder: '/tmf-api/serviceOrdering/v4/cancelServiceOrder',
} as const;

let api: Api;
const told: TakenCancel[] = [];
beforeAll(async () => {
  api = await startApi({ tellCancel: (_, cancel) => told.push(cancel) });
});
beforeEach(() => told.splice(0));
afterAll(() => api?.stop());

const rows = (statement: string): Promise<Body[]> =>
  withTenant(api.db, 'default', async (tx) => [...(await tx.execute(sql.raw(statement)))]);
const stored = () =>
  rows(`select (select count(*) from cancel_task) as tasks, (select count(*) from event) as events,
    (select count(*) from audit) as audit, (select count(*) from dispatch) as dispatch,
    (select count(*) from idempotency) as idempotency`);

interface Kind {
  readonly kind: 'productOrder' | 'serviceOrder';
  readonly name: 'cancelProductOrder' | 'cancelServiceOrder';
  /** The state of a task that was only taken. */
  readonly first: string;
  /** The code for an order that is over. */
  readonly over: string;
  readonly table: string;
  readonly schema: ZodType;
  readonly body: () => object;
  /** Makes an order of the tenant `other`. */
  readonly foreign: string;
}

const kinds: readonly Kind[] = [
  {
    ...{ kind: 'productOrder', name: 'cancelProductOrder', first: 'acknowledged', over: 'OrderOver' },
    ...{ table: 'product_order', schema: cancelProductOrderSchema, body: () => orderOf(fibre()) },
    foreign: `insert into product_order (tenant_id, id, client, fingerprint, state, version, snapshot, carried, ordered_at)
      values ('other', 'THEIRS', 'c', 'f', 'inProgress', 1, 's', '{}', now())`,
  },
  {
    ...{ kind: 'serviceOrder', name: 'cancelServiceOrder', first: 'accepted', over: 'ServiceOrderOver' },
    ...{ table: 'service_order', schema: cancelServiceOrderSchema },
    body: () => serviceOrderOf(accessItem('line')),
    foreign: `insert into service_order (tenant_id, id, ordinal, domain, state, version, after)
      values ('other', 'THEIRS', 0, 'access', 'inProgress', 1, '{}')`,
  },
];

describe.each(kinds)('$name', ({ kind, name, first, over, table, schema, body, foreign }) => {
  const path = paths[name];
  const newOrder = async (): Promise<string> => (await api.post(body(), {}, paths[kind])).body.id;
  const cancel = (order: string, more: object = {}, headers: Record<string, string> = {}) =>
    api.post({ [kind]: { id: order }, ...more }, headers, path);
  const refusedWithoutTrace = async (asked: object, status: number, code: string, where: string) => {
    const before = await stored();
    const answer = await api.post(asked, { 'Idempotency-Key': 'refused' }, path);
    expect(answer).toMatchObject({ status, body: { code, path: where, status: String(status) } });
    expect(await stored()).toEqual(before);
    expect(told).toEqual([]);
    return answer.body.message as string;
  };

  test('a wish is a task with its event, its command and who wished it, and its run is told', async () => {
    const order = await newOrder();
    const answered = await cancel(order, { cancellationReason: 'Customer withdrew' });
    expect(answered).toMatchObject({
      status: 201,
      body: {
        ...{ state: first, cancellationReason: 'Customer withdrew' },
        [kind]: { id: order, href: `http://api.test${paths[kind]}/${order}` },
      },
    });
    const { id, href } = answered.body;
    expect(schema.safeParse(answered.body).success).toBe(true);
    expect([answered.headers.get('location'), href]).toEqual([href, `http://api.test${path}/${id}`]);
    expect((await api.get(`${path}/${id}`)).body).toEqual(answered.body);
    expect(await rows(`select entity, version, type from event where entity_id = '${id}'`)).toEqual([
      { entity: name, version: 1, type: 'created' },
    ]);
    const audited =
      await rows(`select command, entity, entity_id, reason, outcome, client, subject, before, after
      from audit where id = '${id}'`);
    expect(audited).toEqual([
      {
        ...{ command: 'cancel', entity: kind, entity_id: order, reason: 'Customer withdrew' },
        ...{ outcome: 'asked', client: 'local', subject: 'local', before: 1, after: null },
      },
    ]);
    const [command] = await rows(
      `select sequence::int, due_at > now() as later from dispatch where order_id = '${order}' and command = 'cancel'`,
    );
    expect(command?.later).toBe(true);
    expect(told).toMatchObject([{ id, kind, target: order, sequence: command?.sequence }]);
  });

  test('the same key again is the same task, and with another body it is refused', async () => {
    const order = await newOrder();
    const key = { 'Idempotency-Key': `again-${kind}` };
    const one = await cancel(order, {}, key);
    const before = await stored();
    const again = await cancel(order, {}, key);
    expect([again.status, again.body, again.headers.get('location')]).toEqual([201, one.body, one.body.href]);
    expect(told).toHaveLength(1);
    expect(await cancel(order, { cancellationReason: 'other' }, key)).toMatchObject({
      status: 422,
      body: { code: 'IdempotencyKeyReused' },
    });
    expect(await stored()).toEqual(before);
  });

  test('while one is open another is refused and names it; when that is over there may be another', async () => {
    const order = await newOrder();
    const { body: one } = await cancel(order);
    told.splice(0);
    const message = await refusedWithoutTrace({ [kind]: { id: order } }, 409, 'CancelOpen', `${kind}.id`);
    expect(message).toContain(one.id);
    await rows(`update cancel_task set state = 'terminatedWithError' where id = '${one.id}'`);
    expect((await cancel(order)).status).toBe(201);
  });

  test('of many at once exactly one is taken', async () => {
    const order = await newOrder();
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => cancel(order)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  test('an order that is over cannot be cancelled', async () => {
    const order = await newOrder();
    await rows(`update ${table} set state = 'completed' where id = '${order}'`);
    const message = await refusedWithoutTrace({ [kind]: { id: order } }, 409, over, `${kind}.id`);
    expect(message).toContain('completed');
  });

  test('an order that nobody knows, or that is another tenant’s, cannot be cancelled', async () => {
    await withTenant(api.db, 'other', (tx) => tx.execute(sql.raw(foreign)));
    await refusedWithoutTrace({ [kind]: { id: 'nothing' } }, 404, 'ResourceUnknown', `${kind}.id`);
    await refusedWithoutTrace({ [kind]: { id: 'THEIRS' } }, 404, 'ResourceUnknown', `${kind}.id`);
  });

  test.each([
    ['an attribute that nobody knows', { item: ['1'] }, 'BodyInvalid', undefined],
    ['a wrong type', { cancellationReason: 1 }, 'BodyInvalid', 'cancellationReason'],
    [
      'a date that has not come',
      { requestedCancellationDate: '2999-01-01T00:00:00Z' },
      'ChangeUnsupported',
      'requestedCancellationDate',
    ],
  ])('%s is refused, and nothing is stored', async (_, more, code, where) => {
    const order = await newOrder();
    const before = await stored();
    const answer = await cancel(order, more);
    expect(answer).toMatchObject({ status: 400, body: { code } });
    expect(answer.body.path).toBe(where);
    expect(await stored()).toEqual(before);
  });

  test('tasks are found by their order, by the contract’s states, page by page and by their fields', async () => {
    const order = await newOrder();
    const { body: old } = await cancel(order);
    await rows(`update cancel_task set state = 'terminatedWithError' where id = '${old.id}'`);
    const { body: open } = await cancel(order);
    const found = async (query: string) => {
      const { status, headers, body } = await api.get(`${path}?${kind}.id=${order}&${query}`);
      return [status, headers.get('x-total-count'), body.map((task: Body) => task.id)];
    };
    expect(await found('')).toEqual([200, '2', [old.id, open.id]]);
    expect(await found(`state=${first}`)).toEqual([200, '1', [open.id]]);
    expect(await found('state=done,terminatedWithError')).toEqual([200, '1', [old.id]]);
    expect(await found('state=nonsense')).toEqual([200, '0', []]);
    expect(await found('limit=1')).toEqual([206, '2', [old.id]]);
    expect(await found('limit=1&offset=1')).toEqual([200, '2', [open.id]]);
    const { body: few } = await api.get(`${path}/${open.id}?fields=state`);
    expect(few).toEqual({ id: open.id, href: open.href, state: first });
    expect(await api.get(`${path}?reason=x`)).toMatchObject({ status: 400, body: { code: 'FilterUnknown' } });
  });

  test('an order shows why it is cancelled once that is accepted, and when once it is through', async () => {
    const order = await newOrder();
    const { body: task } = await cancel(order, { cancellationReason: 'Moved away' });
    const shown = async () => {
      const { body: read } = await api.get(`${paths[kind]}/${order}`);
      return [read.cancellationReason, read.cancellationDate];
    };
    expect(await shown()).toEqual([undefined, undefined]);
    const now = '2026-03-05T09:00:00.000Z';
    await rows(`update cancel_task set accepted = true, state = 'inProgress' where id = '${task.id}'`);
    expect(await shown()).toEqual(['Moved away', undefined]);
    await rows(`update cancel_task set state = 'done', effective_at = '${now}' where id = '${task.id}'`);
    expect(await shown()).toEqual(['Moved away', now]);
  });

  test('a task of the other kind is not found here', async () => {
    const { body: task } = await cancel(await newOrder());
    const other = name === 'cancelProductOrder' ? 'cancelServiceOrder' : 'cancelProductOrder';
    expect((await api.get(`${paths[other]}/${task.id}`)).status).toBe(404);
    const { body: all } = await api.get(`${paths[other]}?limit=1000`);
    expect(all.map(({ id }: Body) => id)).not.toContain(task.id);
  });
});

test('a service order that belongs to a product order is refused and names that order', async () => {
  const { body: order } = await api.post(orderOf(fibre()));
  await openOrder(api.db, order.id);
  await freed(api.db);
  const [part] = await rows(`select id from service_order where order_id = '${order.id}'`);
  const before = await stored();
  const answer = await api.post({ serviceOrder: { id: part?.id } }, {}, paths.cancelServiceOrder);
  expect(answer).toMatchObject({
    status: 409,
    body: { code: 'ServiceOrderOfProductOrder', path: 'serviceOrder.id' },
  });
  expect(answer.body.message).toContain(order.id);
  expect(await stored()).toEqual(before);
});

test('the tasks are documented with their operations and what answers them', async () => {
  const { body } = await api.get('/openapi.json');
  for (const { name } of kinds) {
    const { get, post } = body.paths[paths[name]];
    expect([get.operationId, post.operationId]).toEqual(
      ['list', 'create'].map((verb) => `${verb}C${name.slice(1)}`),
    );
    expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(['201', '400', '404', '409', '422']));
    expect(body.paths[`${paths[name]}/{id}`].get.operationId).toBe(`retrieveC${name.slice(1)}`);
  }
});
