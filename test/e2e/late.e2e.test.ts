import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { systemsOf } from '../../drizzle/systemStore.ts';
import { must } from '../../src/kernel/assert.ts';
import { systemsFile } from '../../temporal-dev/roles.ts';
import { signed } from '../support/callbacks.ts';
import { type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';
import { voiceItem } from '../support/voice.ts';

/**
 * Calls whose end nobody heard. The removal of what came late is in trouble itself, or follows an order that nobody
 * wanted any more; or their system reports after all.
 */

let stack: Stack;
let client: Client;
let desk: Desk;
let temporal: TemporalEyes;
beforeAll(async () => {
  stack = await startStack({
    env: {
      ...{ RETRY_FROM_MS: '50', RETRY_UP_TO_MS: '100', RETRY_ATTEMPTS: '3', STEP_CALL_TIMEOUT_MS: '500' },
      ...{ WATCH_EVERY_MS: '200', WATCH_FOR_MS: '20000', RELAY_INTERVAL_MS: '100' },
      ...{ SWEEP_INTERVAL_MS: '500', SWEEP_AFTER_MS: '1000', DISPATCH_DELAY_MS: '100' },
    },
  });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
});
beforeEach(() => client.faults([]));
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const soon = { withinMs: 45_000 };
const late = (ms: number) => ({
  ...{ system: 'bng', verb: 'apply', times: 1, behaviour: { type: 'late', ms } },
});
const refusing = (verb: 'apply' | 'revoke', code: string) => ({
  ...{ system: 'bng', verb, behaviour: { type: 'refuse', code } },
});

/** What the order began is known by the service order that takes it away. */
const removalAfter = (order: string) =>
  eventually(async (): Promise<string> => {
    const rows = await client.rows(
      `select id from service_order where starts_with(id, '${order}') and id like '%.w1'`,
    );
    expect(rows).toHaveLength(1);
    return rows[0].id;
  }, soon);

const troubleOf = (serviceOrder: string, code: string) =>
  eventually(async () => {
    const told = await desk.get(`/ops/v1/fallout?serviceOrder=${serviceOrder}&code=${code}`);
    expect(told).toHaveLength(1);
    return told[0];
  }, soon);

const standsOf = async (order: string) =>
  (await client.standing()).filter((object) => object.includes(order));

test('a removal that is held has its commands, and one whose run was lost goes on where it was', async () => {
  await client.faults([late(3_000), refusing('apply', 'noRoom'), refusing('revoke', 'locked')]);
  const order = await client.order([{ id: '1', action: 'add', productOffering: { id: 'OFF-FIBRE-1G' } }]);
  await client.reaches(order, 'failed');
  const removal = await removalAfter(order);
  const held = await troubleOf(removal, 'locked');
  expect(held.allowedCommands).toEqual(expect.arrayContaining(['retryNow', 'leaveBehind']));
  expect(await standsOf(order)).toHaveLength(1);

  await client.faults([]);
  await temporal.runOf(`serviceOrder:default:${removal}`).terminate('a test');
  await troubleOf(removal, 'runClosed');
  await desk.commanded(`/serviceOrders/${removal}/restart`);
  await eventually(() => desk.commanded(`/fallout/${held.id}/retryNow`), soon);
  await client.serviceOrderReaches(removal, 'completed');
  expect(await standsOf(order)).toEqual([]);
});

test('what comes late of an aborted service order is taken away', async () => {
  await client.faults([late(6_000), { system: 'bng', verb: 'apply', behaviour: { type: 'hang' } }]);
  const order = await client.serviceOrder([accessItem('line')]);
  await client.serviceOrderReaches(order, 'held');
  await desk.commanded(`/serviceOrders/${order}/abort`, withReason);
  await client.serviceOrderReaches(order, 'cancelled');
  expect(await standsOf(order)).toEqual([]);
  await client.serviceOrderReaches(await removalAfter(order), 'completed');
  expect(await standsOf(order)).toEqual([]);
  expect(await client.rows(`select 1 from footprint where presence <> 'absent'`)).toEqual([]);
});

async function callBack(system: string, correlationId: string): Promise<number> {
  const found = systemsOf(readFileSync(systemsFile, 'utf8'), '').find(({ name }) => name === system);
  const secret = must(found?.callbackSecret, `the secret of ${system}`);
  const [path, init] = signed({ system, messageId: 'afterAll', correlationId, secret });
  return (await fetch(`${stack.apiUrl}${path}`, init)).status;
}

test('a step that is held in doubt is looked at when its system reports after all, and the order goes on', async () => {
  await client.faults([
    { system: 'porting', verb: 'apply', behaviour: { type: 'executeAndTimeout' } },
    { system: 'porting', verb: 'read', behaviour: { type: 'hang' } },
  ]);
  const order = await client.order([voiceItem()]);
  await client.reaches(order, 'held');
  const [{ id: fallout }] = await desk.falloutOf(order);
  await client.faults([]);
  const [last] = await client.rows(
    `select correlation_id from attempt where step = 'port' and service_order_id like '${order}-%'
     order by number desc limit 1`,
  );
  expect(await callBack('porting', last.correlation_id)).toBe(202);
  await client.reaches(order, 'completed');
  const resolution = { state: 'closed', resolution: 'reported' };
  expect(await desk.get(`/ops/v1/fallout/${fallout}`)).toMatchObject(resolution);
  const ported = (await client.ledger()).filter(({ system }) => system === 'porting');
  expect(ported).toHaveLength(1);
});
