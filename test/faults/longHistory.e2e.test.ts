import { Client as TemporalClient, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serviceOrderId } from '../../workflows/messages.ts';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { waitsForItsRetry } from '../support/outcome.ts';
import { accessItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A service order that is tried for weeks outgrows the history of one run. */

let stack: Stack;
let client: Client;
let connection: Connection;
beforeAll(async () => {
  stack = await startStack({
    env: {
      ...{ RETRY_ATTEMPTS: '200', RETRY_FROM_MS: '20', RETRY_UP_TO_MS: '40' },
      ...{ HISTORY_EVENTS_MAX: '60', STEP_CALL_TIMEOUT_MS: '2000' },
    },
  });
  client = clientOf(stack);
  connection = await Connection.connect({ address: stack.temporalAddress });
});
afterAll(async () => {
  await connection?.close();
  await stack?.stop();
});

async function runsOf(serviceOrder: string): Promise<string[]> {
  const temporal = new TemporalClient({ connection, namespace: stack.temporalNamespace });
  const query = `WorkflowId = "${serviceOrderId('default', serviceOrder)}"`;
  const states: string[] = [];
  for await (const { status } of temporal.workflow.list({ query })) states.push(status.name);
  return states;
}

const serviceOrderIn = async (order: string, domain: string): Promise<string> => {
  const [row] = await client.rows(
    `select id from service_order where order_id = '${order}' and domain = '${domain}'`,
  );
  return row?.id;
};

test('a service order whose history grows goes on in new runs, does all once, and its order completes', async () => {
  const throttle = { type: 'throttle', retryAfter: 0 };
  await client.faults([{ system: 'edge', verb: 'apply', times: 40, behaviour: throttle }]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'completed', 120_000);

  const id = await serviceOrderIn(order, 'ip');
  const isChain = async () => {
    const runs = await runsOf(id);
    expect(runs.filter((state) => state === 'CONTINUED_AS_NEW').length).toBeGreaterThan(1);
    expect(runs.filter((state) => state !== 'CONTINUED_AS_NEW')).toEqual(['COMPLETED']);
  };
  await eventually(isChain, { withinMs: 10_000 });
  const keys = (await client.ledger()).filter(({ key }) => key.includes(order)).map(({ key }) => key);
  expect(keys).toHaveLength(6);
  expect(new Set(keys).size).toBe(6);
});

test('a person and the order reach it in whichever run it is', async () => {
  const throttle = { type: 'throttle', retryAfter: 0 };
  await client.faults([
    { system: 'edge', verb: 'apply', times: 30, behaviour: throttle },
    { system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } },
    { system: 'ipam', verb: 'revoke', behaviour: { type: 'refuse', code: 'inUse' } },
  ]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'held', 120_000);
  const runs = await runsOf(await serviceOrderIn(order, 'ip'));
  expect(runs.filter((state) => state === 'CONTINUED_AS_NEW').length).toBeGreaterThan(0);

  await client.faults([]);
  const [fallout] = await client.fallout(order);
  await client.command(`/fallout/${fallout.id}/retryNow`);
  await client.reaches(order, 'failed');
  expect((await client.standing()).filter((object) => object.includes(order))).toEqual([]);
});

test('a service order of its own that is cancelled in the Temporal Web UI ends so, however long its undo takes', async () => {
  await client.faults([
    { system: 'bng', verb: 'apply', behaviour: { type: 'throttle', retryAfter: 600 } },
    { system: 'olt', verb: 'revoke', times: 12, behaviour: { type: 'throttle', retryAfter: 0 } },
  ]);
  const id = await client.serviceOrder([accessItem('line')]);
  await waitsForItsRetry(client, id, 'speed');
  const temporal = new TemporalClient({ connection, namespace: stack.temporalNamespace });
  await temporal.workflow.getHandle(serviceOrderId('default', id)).cancel();
  await client.serviceOrderReaches(id, 'cancelled');
  await eventually(async () => expect(await runsOf(id)).toEqual(['CANCELLED']), { withinMs: 10_000 });
});
