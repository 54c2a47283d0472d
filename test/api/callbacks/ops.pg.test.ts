import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eq, sql } from 'drizzle-orm';
import { type Call, settleCallback } from '../../../drizzle/callbackStore.ts';
import { withTenant } from '../../../drizzle/client.ts';
import { attempt, callback, step } from '../../../drizzle/schema.ts';
import { noteStep, saveSecrets, signed } from '../../support/callbacks.ts';
import { type Api, type Body, startApi } from '../support/api.ts';

let api: Api;
const told: Call[] = [];
const inDefault = <T>(work: Parameters<typeof withTenant<T>>[2]): Promise<T> =>
  withTenant(api.db, 'default', work);

beforeAll(async () => {
  api = await startApi({ deliverCallback: (call) => told.push(call) });
  await saveSecrets(api.db, ['olt', 'ipam']);
  await noteStep(api.db, { serviceOrder: 'open', correlationId: 'default.olt.open' });
  await noteStep(api.db, { serviceOrder: 'over', correlationId: 'default.olt.over', state: 'done' });
});
afterAll(() => api?.stop());

/** One of each kind: waiting, delivered, and dead for every reason. */
beforeEach(async () => {
  await inDefault((tx) => tx.delete(callback));
  const send = async (messageId: string, correlationId: string, system = 'olt') => {
    expect((await api.ask(...signed({ messageId, correlationId, system }))).status).toBe(202);
  };
  await send('waits', 'default.olt.open');
  await send('told', 'default.olt.open');
  await settleCallback(api.db, refOf('told'), 'delivered');
  await send('lost', 'default.olt.open');
  await settleCallback(api.db, refOf('lost'), 'noRun');
  await send('late', 'default.olt.over');
  await send('odd', 'default.olt.nothing');
  await send('theirs/1', 'default.ipam.open', 'ipam');
  told.length = 0;
});

const refOf = (messageId: string) => ({ tenant: 'default', system: 'olt', messageId });
const listed = async (query: string) => {
  const { status, headers, body } = await api.get(`/ops/v1/callbacks?${query}`);
  return [status, headers.get('x-total-count'), body.map(({ messageId }: Body) => messageId)];
};
const post = (path: string) => api.ask(path, { method: 'POST' });
const one = '/ops/v1/callbacks/olt';

test.each([
  ['', ['waits', 'told', 'lost', 'late', 'odd', 'theirs/1']],
  ['state=waiting', ['waits']],
  ['state=delivered', ['told']],
  ['state=dead', ['lost', 'late', 'odd', 'theirs/1']],
  ['reason=noRun,closed', ['lost', 'late']],
  ['reason=unknown', ['odd']],
  ['reason=foreign', ['theirs/1']],
  ['system=ipam', ['theirs/1']],
  ['state=dead&system=olt&sort=-receivedAt', ['odd', 'late', 'lost']],
  ['serviceOrder=open', ['waits', 'told', 'lost']],
])('callbacks are listed by %s, oldest first', async (query, ids) => {
  expect(await listed(query)).toEqual([200, String(ids.length), ids]);
});

test('they come in pages, without what they said', async () => {
  const { status, headers, body } = await api.get('/ops/v1/callbacks?limit=2&offset=2');
  expect([status, headers.get('x-total-count'), headers.get('x-result-count')]).toEqual([206, '6', '2']);
  expect(headers.get('link')).toContain('rel="next"');
  expect(body.map(({ messageId }: Body) => messageId)).toEqual(['lost', 'late']);
  expect(body[0]).not.toHaveProperty('body');
});

test('an attribute nobody knows is refused', async () => {
  const { status, body } = await api.get('/ops/v1/callbacks?body=x');
  expect([status, body.code]).toEqual([400, 'FilterUnknown']);
});

test('one callback shows what it said, what it is about and what became of it', async () => {
  const { status, body } = await api.get(`${one}/lost`);
  expect(status).toBe(200);
  expect(body).toEqual({
    ...{ id: 'olt/lost', href: `http://api.test${one}/lost`, system: 'olt', messageId: 'lost' },
    ...{ correlationId: 'default.olt.open', state: 'dead', reason: 'noRun' },
    ...{ serviceOrder: 'open', item: 1, step: 'line', tries: 0, body: { status: 'done' } },
    ...{ receivedAt: expect.any(String), settledAt: expect.any(String) },
  });
});

test('the address of a callback finds it, whatever is in its id', async () => {
  const [found] = (await api.get('/ops/v1/callbacks?system=ipam')).body;
  expect(found.href).toBe('http://api.test/ops/v1/callbacks/ipam/theirs%2F1');
  expect((await api.get(new URL(found.href).pathname)).body).toMatchObject({ messageId: 'theirs/1' });
});

test.each(['/olt/nobody', '/ipam/lost', '/a%00b/lost', '/olt/a%00b', '/olt/a.b'])(
  'one that is not there is answered 404: %s',
  async (path) => {
    for (const answer of [
      await api.get(`/ops/v1/callbacks${path}`),
      await post(`/ops/v1/callbacks${path}/replay`),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'ResourceUnknown']);
    }
  },
);

test('another tenant’s callbacks are neither listed nor found nor replayed', async () => {
  await api.ask(...signed({ messageId: 'blue', correlationId: 'blue.olt.x' }));
  expect(await listed('messageId=blue')).toEqual([200, '0', []]);
  expect((await api.get(`${one}/blue`)).status).toBe(404);
  expect((await post(`${one}/blue/replay`)).status).toBe(404);
});

test('a dead letter whose step is open waits again, and its workflow is to be told', async () => {
  const { status, body } = await post(`${one}/lost/replay`);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    state: 'waiting',
    serviceOrder: 'open',
    step: 'line',
    body: { status: 'done' },
  });
  expect(body).not.toHaveProperty('reason');
  expect(body).not.toHaveProperty('settledAt');
  expect(told).toEqual([
    { callback: refOf('lost'), tenant: 'default', serviceOrder: 'open', step: '1/line' },
  ]);
});

test.each([
  ['late', 'closed'],
  ['odd', 'unknown'],
])('a dead letter that is still %s stays dead, with its reason', async (messageId, reason) => {
  const { status, body } = await post(`${one}/${messageId}/replay`);
  expect([status, body.state, body.reason]).toEqual([200, 'dead', reason]);
  expect(told).toEqual([]);
});

test('a dead letter is looked up as things are now, not as they were', async () => {
  await noteStep(api.db, { serviceOrder: 'found', correlationId: 'default.olt.nothing' });
  expect((await post(`${one}/odd/replay`)).body).toMatchObject({ state: 'waiting', serviceOrder: 'found' });
  await inDefault((tx) => tx.update(step).set({ state: 'done' }).where(eq(step.serviceOrderId, 'found')));
  await settleCallback(api.db, refOf('odd'), 'noRun');
  expect((await post(`${one}/odd/replay`)).body).toMatchObject({ state: 'dead', reason: 'closed' });
  await inDefault((tx) => tx.delete(attempt).where(eq(attempt.serviceOrderId, 'found')));
  const gone = (await post(`${one}/odd/replay`)).body;
  expect(gone).toMatchObject({ state: 'dead', reason: 'unknown' });
  expect(gone).not.toHaveProperty('serviceOrder');
});

test.each([
  ['waits', 'waiting'],
  ['told', 'delivered'],
])('a callback that is no dead letter is not replayed: %s', async (messageId, state) => {
  const rowOf = () =>
    inDefault((tx) => tx.execute(sql`select * from callback where message_id = ${messageId}`));
  const before = await rowOf();
  const { status, body } = await post(`${one}/${messageId}/replay`);
  expect([status, body.code]).toEqual([409, 'CallbackNotDead']);
  expect(body.message).toContain(state);
  expect(await rowOf()).toEqual(before);
  expect(told).toEqual([]);
});

test('of ten replays at once one has an effect', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => post(`${one}/lost/replay`)));
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([200, ...Array.from({ length: 9 }, () => 409)]);
  expect(told).toHaveLength(1);
});
