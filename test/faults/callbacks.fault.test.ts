import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemsOf } from '../../drizzle/systemStore.ts';
import { must } from '../../src/kernel/assert.ts';
import { systemsFile } from '../../temporal-dev/roles.ts';
import { type Message, signed } from '../support/callbacks.ts';
import { type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { quick } from '../support/quick.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A number waits for the one callback that is true, among all that are not. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({ env: quick });
  client = clientOf(stack);
  const behaviour = { type: 'accept', afterMs: 200, callback: 'drop' };
  await client.faults([{ system: 'porting', verb: 'apply', behaviour }]);
});
afterAll(() => stack?.stop());

const voice = {
  id: '1',
  action: 'add',
  productOffering: { id: 'OFF-BIZ-VOICE' },
  product: { productCharacteristic: [{ name: 'number', value: '+442079460958' }] },
};

const secrets = new Map(
  systemsOf(readFileSync(systemsFile, 'utf8'), '').map(({ name, callbackSecret }) => [name, callbackSecret]),
);
const secretOf = (system: string) => must(secrets.get(system), `the secret of ${system}`);

async function send(message: Message & { readonly system: string }): Promise<number> {
  const [path, init] = signed({ secret: secretOf(message.system), ...message });
  return (await fetch(`${stack.apiUrl}${path}`, init)).status;
}

const callbacks = async (query: string) =>
  (await (await fetch(`${stack.apiUrl}/ops/v1/callbacks?${query}`)).json()) as { reason: string }[];

/** An order whose number the network has ported, and nobody has said so; with the ids of its two calls. */
async function unreported() {
  const order = await client.order([voice]);
  await eventually(
    async () => {
      const done = (await client.ledger()).filter(({ object }) => object.includes(order));
      expect(done.map(({ system }) => system)).toEqual(['voice', 'porting']);
      expect((await client.ops(order)).serviceOrders[0].state).toBe('pendingExternal');
    },
    { withinMs: 60_000 },
  );
  const rows = await client.rows(
    `select correlation_id from attempt where service_order_id like '${order}-%' order by noted_at`,
  );
  const [line, port] = rows.map(({ correlation_id: id }) => String(id));
  return { order, line: must(line, 'the line'), port: must(port, 'the port') };
}

/** All that a callback may move. */
const standOf = async (order: string) => [
  await client.rows(`select entity_id, version from event where entity_id like '${order}%' order by 1, 2`),
  await client.rows(`select step, number, outcome from attempt where service_order_id like '${order}-%'`),
];

test('F54: callbacks for what is unknown, over or of another are dead letters with their reason, and move no order', async () => {
  const { order, line, port } = await unreported();
  const before = await standOf(order);
  const random = must(port.split('.').at(-1), 'the random part');
  const untrue = [
    { system: 'porting', messageId: 'never', correlationId: 'default.porting.never', reason: 'unknown' },
    { system: 'porting', messageId: 'tenant', correlationId: `other.porting.${random}`, reason: undefined },
    { system: 'olt', messageId: 'theirs', correlationId: `default.olt.${random}`, reason: 'foreign' },
    { system: 'voice', messageId: 'over', correlationId: line, reason: 'closed' },
  ];
  for (const { reason: _, ...message } of untrue) expect(await send(message)).toBe(202);
  for (const { messageId, reason } of untrue) {
    const found = await callbacks(`messageId=${messageId}`);
    expect(found.map((letter) => letter.reason)).toEqual(reason === undefined ? [] : [reason]);
  }
  expect(await standOf(order)).toEqual(before);

  expect(await send({ system: 'porting', messageId: 'true', correlationId: port })).toBe(202);
  await client.reaches(order, 'completed');
  const after = await standOf(order);
  expect(await send({ system: 'porting', messageId: 'late', correlationId: port })).toBe(202);
  expect(await callbacks('messageId=late')).toMatchObject([{ state: 'dead', reason: 'closed' }]);
  const replay = `${stack.apiUrl}/ops/v1/callbacks/porting/late/replay`;
  const replayed = await fetch(replay, { method: 'POST' });
  expect([replayed.status, await replayed.json()]).toMatchObject([200, { state: 'dead', reason: 'closed' }]);
  expect(await standOf(order)).toEqual(after);
});

test('F55: forged and old callbacks are refused and leave nothing; a caught one that is sent again has no effect', async () => {
  const { order, port } = await unreported();
  const before = await standOf(order);
  const message = { system: 'porting', messageId: 'caught', correlationId: port };
  const minutesAgo = new Date(Date.now() - 6 * 60_000);
  expect(await send({ ...message, secret: secretOf('olt') })).toBe(401);
  expect(await send({ ...message, sentAt: minutesAgo })).toBe(401);
  expect(await callbacks('messageId=caught')).toEqual([]);
  expect(await standOf(order)).toEqual(before);

  const [path, init] = signed({ ...message, secret: secretOf('porting') });
  const caught = async () => (await fetch(`${stack.apiUrl}${path}`, init)).status;
  expect(await caught()).toBe(202);
  await client.reaches(order, 'completed');
  const after = await standOf(order);
  expect(await caught()).toBe(202);
  expect(await callbacks('messageId=caught')).toMatchObject([{ state: 'delivered' }]);
  expect(await standOf(order)).toEqual(after);
  const done = (await client.ledger()).filter(({ object }) => object.includes(order));
  expect(done.map(({ verb, system }) => `${verb} ${system}`)).toEqual(['apply voice', 'apply porting']);
});
