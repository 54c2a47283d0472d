import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandTable, type Situation } from '../docs/commandTable.ts';
import { type Client, clientOf } from '../support/clientOf.ts';
import { type Arranged, rowsOf } from '../support/commandRows.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';
import { saveEdited, saveVoice, voiceItem } from '../support/voice.ts';

/** The table of commands by state, command by command on the running system. */

let stack: Stack;
let client: Client;
let desk: Desk;
let temporal: TemporalEyes;
beforeAll(async () => {
  stack = await startStack({
    env: {
      ...{ ...quick, RETRY_ATTEMPTS: '2', BREAKER_FAILURES: '1000' },
      ...{ SWEEP_INTERVAL_MS: '500', SWEEP_AFTER_MS: '1000' },
    },
    envOf: { worker: { WORKER_DOMAINS: 'voice' } },
  });
  await stack.startSecond('worker', { WORKER_DOMAINS: 'access' });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
  await saveVoice(stack.apiUrl, true);
  await saveEdited(stack.apiUrl, 'fibre.yaml', (written) =>
    written.replace('system: bng\n', 'system: bng\n    optional: true\n'),
  );
});
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const waits = { type: 'throttle', retryAfter: 3_600 };
const throttles = { type: 'throttle', retryAfter: 0 };
const refuses = { type: 'refuse', code: 'notLikeThis' };
const onSpeed = (behaviour: object) => ({ system: 'bng', verb: 'apply', behaviour });
const onUndo = (behaviour: object) => ({ system: 'olt', verb: 'revoke', behaviour });
const portWaits = (ms: number) => ({
  ...{ system: 'porting', verb: 'apply' },
  behaviour: { type: 'accept', afterMs: ms, callback: 'drop' },
});

const portRefused = { system: 'porting', verb: 'apply', behaviour: refuses };
const undoRefused = { system: 'voice', verb: 'revoke', behaviour: refuses };

async function retrying(): Promise<string> {
  const order = await client.order([fibre()]);
  await waitsForItsRetry(client, `${order}-`, 'speed');
  return order;
}

async function inTrouble(): Promise<string> {
  const order = await client.order([fibre()]);
  await client.reaches(order, 'held');
  return order;
}

async function ordered(items: readonly object[], afterMs: number): Promise<string> {
  const requestedStartDate = new Date(Date.now() + afterMs).toISOString();
  const reply = await client.post(items, {}, { requestedStartDate });
  return ((await reply.json()) as { id: string }).id;
}

const hasRun = (order: string) =>
  eventually(() => temporal.runOf(`productOrder:default:${order}`).describe(), { withinMs: 30_000 });

const portIsUnderWay = (order: string) =>
  eventually(
    async () => {
      const { serviceOrders } = await client.ops(order);
      expect(serviceOrders.map(({ state }: { state: string }) => state)).toContain('pendingExternal');
    },
    { withinMs: 40_000 },
  );

const arrangements: Readonly<Record<Exclude<Situation, 'assessing'>, Arranged>> = {
  startDate: {
    faults: [],
    order: async () => {
      const order = await ordered([fibre()], 3_600_000);
      await hasRun(order);
      return order;
    },
  },
  retrying: { faults: [onSpeed(waits)], order: () => retrying() },
  pastReturn: {
    faults: [portWaits(20_000)],
    order: async () => {
      const order = await client.order([voiceItem()]);
      await portIsUnderWay(order);
      return order;
    },
  },
  trouble: { faults: [onSpeed(throttles)], order: inTrouble },
  onHold: {
    faults: [onSpeed(throttles)],
    order: async () => {
      const order = await inTrouble();
      await desk.commanded(`/productOrders/${order}/hold`, withReason);
      return order;
    },
  },
  orphaned: {
    faults: [onSpeed(throttles)],
    order: async () => {
      const order = await inTrouble();
      await temporal.runOf(`productOrder:default:${order}`).terminate('a test');
      await eventually(async () => expect(await desk.falloutOf(order)).toHaveLength(2), {
        withinMs: 40_000,
      });
      return order;
    },
  },
  cancelling: {
    faults: [onSpeed(waits), onUndo(waits)],
    order: async () => {
      const order = await retrying();
      await desk.cancel('productOrder', order);
      await client.reaches(order, 'pendingCancellation');
      await waitsForItsRetry(client, `${order}-`, 'line');
      return order;
    },
  },
  undoHeld: {
    faults: [onSpeed(waits), onUndo(refuses)],
    order: async () => {
      const order = await retrying();
      await desk.cancel('productOrder', order);
      await client.reaches(order, 'held');
      return order;
    },
  },
  completed: {
    faults: [{ ...onSpeed(throttles), times: 2 }],
    order: async () => {
      const order = await inTrouble();
      await desk.commanded(`/fallout/${(await desk.stuckIn(order)).id}/retryNow`);
      await client.reaches(order, 'completed');
      return order;
    },
  },
  cancelled: {
    faults: [onSpeed(throttles)],
    order: async () => {
      const order = await inTrouble();
      await desk.commanded(`/productOrders/${order}/abort`, withReason);
      await client.reaches(order, 'cancelled');
      return order;
    },
  },
  failed: {
    faults: [portRefused, undoRefused],
    order: async () => {
      const order = await client.order([voiceItem()]);
      await client.reaches(order, 'held');
      await desk.commanded(`/fallout/${(await desk.stuckIn(order)).id}/leaveBehind`, withReason);
      await client.reaches(order, 'failed');
      return order;
    },
  },
  partial: {
    faults: [onSpeed(throttles), portWaits(5_000)],
    order: async () => {
      const order = await client.order([fibre('1'), voiceItem('2')]);
      await desk.stuckIn(order);
      await portIsUnderWay(order);
      await desk.cancel('productOrder', order);
      await client.reaches(order, 'partial');
      return order;
    },
  },
  rejected: {
    faults: [],
    order: async () => {
      const made = await client.order([fibre()]);
      await client.reaches(made, 'completed');
      const [product] = await client.rows(`select id from product where id like '${made}-%'`);
      const order = await ordered(
        [{ id: '1', action: 'modify', product: { id: product.id }, productOffering: { id: 'OFF-FIBRE-2G' } }],
        3_000,
      );
      await client.rows(`update product set status = 'terminated' where id = '${product.id}'`);
      await client.reaches(order, 'rejected');
      return order;
    },
  },
};

const expectRow = (situation: Situation, arranged: Arranged) =>
  rowsOf('productOrder', client, desk).expectRow(commandTable[situation], arranged);

describe('every command does what the table says', () => {
  test.each(Object.keys(arrangements) as (keyof typeof arrangements)[])(
    'to an order in the situation %s',
    (situation) => expectRow(situation, arrangements[situation]),
    180_000,
  );

  test('to an order whose cancel is being assessed', async () => {
    const faults = [onSpeed(waits)];
    await client.faults(faults);
    const orders = await Promise.all([retrying(), retrying(), retrying()]);
    await stack.halt('worker2');
    for (const one of orders) {
      await desk.cancel('productOrder', one);
      await client.reaches(one, 'assessingCancellation');
    }
    const spare = [...orders];
    await expectRow('assessing', { faults, order: async () => spare.shift() ?? '' });
    await stack.restart('worker2');
    await Promise.all(orders.slice(1).map((one) => client.reaches(one, 'cancelled')));
  }, 180_000);
});
