import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Api, startApi } from './support/api.ts';
import { refusedAs, scriptedDoor } from './support/door.ts';
import { conflictingStep } from './support/heldStep.ts';

/** A step that waits for its retry has no fallout: it is named by its place. The run behind the door is scripted. */

let api: Api;
const door = scriptedDoor();
beforeAll(async () => {
  api = await startApi({ operate: door.operate });
});
beforeEach(() => door.answers({ type: 'done' }));
afterAll(() => api?.stop());

const retry = (serviceOrder: string, body: object, key = `key ${serviceOrder}`) =>
  api.post(body, { 'idempotency-key': key }, `/ops/v1/serviceOrders/${serviceOrder}/retryNow`);
const auditOf = async (id: string) => (await api.get(`/ops/v1/audit?entityId=${id}`)).body;

test('goes to its run once per key, and is on record', async () => {
  const { order, serviceOrder, step, name } = await conflictingStep(api);
  const body = { step, reason: 'the card is back' };
  const { status, body: answer } = await retry(serviceOrder, body);
  const audit = `local:key ${serviceOrder}`;
  expect([status, answer]).toEqual([202, { command: 'retryNow', id: serviceOrder, commandId: audit }]);
  expect(door.of(audit)).toEqual([
    { to: { tenant: 'default', serviceOrder, step }, command: 'retryNow', audit },
  ]);
  expect(await auditOf(serviceOrder)).toMatchObject([
    {
      ...{ id: audit, command: 'retryNow', entity: 'serviceOrder', outcome: 'asked' },
      ...{ order, serviceOrder, item: 1, step: name, reason: body.reason },
    },
  ]);
  const other = await retry(serviceOrder, { ...body, step: '1/other' });
  expect([other.status, other.body.code]).toEqual([422, 'IdempotencyKeyReused']);
});

test.each(['line.gone', 'line.gone2', 'a_long_name.gone12'])(
  'a step that takes away what its service no longer has is named as it is: %s',
  async (name) => {
    const { serviceOrder } = await conflictingStep(api);
    await api.db.execute(sql`update step set name = ${name} where service_order_id = ${serviceOrder}
      and name = 'line'`);
    const { status } = await retry(serviceOrder, { step: `1/${name}` });
    expect(status).toBe(202);
    expect(door.of(`local:key ${serviceOrder}`)).toMatchObject([{ to: { step: `1/${name}` } }]);
  },
);

test('what the run refuses is refused with its code', async () => {
  const { serviceOrder, step } = await conflictingStep(api);
  door.answers(refusedAs('StepInDoubt'));
  const { status, body } = await retry(serviceOrder, { step });
  expect([status, body.code]).toEqual([409, 'StepInDoubt']);
  expect(await auditOf(serviceOrder)).toMatchObject([{ outcome: 'refused', code: 'StepInDoubt' }]);
});

test.each(['line', '1/', '0/line', '1/line.', '1/line.lost', '1/line/2', '1/.gone', '1/a.gone.gone'])(
  'what names no step is not sent: %s',
  async (step) => {
    const { status, body } = await retry('none', { step });
    expect([status, body.code]).toEqual([400, 'BodyInvalid']);
  },
);

test('what is not there, or over, is not sent', async () => {
  const { serviceOrder, step } = await conflictingStep(api);
  const before = door.sent.length;
  const answers = [await retry('none', { step }), await retry(serviceOrder, { step: '1/none' })];
  await api.db.execute(sql`update service_order set state = 'failed' where id = ${serviceOrder}`);
  answers.push(await retry(serviceOrder, { step }), await retry(serviceOrder, { step: 'line' }));
  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
    [404, 'ResourceUnknown'],
    [404, 'ResourceUnknown'],
    [409, 'ServiceOrderOver'],
    [400, 'BodyInvalid'],
  ]);
  expect(door.sent).toHaveLength(before);
  expect(await auditOf(serviceOrder)).toEqual([]);
});
