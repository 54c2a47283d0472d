import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { saveCatalogue } from '../../cli/catalogue.ts';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { quick } from '../support/quick.ts';
import { accessItem, ipItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A customer does not want an order any more, at every kind of moment. */

let stack: Stack;
let client: Client;
const folder = mkdtempSync(join(tmpdir(), 'cancel-'));
beforeAll(async () => {
  stack = await startStack({ env: quick, ownServers: true });
  client = clientOf(stack);
  process.env.DIALTONE_URL = stack.apiUrl;
});
beforeEach(() => client.faults([]));
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const cancels = {
  productOrder: '/tmf-api/productOrderingManagement/v4/cancelProductOrder',
  serviceOrder: '/tmf-api/serviceOrdering/v4/cancelServiceOrder',
} as const;
type Kind = keyof typeof cancels;

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
type Body = any;

async function ask(kind: Kind, order: string): Promise<{ status: number; body: Body }> {
  const reply = await fetch(`${stack.apiUrl}${cancels[kind]}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ [kind]: { id: order }, cancellationReason: 'Customer withdrew' }),
  });
  return { status: reply.status, body: await reply.json() };
}

async function cancel(kind: Kind, order: string): Promise<string> {
  const { status, body } = await ask(kind, order);
  expect({ status, body }).toMatchObject({ status: 201 });
  return body.href;
}

const ends = (task: string, state: 'done' | 'terminatedWithError'): Promise<Body> =>
  eventually(
    async () => {
      const body = await (await fetch(task)).json();
      expect(body).toMatchObject({ state });
      return body;
    },
    { withinMs: 60_000 },
  );

const later = () => ({ requestedStartDate: new Date(Date.now() + 3_600_000).toISOString() });
const orderedForLater = async (): Promise<string> =>
  ((await (await client.post([bundle], {}, later())).json()) as { id: string }).id;

const standingOf = async (order: string) =>
  (await client.standing()).filter((object) => object.includes(order));
const statesOf = async (order: string) =>
  (
    await client.rows(
      `select snapshot ->> 'state' as state from event where entity_id = '${order}' and type <> 'changed' order by version`,
    )
  ).map(({ state }) => state);

/** A step of the order has been tried, and waits for its next try. */
const waitsForItsRetry = (order: string, step: string) =>
  eventually(
    async () => {
      const tries = await client.rows(
        `select outcome from attempt where step = '${step}' and service_order_id like '${order}%'`,
      );
      expect(tries).toEqual([{ outcome: 'throttled' }]);
    },
    { withinMs: 20_000 },
  );

async function expectNothingLeft(order: string): Promise<void> {
  expect(await standingOf(order)).toEqual([]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
  expect(await client.rows(`select 1 from dispatch where order_id = '${order}'`)).toEqual([]);
  const open = `select 1 from fallout where order_id = '${order}' and closed_at is null`;
  expect(await client.rows(open)).toEqual([]);
  const ends = await client.rows(
    `select outcome from audit where entity_id = '${order}' and command = 'cancel'`,
  );
  expect(ends.filter(({ outcome }) => outcome === 'asked')).toEqual([]);
}

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
    const task = await ends(await cancel('productOrder', order), 'done');
    expect(task).toMatchObject({
      cancellationReason: 'Customer withdrew',
      effectiveCancellationDate: expect.any(String),
    });
    const shown = await client.reaches(order, 'cancelled');
    expect(shown).toMatchObject({
      cancellationReason: 'Customer withdrew',
      cancellationDate: task.effectiveCancellationDate,
    });
    expect(await statesOf(order)).toEqual([
      ...['acknowledged', 'assessingCancellation', 'pendingCancellation', 'cancelled'],
    ]);
    expect(await endStates(order)).toMatchObject({ products: [], services: [] });
    await expectNothingLeft(order);
  });

  test('that waits for a retry is cancelled at once, and everything it had built is taken back', async () => {
    await client.faults([
      { system: 'edge', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 600 } },
    ]);
    const order = await client.order([bundle]);
    await waitsForItsRetry(`${order}-`, 'route');
    expect((await standingOf(order)).length).toBeGreaterThan(0);
    await ends(await cancel('productOrder', order), 'done');
    await client.reaches(order, 'cancelled');
    const { items, products, services } = await endStates(order);
    expect(new Set(items)).toEqual(new Set(['cancelled']));
    expect([products, services]).toEqual([['cancelled'], ['terminated']]);
    await expectNothingLeft(order);
  });

  test('that is held is cancelled, and its fallout is closed', async () => {
    await client.faults([{ system: 'ipam', verb: 'apply', behaviour: { type: 'lie' } }]);
    const order = await client.order([bundle]);
    await client.reaches(order, 'held');
    await client.faults([]);
    await ends(await cancel('productOrder', order), 'done');
    await client.reaches(order, 'cancelled');
    await expectNothingLeft(order);
  });

  test('that is over is refused', async () => {
    const order = await client.order([bundle]);
    await client.reaches(order, 'completed');
    expect(await ask('productOrder', order)).toMatchObject({ status: 409, body: { code: 'OrderOver' } });
    const cancelled = await orderedForLater();
    await ends(await cancel('productOrder', cancelled), 'done');
    expect(await ask('productOrder', cancelled)).toMatchObject({ status: 409, body: { code: 'OrderOver' } });
  });
});

describe('Business Voice', () => {
  const voice = {
    id: '1',
    action: 'add',
    productOffering: { id: 'OFF-BIZ-VOICE' },
    product: { productCharacteristic: [{ name: 'number', value: '+442079460958' }] },
  };
  /** The demo product, asked for its report soon, with or without a point of no return. */
  const saveVoice = async (returns: 'pointOfNoReturn: true' | 'pointOfNoReturn: false') => {
    const written = readFileSync('temporal-dev/demo/catalogue/voice.yaml', 'utf8');
    const file = join(folder, 'voice.yaml');
    const edited = written.replace('poll: 1h', 'poll: 300ms').replace('pointOfNoReturn: true', returns);
    writeFileSync(file, edited);
    expect(await saveCatalogue([file])).toBe(0);
  };
  const waitsForItsReport = (order: string) =>
    eventually(
      async () =>
        expect((await client.ops(order)).serviceOrders).toMatchObject([{ state: 'pendingExternal' }]),
      { withinMs: 20_000 },
    );

  test('whose port is under way is past its point of no return: the cancel is refused, and it goes on', async () => {
    await saveVoice('pointOfNoReturn: true');
    const how = { type: 'accept', afterMs: 10_000, callback: 'drop' };
    await client.faults([{ system: 'porting', verb: 'apply', behaviour: how }]);
    const order = await client.order([voice]);
    await waitsForItsReport(order);
    const task = await ends(await cancel('productOrder', order), 'terminatedWithError');
    expect(task.errorMessage).toMatchObject({ code: expect.any(String) });
    expect((await client.orderOf(order)).cancellationReason).toBeUndefined();
    await client.reaches(order, 'completed');
    expect(await statesOf(order)).toEqual([
      ...['acknowledged', 'inProgress', 'assessingCancellation', 'inProgress', 'completed'],
    ]);
  });

  test('whose port can be called off is cancelled while it waits for the report', async () => {
    await saveVoice('pointOfNoReturn: false');
    const how = { type: 'accept', afterMs: 3_600_000, callback: 'drop' };
    await client.faults([{ system: 'porting', verb: 'apply', behaviour: how }]);
    const order = await client.order([voice]);
    await waitsForItsReport(order);
    await ends(await cancel('productOrder', order), 'done');
    await client.reaches(order, 'cancelled');
    await expectNothingLeft(order);
    const watched = await client.rows(`select step from watch where service_order_id like '${order}-%'`);
    expect(watched).toMatchObject([{ step: expect.stringContaining('port') }]);
  });
});

describe('a service order of its own', () => {
  test('that waits for a retry is cancelled, and its services are given up', async () => {
    await client.faults([
      { system: 'edge', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 600 } },
    ]);
    const order = await client.serviceOrder([accessItem('line'), ipItem('ip', 'line')]);
    await waitsForItsRetry(order, 'route');
    await ends(await cancel('serviceOrder', order), 'done');
    const shown = await client.serviceOrderReaches(order, 'cancelled');
    expect(shown).toMatchObject({
      cancellationReason: 'Customer withdrew',
      serviceOrderItem: [{ state: 'cancelled' }, { state: 'cancelled' }],
    });
    await expectNothingLeft(order);
  });

  test('that waits for its start date is cancelled without having begun', async () => {
    const order = await client.serviceOrder([accessItem('line')], later());
    await ends(await cancel('serviceOrder', order), 'done');
    await client.serviceOrderReaches(order, 'cancelled');
    await expectNothingLeft(order);
  });

  test('that belongs to a product order is refused and names it', async () => {
    const order = await client.order([bundle]);
    await client.reaches(order, 'completed');
    const [part] = await client.rows(`select id from service_order where order_id = '${order}' limit 1`);
    const { status, body } = await ask('serviceOrder', part.id);
    expect([status, body.code]).toEqual([409, 'ServiceOrderOfProductOrder']);
    expect(body.message).toContain(order);
  });
});

test('while Temporal is down a cancel is taken once, and carried out when it is back', async () => {
  await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 600 } }]);
  const order = await client.order([bundle]);
  await waitsForItsRetry(`${order}-`, 'route');
  await stack.halt('temporal');
  const unstarted = await client.order([bundle]);
  const tasks = [await cancel('productOrder', order), await cancel('productOrder', unstarted)];
  const { status, body } = await ask('productOrder', order);
  expect([status, body.code]).toEqual([409, 'CancelOpen']);
  expect(body.message).toContain(tasks[0]?.split('/').at(-1));
  await stack.restart('temporal');
  for (const task of tasks) await ends(task, 'done');
  for (const id of [order, unstarted]) {
    await client.reaches(id, 'cancelled');
    await expectNothingLeft(id);
  }
});
