import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Api, startApi } from './support/api.ts';
import { scriptedDoor } from './support/door.ts';
import { heldStep } from './support/heldStep.ts';

/** What the audit refers to can be read: versions of orders, tries of a step, who had it before. */

let api: Api;
const door = scriptedDoor();
beforeAll(async () => {
  api = await startApi({ operate: door.operate });
});
beforeEach(() => door.answers({ type: 'done' }));
afterAll(() => api?.stop());

const act = (path: string, body: object, key: string) =>
  api.post(body, { 'idempotency-key': key }, `/ops/v1${path}`);
const audited = async (id: string) => (await api.get(`/ops/v1/audit/${encodeURIComponent(id)}`)).body;
const at = (href: string) => api.get(new URL(href).pathname);

test('before and after of a command name versions of the order, each with a link to the order as it stood', async () => {
  const { fallout, serviceOrder, step, record } = await heldStep(api);
  await act(`/fallout/${fallout}/retryNow`, {}, 'K');
  const audit = `${fallout}:local:K`;
  await record(
    { type: 'falloutClosed', step, resolution: 'retryNow' },
    { type: 'serviceOrder', arrow: 'Resumed' },
    { type: 'control', control: { type: 'commanded', audit } },
  );
  const row = await audited(audit);
  expect(row.after).toBe(row.before + 1);
  const [before, after] = [await at(row.beforeHref), await at(row.afterHref)];
  expect([before.status, before.body]).toEqual([
    200,
    expect.objectContaining({ version: row.before, state: 'held', href: row.beforeHref }),
  ]);
  expect(after.body).toMatchObject({ version: row.after, state: 'inProgress', type: 'stateChanged' });
  expect(after.body.snapshot).toMatchObject({ id: serviceOrder, state: 'inProgress', version: row.after });
  const all = (await api.get(`/ops/v1/serviceOrders/${serviceOrder}/versions`)).body;
  expect(all.map(({ version }: { version: number }) => version)).toEqual(
    all.map((_: unknown, index: number) => index + 1),
  );
  expect(all.at(-1)).toMatchObject({ href: row.afterHref, state: 'inProgress' });
  expect(all.at(-1)).not.toHaveProperty('snapshot');
});

test('a command about a step names the tries of the step around it, also where no version changed', async () => {
  const { fallout, serviceOrder, name, attempt, record } = await heldStep(api);
  await act(`/fallout/${fallout}/retryNow`, {}, 'K');
  const audit = `${fallout}:local:K`;
  expect(await audited(audit)).not.toHaveProperty('tries');
  await record({ type: 'control', control: { type: 'commanded', audit } });
  const row = await audited(audit);
  expect(row).toMatchObject({ serviceOrder, item: 1, step: name, tries: { before: 1 } });
  expect(row.after).toBe(row.before);
  await attempt(2);
  expect((await audited(audit)).tries).toEqual({ before: 1, after: 2 });
  const { steps } = (await api.get(`/ops/v1/serviceOrders/${serviceOrder}`)).body;
  expect(steps[0].attempts.map(({ number }: { number: number }) => number)).toEqual([1, 2]);
});

test('a hold names the versions of its product order', async () => {
  const { order } = await heldStep(api);
  const { body } = await act(`/productOrders/${order}/hold`, { reason: 'wait' }, 'K');
  expect(await audited(body.commandId)).not.toHaveProperty('beforeHref');
  const versions = (await api.get(`/ops/v1/productOrders/${order}/versions`)).body;
  expect(versions[0]).toMatchObject({ version: 1, type: 'created', state: 'acknowledged' });
  expect((await at(versions[0].href)).body.snapshot).toMatchObject({ id: order });
});

test('who took care of it before stands with a claim that takes over, and with a release', async () => {
  const { fallout } = await heldStep(api);
  const own = (command: string, body: object, key: string) =>
    act(`/fallout/${fallout}/${command}`, body, key);
  await own('claim', { owner: 'noc-1' }, 'A');
  await own('claim', { owner: 'noc-2', takeOver: true }, 'B');
  await own('release', {}, 'C');
  for (const [command, body, key] of [
    ['claim', { owner: 'noc-2', takeOver: true }, 'B'],
    ['release', {}, 'C'],
  ] as const)
    expect((await own(command, body, key)).status).toBe(200);
  const [first, second, third] = (await api.get(`/ops/v1/audit?entityId=${fallout}&sort=at`)).body;
  expect(first.given).toEqual({ owner: 'noc-1' });
  expect(second.given).toMatchObject({ owner: 'noc-2', ownerBefore: 'noc-1' });
  expect(third.given).toMatchObject({ ownerBefore: 'noc-2' });
  const other = await own('claim', { owner: 'noc-3', takeOver: true }, 'B');
  expect([other.status, other.body.code]).toEqual([422, 'IdempotencyKeyReused']);
});

test.each(['productOrders/none/versions', 'serviceOrders/a%00b/versions', 'productOrders/none/versions/1'])(
  'what is not there is answered 404: %s',
  async (path) => {
    const { status, body } = await api.get(`/ops/v1/${path}`);
    expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
  },
);

test.each(['0', '99', 'x', '1.5', '99999999999'])('nor is version %s', async (version) => {
  const { order } = await heldStep(api);
  const { status, body } = await api.get(`/ops/v1/productOrders/${order}/versions/${version}`);
  expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
});
