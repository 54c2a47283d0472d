import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { troubleTable } from '../docs/troubleTable.ts';
import { type Client, clientOf } from '../support/clientOf.ts';
import { type Arranged, rowsOf } from '../support/commandRows.ts';
import { type Desk, deskOf, withReason } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { waitsForItsRetry } from '../support/outcome.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { saveEdited } from '../support/voice.ts';

/** The tables of commands, where something else than a step that might be left out needs a person. */

let stack: Stack;
let client: Client;
let desk: Desk;
beforeAll(async () => {
  stack = await startStack({
    env: {
      ...{ ...quick, RETRY_ATTEMPTS: '2', BREAKER_FAILURES: '1000' },
      ...{ STEP_CALL_TIMEOUT_MS: '700', WATCH_EVERY_MS: '200', WATCH_FOR_MS: '20000' },
    },
  });
  client = clientOf(stack);
  desk = deskOf(stack);
  await saveEdited(stack.apiUrl, 'fibre.yaml', (written) =>
    written.replace('system: bng\n', 'system: bng\n    optional: true\n'),
  );
});
afterAll(() => stack?.stop());

const throttles = { type: 'throttle', retryAfter: 0 };
const waits = { type: 'throttle', retryAfter: 3_600 };
const refuses = { type: 'refuse', code: 'notLikeThis' };
const on = (verb: 'apply' | 'revoke', system: string, behaviour: object) => ({ system, verb, behaviour });

async function held(items: readonly object[] = [fibre()]): Promise<string> {
  const order = await client.order(items);
  await client.reaches(order, 'held');
  return order;
}

/** The line stands when the route is refused, and has to be taken back by a service order of its own. */
const lineAndRoute = [
  fibre('1'),
  {
    ...{ id: '2', action: 'add', productOffering: { id: 'OFF-STATIC-IP-29' } },
    productOrderItemRelationship: [{ id: '1', relationshipType: 'reliesOn' }],
  },
];

const compensationIn = (order: string): Promise<string> =>
  eventually(
    async () => {
      const [row] = await client.rows(
        `select id from service_order where order_id = '${order}' and compensates is not null`,
      );
      expect(row).toBeDefined();
      return row.id;
    },
    { withinMs: 40_000 },
  );

async function standing(): Promise<string> {
  const order = await client.order([fibre()]);
  await client.reaches(order, 'completed');
  const [{ id }] = await client.rows(`select id from product where id like '${order}-%'`);
  return id;
}

/** They are there before the network is broken. */
const products: string[] = [];
const another = () => ({ id: products.pop() });

const resultsWait = {
  faults: [on('apply', 'olt', throttles)],
  order: held,
} as const;

const arrangements: Readonly<Record<Exclude<keyof typeof troubleTable, 'foundLate'>, Arranged>> = {
  doubted: { faults: [on('apply', 'bng', { type: 'lie' })], order: held },
  withResults: {
    ...resultsWait,
    bodies: { editAndRetry: { ...withReason, values: { technology: 'XGSPON' } } },
  },
  resultsGiven: {
    ...resultsWait,
    bodies: { completeWithEvidence: { ...withReason, againstEvidence: true, results: { vlan: 77 } } },
  },
  turning: {
    faults: [on('apply', 'edge', refuses), on('revoke', 'ipam', waits)],
    order: async () => {
      const order = await client.order(lineAndRoute);
      await waitsForItsRetry(client, `${order}-`, 'prefix');
      return order;
    },
  },
  turningHeld: {
    faults: [on('apply', 'edge', refuses), on('revoke', 'ipam', refuses)],
    order: () => held(lineAndRoute),
  },
  compensating: {
    faults: [on('apply', 'edge', refuses), on('revoke', 'olt', waits)],
    order: async () => {
      const order = await client.order(lineAndRoute);
      await waitsForItsRetry(client, await compensationIn(order), 'line');
      return order;
    },
  },
  compensationHeld: {
    faults: [on('apply', 'edge', refuses), on('revoke', 'olt', refuses)],
    order: () => held(lineAndRoute),
  },
  takingAway: {
    faults: [on('revoke', 'bng', refuses)],
    order: () => held([{ id: '1', action: 'delete', product: another() }]),
  },
};

/** Its first call takes effect when the order has long failed. */
async function overwritten(): Promise<string> {
  await client.faults([
    { ...on('apply', 'bng', { type: 'late', ms: 3_000 }), times: 1 },
    on('apply', 'bng', refuses),
  ]);
  const order = await client.order([
    { id: '1', action: 'modify', product: another(), productOffering: { id: 'OFF-FIBRE-2G' } },
  ]);
  await client.reaches(order, 'failed');
  expect(await desk.stuckIn(order)).toMatchObject({ class: 'drift', code: 'overwritten' });
  return order;
}

const rows = () => rowsOf('productOrder', client, desk);

describe('every command does what the table says', () => {
  test.each([
    ...(['doubted', 'withResults', 'resultsGiven', 'turning', 'turningHeld'] as const),
    ...(['compensating', 'compensationHeld'] as const),
  ])(
    'to an order in the situation %s',
    (situation) => rows().expectRow(troubleTable[situation], arrangements[situation]),
    120_000,
  );

  test('to an order that takes something away', async () => {
    await client.faults([]);
    products.push(...(await Promise.all([1, 2, 3, 4, 5].map(standing))));
    await rows().expectRow(troubleTable.takingAway, arrangements.takingAway);
  }, 120_000);

  test('to an order of which a watch found something late', async () => {
    await client.faults([]);
    products.push(...(await Promise.all([1, 2].map(standing))));
    const orders = [await overwritten(), await overwritten()];
    const order = async () => orders.shift() ?? '';
    await rows().expectRow(troubleTable.foundLate, { faults: [], order });
  }, 120_000);
});
