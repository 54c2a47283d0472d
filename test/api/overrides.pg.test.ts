import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Tx, withTenant } from '../../drizzle/client.ts';
import { activateOverride } from '../../drizzle/overrideStore.ts';
import { audit } from '../../drizzle/schema.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { fibre, orderOf } from '../support/orders.ts';
import { type Api, openOrder, startApi } from './support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const tenant = 'default';
const as = <T>(work: (tx: Tx) => Promise<T>) => withTenant(api.db, tenant, work);

/** An open order on a fibre of its own, with what an operator sees of it. */
async function opened() {
  const order = (await api.post(orderOf(fibre()))).body.id as string;
  await openOrder(api.db, order);
  const inspect = async () => (await api.get(`/ops/v1/productOrders/${order}`)).body.serviceOrders[0];
  const { id, service } = await inspect();
  return { order, serviceOrder: id as string, service: service as string, inspect };
}

/** As the running order does it when a person edits its step `speed`. */
const edit = (serviceOrder: string, command: string, values: JsonObject) =>
  as(async (tx) => {
    await tx.insert(audit).values({
      ...{ tenantId: tenant, id: command, client: 'local', subject: 'ada', command: 'editAndRetry' },
      ...{ entity: 'fallout', entityId: 'f', reason: 'line too long', given: { values }, outcome: 'asked' },
    });
    await activateOverride(tx, tenant, serviceOrder, '1/speed', command);
  });

const remove = (place: string, headers: Record<string, string> = {}) =>
  api.ask(`/ops/v1/overrides/${place}`, { method: 'DELETE', headers });
const auditOf = (service: string) => as((tx) => tx.select().from(audit).where(eq(audit.entityId, service)));
const slow = { downstreamMbps: 300 };

test('an override is seen on its step, and in the list with who set it and why', async () => {
  const { serviceOrder, service, inspect } = await opened();
  await edit(serviceOrder, 'seen-1', slow);
  const { steps } = await inspect();
  expect(steps.map(({ name, override }: { name: string; override?: object }) => [name, override])).toEqual([
    ['line', undefined],
    ['speed', { values: slow, setBy: 'seen-1', setAt: expect.any(String) }],
  ]);
  const shown = {
    ...{ id: `${service}/speed`, href: `http://api.test/ops/v1/overrides/${service}/speed`, service },
    ...{ step: 'speed', values: slow, setBy: 'seen-1', setAt: expect.any(String) },
    ...{ subject: 'ada', reason: 'line too long' },
  };
  const list = await api.get(`/ops/v1/overrides?service=${service}&step=speed`);
  expect([list.status, list.headers.get('x-total-count'), list.body]).toEqual([200, '1', [shown]]);
  expect((await api.get(`/ops/v1/overrides/${service}/speed`)).body).toEqual(shown);
  expect((await api.get('/ops/v1/overrides?step=line')).body).toEqual([]);
});

test('inventory says in a note what a person set instead of what was ordered, as long as it holds', async () => {
  const { serviceOrder, service } = await opened();
  const read = async () => (await api.get(`/tmf-api/serviceInventory/v4/service/${service}`)).body;
  expect((await read()).note).toBeUndefined();
  await edit(serviceOrder, 'noted-1', slow);
  expect((await read()).note).toMatchObject([
    { id: 'speed', text: expect.stringContaining('{"downstreamMbps":300}') },
  ]);
  await remove(`${service}/speed`);
  expect((await read()).note).toBeUndefined();
});

test('a removed override is gone, and the audit says by whom, why and what it was', async () => {
  const { serviceOrder, service, inspect } = await opened();
  await edit(serviceOrder, 'removed-1', slow);
  const answer = await remove(`${service}/speed?reason=line%20was%20shortened`);
  expect([answer.status, answer.body]).toEqual([204, undefined]);
  expect((await api.get(`/ops/v1/overrides/${service}/speed`)).status).toBe(404);
  expect((await inspect()).steps[1].override).toBeUndefined();
  expect(await auditOf(service)).toMatchObject([
    {
      ...{ command: 'removeOverride', entity: 'service', step: 'speed', client: 'local', subject: 'local' },
      ...{ reason: 'line was shortened', given: { values: slow, setBy: 'removed-1' }, outcome: 'done' },
      decidedAt: expect.any(String),
    },
  ]);
});

test('a removal that is repeated with its key leaves alone what was set again since', async () => {
  const { serviceOrder, service } = await opened();
  const key = { 'idempotency-key': 'remove-it' };
  await edit(serviceOrder, 'again-1', slow);
  expect((await remove(`${service}/speed`, key)).status).toBe(204);
  expect((await remove(`${service}/speed`, key)).status).toBe(204);
  await edit(serviceOrder, 'again-2', slow);
  expect((await remove(`${service}/speed`, key)).status).toBe(204);
  expect((await api.get(`/ops/v1/overrides/${service}/speed`)).body.setBy).toBe('again-2');
  expect(await auditOf(service)).toHaveLength(1);
});

test('a key of another command is refused, and nothing changes', async () => {
  const { serviceOrder, service } = await opened();
  await edit(serviceOrder, 'local:other-1', slow);
  const { status, body } = await remove(`${service}/speed`, { 'idempotency-key': 'other-1' });
  expect([status, body.code]).toEqual([422, 'IdempotencyKeyReused']);
  expect((await api.get(`/ops/v1/overrides/${service}/speed`)).status).toBe(200);
});

test.each(['none/speed', 'a%2Fb/speed', 'none/a%00b'])('%s: what is not there is unknown', async (place) => {
  for (const { status, body } of [await api.get(`/ops/v1/overrides/${place}`), await remove(place)])
    expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
});

test.each(['%00', 'x'.repeat(501)])('a reason that cannot be kept is refused', async (reason) => {
  const { serviceOrder, service } = await opened();
  const command = `reason-${reason.length}`;
  await edit(serviceOrder, command, slow);
  const { status, body } = await remove(`${service}/speed?reason=${reason}`);
  expect([status, body.code, body.path]).toEqual([400, 'ParameterInvalid', 'reason']);
  expect(await auditOf(service)).toEqual([]);
});
