import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { expectNothingLeft, standingOf, statesTold, waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { saveVoice, voiceItem } from '../support/voice.ts';

/** A wish to cancel that meets an undo, a hold, another wish, or something that cannot be taken back. */

let stack: Stack;
let client: Client;
let desk: Desk;
beforeAll(async () => {
  stack = await startStack({ env: { ...quick, RETRY_ATTEMPTS: '2' } });
  client = clientOf(stack);
  desk = deskOf(stack);
});
beforeEach(() => client.faults([]));
afterAll(() => stack?.stop());

const waits = { type: 'throttle', retryAfter: 600 } as const;
const edgeWaits = { system: 'edge', verb: 'apply', behaviour: waits } as const;
const routeRefused = { system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } };
const undoRefused = (system: string) => ({
  system,
  verb: 'revoke',
  behaviour: { type: 'refuse', code: 'inUse' },
});

const auditOf = (order: string) =>
  client.rows(
    `select command, outcome, code, before < after as moved from audit where entity_id = '${order}' order by at`,
  );

const itemsOf = async (order: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await client.ops(order)).items.map(({ id, state }: { id: string; state: string }) => [id, state]),
  );

test('an order whose service order takes itself back has nothing to cancel: it ends failed, as it would have', async () => {
  await client.faults([routeRefused, undoRefused('ipam')]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'held');
  const task = await desk.taskReaches(await desk.cancel('productOrder', order), 'terminatedWithError');
  expect(task.errorMessage).toMatchObject({ code: 'NothingToTakeBack' });
  const stuck = await desk.stuckIn(order);
  expect(stuck.allowedCommands).toEqual(['retryNow', 'leaveBehind']);
  await client.faults([]);
  await desk.commanded(`/fallout/${stuck.id}/retryNow`);
  await client.reaches(order, 'failed');
  expect(Object.values(await itemsOf(order))).not.toContain('cancelled');
  await expectNothingLeft(client, order);
});

test('what stands beside a service order that takes itself back goes at once, and does not wait for that', async () => {
  await client.faults([routeRefused, undoRefused('ipam')]);
  const address = { id: '2', action: 'add', productOffering: { id: 'OFF-STATIC-IP-29' } };
  const onLine = { productOrderItemRelationship: [{ id: '1', relationshipType: 'reliesOn' }] };
  const order = await client.order([fibre('1'), { ...address, ...onLine }, fibre('3')]);
  await client.reaches(order, 'held');
  const gone = () =>
    client.rows(`select order_item_id as item from service_order
      where order_id = '${order}' and compensates is not null and state = 'completed'`);
  await eventually(async () => expect(await gone()).toEqual([{ item: '3' }]), { withinMs: 30_000 });
  await client.faults([]);
  await desk.commanded(`/fallout/${(await desk.stuckIn(order)).id}/retryNow`);
  await client.reaches(order, 'failed');
  await expectNothingLeft(client, order);
});

test('an order that is taken back as a whole has nothing to cancel: the task says so, and it ends failed', async () => {
  await client.faults([routeRefused, undoRefused('olt')]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'held');
  const task = await desk.taskReaches(await desk.cancel('productOrder', order), 'terminatedWithError');
  expect(task.errorMessage).toMatchObject({ code: 'NothingToTakeBack' });
  expect((await client.orderOf(order)).state).toBe('held');
  await client.faults([]);
  const { id } = await desk.stuckIn(order);
  await desk.commanded(`/fallout/${id}/retryNow`);
  await client.reaches(order, 'failed');
  await expectNothingLeft(client, order);
  expect(await statesTold(client, order)).not.toContain('assessingCancellation');
  expect(await auditOf(order)).toMatchObject([
    { command: 'cancel', outcome: 'refused', code: 'NothingToTakeBack' },
  ]);
});

test('an item past its point of no return stands; the others are cancelled, and the order is partial', async () => {
  await saveVoice(stack.apiUrl, true);
  await client.faults([
    { system: 'porting', verb: 'apply', behaviour: { type: 'accept', afterMs: 10_000, callback: 'drop' } },
    { system: 'bng', verb: 'apply', behaviour: waits },
  ]);
  const order = await client.order([voiceItem('1'), fibre('2')]);
  await waitsForItsRetry(client, `${order}-`, 'speed');
  await eventually(
    async () => {
      const { serviceOrders } = await client.ops(order);
      expect(serviceOrders.map(({ state }: { state: string }) => state)).toContain('pendingExternal');
    },
    { withinMs: 30_000 },
  );
  const task = await desk.cancel('productOrder', order);
  await desk.taskReaches(task, 'done');
  await client.reaches(order, 'partial');
  expect(await itemsOf(order)).toEqual({ '1': 'completed', '2': 'cancelled' });
  expect((await standingOf(client, order)).map((object) => object.split(' ')[0])).toEqual([
    'porting',
    'voice',
  ]);
  expect(
    await client.rows(`select distinct status from product where id like '${order}-%' order by 1`),
  ).toEqual([{ status: 'active' }, { status: 'cancelled' }]);
  expect(await statesTold(client, order)).toEqual([
    ...['acknowledged', 'inProgress', 'assessingCancellation', 'pendingCancellation', 'partial'],
  ]);
  expect(await auditOf(order)).toEqual([{ command: 'cancel', outcome: 'done', code: null, moved: true }]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
});

test('an order on hold takes the wish at once and carries it out when it is resumed', async () => {
  await client.faults([edgeWaits]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'route');
  await desk.commanded(`/productOrders/${order}/hold`, withReason);
  await client.reaches(order, 'held');
  const task = await desk.cancel('productOrder', order);
  await desk.taskReaches(task, 'inProgress');
  await eventually(
    async () => {
      const [row] = await client.rows(`select accepted from cancel_task where target = '${order}'`);
      expect(row).toEqual({ accepted: true });
    },
    { withinMs: 30_000 },
  );
  await client.reaches(order, 'held');
  const standing = await standingOf(client, order);
  expect(standing.length).toBeGreaterThan(0);
  await desk.commanded(`/productOrders/${order}/resume`);
  await desk.taskReaches(task, 'done');
  await client.reaches(order, 'cancelled');
  await expectNothingLeft(client, order);
  expect((await auditOf(order)).map(({ command, outcome }) => `${command} ${outcome}`)).toEqual([
    ...['hold done', 'cancel done', 'resume done'],
  ]);
});

test('an undo that fails holds the order that is cancelled; another wish is refused, naming the first, which ends when that is mended', async () => {
  await client.faults([edgeWaits, undoRefused('ipam')]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(client, `${order}-`, 'route');
  const task = await desk.cancel('productOrder', order);
  await client.reaches(order, 'held');
  const { id, code } = await desk.stuckIn(order);
  expect(code).toBe('inUse');
  const second = await desk.askCancel('productOrder', order);
  expect(second).toMatchObject({ status: 409, body: { code: 'CancelOpen' } });
  expect(second.body.message).toContain(task.split('/').at(-1));
  await client.faults([]);
  await desk.commanded(`/fallout/${id}/retryNow`);
  await desk.taskReaches(task, 'done');
  await client.reaches(order, 'cancelled');
  await expectNothingLeft(client, order);
  expect(await statesTold(client, order)).toEqual([
    ...['acknowledged', 'inProgress', 'assessingCancellation', 'pendingCancellation', 'held'],
    ...['pendingCancellation', 'cancelled'],
  ]);
  expect(await auditOf(order)).toEqual([{ command: 'cancel', outcome: 'done', code: null, moved: true }]);
});
