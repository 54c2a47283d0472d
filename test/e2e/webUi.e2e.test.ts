import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Client, clientOf } from '../support/clientOf.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { accessItem, deleteItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { type TemporalEyes, temporalOf } from '../support/temporalOf.ts';
import { saveVoice, voiceItem } from '../support/voice.ts';

/** "Request cancellation" in the Temporal Web UI where it comes to nothing: the audit says why. */

let stack: Stack;
let client: Client;
let desk: Desk;
let temporal: TemporalEyes;
beforeAll(async () => {
  stack = await startStack({ env: quick });
  client = clientOf(stack);
  desk = deskOf(stack);
  temporal = await temporalOf(stack);
  await saveVoice(stack.apiUrl, true);
});
beforeEach(() => client.faults([]));
afterAll(async () => {
  await temporal?.close();
  await stack?.stop();
});

const waits = { system: 'bng', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 600 } };
const portWaits = {
  ...{ system: 'porting', verb: 'apply' },
  behaviour: { type: 'accept', afterMs: 8_000, callback: 'drop' },
};
const fromWebUi = { command: 'abort', client: 'temporalWebUi', subject: 'temporalWebUi' };
const auditReaches = (entityId: string, rows: readonly object[]) =>
  eventually(async () => expect(await desk.auditOf(entityId)).toMatchObject(rows), { withinMs: 20_000 });

const serviceOrderOf = (order: string): Promise<string> =>
  eventually(
    async () => {
      const [serviceOrder] = (await client.ops(order)).serviceOrders;
      expect(serviceOrder.steps[0].state).not.toBe('waiting');
      return serviceOrder.id;
    },
    { withinMs: 20_000 },
  );

test('of an order that is past its point of no return: refused in the audit, and the order completes', async () => {
  await client.faults([portWaits]);
  const order = await client.order([voiceItem()]);
  await eventually(
    async () => {
      const { serviceOrders } = await client.ops(order);
      expect(serviceOrders.map(({ state }: { state: string }) => state)).toContain('pendingExternal');
    },
    { withinMs: 20_000 },
  );
  const run = temporal.runOf(`productOrder:default:${order}`);
  await run.cancel();
  await auditReaches(order, [{ ...fromWebUi, outcome: 'refused', code: 'NothingToTakeBack', order }]);
  await client.reaches(order, 'completed');
  await eventually(async () => expect((await run.describe()).status.name).toBe('COMPLETED'), {
    withinMs: 20_000,
  });
});

test('of an order that goes back already: refused in the audit', async () => {
  await client.faults([waits, { ...waits, system: 'olt', verb: 'revoke' }]);
  const order = await client.order([fibre()]);
  await waitsForItsRetry(client, `${order}-`, 'speed');
  await desk.commanded(`/productOrders/${order}/abort`, withReason);
  await waitsForItsRetry(client, `${order}-`, 'line');
  await temporal.runOf(`productOrder:default:${order}`).cancel();
  const asked = { command: 'abort', client: 'local', outcome: 'done' };
  await auditReaches(order, [asked, { ...fromWebUi, outcome: 'refused', code: 'AbortedAlready' }]);
});

test('of a service order of a product order: refused in the audit, naming that, and it goes on unharmed', async () => {
  await client.faults([{ ...waits, behaviour: { type: 'throttle', retryAfter: 3 } }]);
  const order = await client.order([fibre()]);
  await waitsForItsRetry(client, `${order}-`, 'speed');
  const serviceOrder = await serviceOrderOf(order);
  const run = temporal.runOf(`serviceOrder:default:${serviceOrder}`);
  await run.cancel();
  await auditReaches(serviceOrder, [
    {
      ...{ ...fromWebUi, outcome: 'refused', code: 'ServiceOrderOfProductOrder', order, serviceOrder },
      message: `it belongs to the product order ${order}: abort that one`,
    },
  ]);
  expect(await desk.auditOf(order)).toEqual([]);
  await client.faults([]);
  await client.reaches(order, 'completed');
  await eventually(async () => expect((await run.describe()).status.name).toBe('COMPLETED'), {
    withinMs: 20_000,
  });
});

test('of a service order of its own that is past its point of no return: refused in the audit', async () => {
  const added = await client.serviceOrderReaches(
    await client.serviceOrder([accessItem('line')]),
    'completed',
  );
  await client.faults([{ ...waits, verb: 'revoke', behaviour: { type: 'throttle', retryAfter: 3 } }]);
  const id = await client.serviceOrder([deleteItem('1', added.serviceOrderItem[0].service.id)]);
  await waitsForItsRetry(client, id, 'speed');
  await temporal.runOf(`serviceOrder:default:${id}`).cancel();
  await auditReaches(id, [{ ...fromWebUi, outcome: 'refused', code: 'NothingToTakeBack' }]);
  await client.faults([]);
  await client.serviceOrderReaches(id, 'completed');
});
