import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { expectNothingLeft, standingOf, statesTold, waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { accessItem, ipItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { saveVoice, voiceItem } from '../support/voice.ts';

/** A customer does not want an order any more, at every kind of moment. */

let stack: Stack;
let client: Client;
let desk: Desk;
beforeAll(async () => {
  stack = await startStack({ env: quick, ownServers: true });
  client = clientOf(stack);
  desk = deskOf(stack);
});
beforeEach(() => client.faults([]));
afterAll(() => stack?.stop());

const later = () => ({ requestedStartDate: new Date(Date.now() + 3_600_000).toISOString() });
const orderedForLater = async (): Promise<string> =>
  ((await (await client.post([bundle], {}, later())).json()) as { id: string }).id;

const ledgerOf = async (order: string) =>
  (await client.ledger())
    .filter(({ object }) => object.includes(order))
    .map(({ verb, system }) => `${verb} ${system}`);

const endStates = async (order: string) => ({
  items: (await client.orderOf(order)).productOrderItem.map(({ state }: { state: string }) => state),
  products: (await client.rows(`select distinct status from product where id like '${order}-%'`)).map(
    ({ status }) => status,
  ),
  services: (await client.rows(`select distinct state from service where id like '${order}-%'`)).map(
    ({ state }) => state,
  ),
});

describe('a product order', () => {
  test('that waits for its start date is cancelled without having begun', async () => {
    const order = await orderedForLater();
    const task = await desk.taskReaches(await desk.cancel('productOrder', order), 'done');
    expect(task).toMatchObject({
      cancellationReason: 'Customer withdrew',
      effectiveCancellationDate: expect.any(String),
    });
    const shown = await client.reaches(order, 'cancelled');
    expect(shown).toMatchObject({
      cancellationReason: 'Customer withdrew',
      cancellationDate: task.effectiveCancellationDate,
    });
    expect(await statesTold(client, order)).toEqual([
      ...['acknowledged', 'assessingCancellation', 'pendingCancellation', 'cancelled'],
    ]);
    expect(await endStates(order)).toMatchObject({ products: [], services: [] });
    await expectNothingLeft(client, order);
  });

  test('that waits for a retry is cancelled at once, and everything it had built is taken back', async () => {
    await client.faults([
      { system: 'edge', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 600 } },
    ]);
    const order = await client.order([bundle]);
    await waitsForItsRetry(client, `${order}-`, 'route');
    expect((await standingOf(client, order)).length).toBeGreaterThan(0);
    await desk.taskReaches(await desk.cancel('productOrder', order), 'done');
    await client.reaches(order, 'cancelled');
    const { items, products, services } = await endStates(order);
    expect(new Set(items)).toEqual(new Set(['cancelled']));
    expect([products, services]).toEqual([['cancelled'], ['terminated']]);
    await expectNothingLeft(client, order);
  });

  test('that is held is cancelled, and its fallout is closed', async () => {
    await client.faults([{ system: 'ipam', verb: 'apply', behaviour: { type: 'lie' } }]);
    const order = await client.order([bundle]);
    await client.reaches(order, 'held');
    await client.faults([]);
    await desk.taskReaches(await desk.cancel('productOrder', order), 'done');
    await client.reaches(order, 'cancelled');
    await expectNothingLeft(client, order);
  });

  test('that is over is refused', async () => {
    const order = await client.order([bundle]);
    await client.reaches(order, 'completed');
    expect(await desk.askCancel('productOrder', order)).toMatchObject({
      status: 409,
      body: { code: 'OrderOver' },
    });
    const cancelled = await orderedForLater();
    await desk.taskReaches(await desk.cancel('productOrder', cancelled), 'done');
    expect(await desk.askCancel('productOrder', cancelled)).toMatchObject({
      status: 409,
      body: { code: 'OrderOver' },
    });
  });
});

describe('Business Voice', () => {
  const waitsForItsReport = (order: string) =>
    eventually(
      async () =>
        expect((await client.ops(order)).serviceOrders).toMatchObject([{ state: 'pendingExternal' }]),
      { withinMs: 20_000 },
    );

  test('whose port is under way is past its point of no return: the cancel is refused, and it goes on', async () => {
    await saveVoice(stack.apiUrl, true);
    const how = { type: 'accept', afterMs: 10_000, callback: 'drop' };
    await client.faults([{ system: 'porting', verb: 'apply', behaviour: how }]);
    const order = await client.order([voiceItem()]);
    await waitsForItsReport(order);
    const task = await desk.taskReaches(await desk.cancel('productOrder', order), 'terminatedWithError');
    expect(task.errorMessage).toMatchObject({ code: expect.any(String) });
    expect((await client.orderOf(order)).cancellationReason).toBeUndefined();
    await client.reaches(order, 'completed');
    expect(await statesTold(client, order)).toEqual([
      ...['acknowledged', 'inProgress', 'assessingCancellation', 'inProgress', 'completed'],
    ]);
  });

  test('whose port may be taken back is cancelled once the other operator has had its say', async () => {
    await saveVoice(stack.apiUrl, false);
    const how = { type: 'accept', afterMs: 15_000, callback: 'drop' };
    await client.faults([{ system: 'porting', verb: 'apply', behaviour: how }]);
    const order = await client.order([voiceItem()]);
    await waitsForItsReport(order);
    await desk.taskReaches(await desk.cancel('productOrder', order), 'done');
    await client.reaches(order, 'cancelled');
    await expectNothingLeft(client, order);
    expect(await ledgerOf(order)).toEqual([
      ...['apply voice', 'apply porting', 'revoke porting', 'revoke voice'],
    ]);
  });
});

describe('a service order of its own', () => {
  test('that waits for a retry is cancelled, and its services are given up', async () => {
    await client.faults([
      { system: 'edge', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 600 } },
    ]);
    const order = await client.serviceOrder([accessItem('line'), ipItem('ip', 'line')]);
    await waitsForItsRetry(client, order, 'route');
    await desk.taskReaches(await desk.cancel('serviceOrder', order), 'done');
    const shown = await client.serviceOrderReaches(order, 'cancelled');
    expect(shown).toMatchObject({
      cancellationReason: 'Customer withdrew',
      serviceOrderItem: [{ state: 'cancelled' }, { state: 'cancelled' }],
    });
    await expectNothingLeft(client, order);
  });

  test('that waits for its start date is cancelled without having begun', async () => {
    const order = await client.serviceOrder([accessItem('line')], later());
    await desk.taskReaches(await desk.cancel('serviceOrder', order), 'done');
    await client.serviceOrderReaches(order, 'cancelled');
    await expectNothingLeft(client, order);
  });

  test('that belongs to a product order is refused and names it', async () => {
    const order = await client.order([bundle]);
    await client.reaches(order, 'completed');
    const [part] = await client.rows(`select id from service_order where order_id = '${order}' limit 1`);
    const { status, body } = await desk.askCancel('serviceOrder', part.id);
    expect([status, body.code]).toEqual([409, 'ServiceOrderOfProductOrder']);
    expect(body.message).toContain(order);
  });
});

test('while Temporal is down a cancel is taken once, and carried out when it is back', async () => {
  await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 600 } }]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'route');
  await stack.halt('temporal');
  const unstarted = await client.order([bundle]);
  const tasks = [await desk.cancel('productOrder', order), await desk.cancel('productOrder', unstarted)];
  const { status, body } = await desk.askCancel('productOrder', order);
  expect([status, body.code]).toEqual([409, 'CancelOpen']);
  expect(body.message).toContain(tasks[0]?.split('/').at(-1));
  await stack.restart('temporal');
  for (const task of tasks) await desk.taskReaches(task, 'done');
  for (const id of [order, unstarted]) {
    await client.reaches(id, 'cancelled');
    await expectNothingLeft(client, id);
  }
});
