import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { saveCatalogue } from '../../cli/catalogue.ts';
import { type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A number is ported by a system that takes the call and reports when another operator has decided. */

let stack: Stack;
let client: Client;
const folder = mkdtempSync(join(tmpdir(), 'voice-'));
beforeAll(async () => {
  stack = await startStack({
    env: { RETRY_FROM_MS: '50', RETRY_UP_TO_MS: '100', RETRY_ATTEMPTS: '3', STEP_CALL_TIMEOUT_MS: '700' },
  });
  client = clientOf(stack);
  process.env.DIALTONE_URL = stack.apiUrl;
});
afterAll(async () => {
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The demo product, with other times for the report of its port. */
async function reportsWithin(within: string, poll: string): Promise<void> {
  const written = readFileSync('temporal-dev/demo/catalogue/voice.yaml', 'utf8');
  const file = join(folder, 'voice.yaml');
  writeFileSync(file, written.replace('{ within: 2d, poll: 1h }', `{ within: ${within}, poll: ${poll} }`));
  expect(await saveCatalogue([file])).toBe(0);
}

const voice = {
  id: '1',
  action: 'add',
  productOffering: { id: 'OFF-BIZ-VOICE' },
  product: { productCharacteristic: [{ name: 'number', value: '+442079460958' }] },
};

const porting = (how: object) =>
  client.faults([{ system: 'porting', verb: 'apply', behaviour: { type: 'accept', ...how } }]);

const ledgerOf = async (order: string) =>
  (await client.ledger())
    .filter(({ object }) => object.includes(order))
    .map(({ verb, system }) => `${verb} ${system}`);

const serviceOrderOf = async (order: string) => (await client.ops(order)).serviceOrders[0];

const statesOf = async (order: string) =>
  (
    await client.rows(
      `select snapshot->>'state' as state from event where entity = 'serviceOrder' and entity_id like '${order}-%' order by version`,
    )
  ).map(({ state }) => state);

test('F50: a port whose callback is lost is asked for until it is done, and the order says what it waits for', async () => {
  await reportsWithin('2m', '300ms');
  await porting({ afterMs: 2_000, callback: 'drop' });
  const order = await client.order([voice]);
  await eventually(
    async () => {
      const { state, steps } = await serviceOrderOf(order);
      expect(state).toBe('pendingExternal');
      expect(steps.map((step: { state: string }) => step.state)).toEqual(['done', 'accepted']);
    },
    { withinMs: 20_000 },
  );
  const [shown] = await client.list('serviceOrder', 'state=pending');
  expect(shown.id).toMatch(new RegExp(`^${order}-`));
  expect((await client.orderOf(order)).state).toBe('inProgress');

  await client.reaches(order, 'completed');
  expect(await ledgerOf(order)).toEqual(['apply voice', 'apply porting']);
  const waited = ['acknowledged', 'inProgress', 'pendingExternal', 'inProgress', 'completed'];
  expect(await statesOf(order)).toEqual(waited);
  const attempts = await client.rows(
    `select number, outcome from attempt where step = 'port' and service_order_id like '${order}-%'`,
  );
  expect(attempts).toEqual([{ number: 1, outcome: 'done' }]);
  const prints = await client.rows(`select presence from footprint where service_id like '${order}-%'`);
  expect(prints).toEqual([{ presence: 'present' }, { presence: 'present' }]);
});

test('a port that the other operator refuses fails the order, and nothing of it stands', async () => {
  await reportsWithin('2m', '300ms');
  await porting({ afterMs: 500, callback: 'drop', outcome: 'refused' });
  const order = await client.order([voice]);
  await client.reaches(order, 'failed');
  expect(await ledgerOf(order)).toEqual(['apply voice', 'revoke voice']);
  const { items, serviceOrders } = await client.ops(order);
  expect(items).toMatchObject([{ state: 'failed', code: 'refused' }]);
  expect(serviceOrders).toMatchObject([{ state: 'failed' }]);
  const prints = await client.rows(
    `select 1 from footprint where service_id like '${order}-%' and presence <> 'absent'`,
  );
  expect(prints).toEqual([]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toEqual([]);
});

/** The callbacks of the port, as the network sent them and Dialtone took them. */
const callbacksOf = (order: string) =>
  client.rows(`select state from callback where service_order_id like '${order}-%'`);

test.each([
  ['F51: sent twice', { afterMs: 500, callback: 'duplicate' }, '1h'],
  ['F52: sent before the call itself was answered', { afterMs: 500, callback: 'early' }, '300ms'],
] as const)('a callback that is %s is taken once, and the port goes on', async (_, how, poll) => {
  await reportsWithin(poll === '1h' ? '2d' : '2m', poll);
  await porting(how);
  const order = await client.order([voice]);
  await client.reaches(order, 'completed');
  expect(await ledgerOf(order)).toEqual(['apply voice', 'apply porting']);
  expect(await callbacksOf(order)).toEqual([{ state: 'delivered' }]);
});

test('F53: callbacks that overtake each other each find their port', async () => {
  await reportsWithin('2d', '1h');
  await porting({ afterMs: 500, callback: 'once', reorder: true });
  const orders = [await client.order([voice]), await client.order([voice])];
  for (const order of orders) {
    await client.reaches(order, 'completed');
    expect(await ledgerOf(order)).toEqual(['apply voice', 'apply porting']);
  }
});

test('a port nobody reports in time is held, with the line that stands and the number that may still come', async () => {
  await reportsWithin('1s', '400ms');
  await porting({ afterMs: 3_600_000, callback: 'drop' });
  const order = await client.order([voice]);
  await client.reaches(order, 'held');
  const { state, steps, footprints } = await serviceOrderOf(order);
  expect(state).toBe('held');
  const error = { class: 'inDoubt', code: 'reportOverdue' };
  expect(steps).toMatchObject([{ state: 'done' }, { name: 'port', state: 'held', error }]);
  expect(footprints).toMatchObject([
    { system: 'voice', presence: 'present' },
    { system: 'porting', presence: 'doubtful' },
  ]);
  expect(await client.rows(`select 1 from claim where '${order}' = any(holders)`)).toHaveLength(1);
});
