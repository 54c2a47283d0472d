import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { fibre } from '../support/orders.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** What a person knows better than the catalogue or the network brings a held order to its end, on record. */

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({ env: { RETRY_FROM_MS: '50', RETRY_UP_TO_MS: '100', RETRY_ATTEMPTS: '2' } });
  client = clientOf(stack);
});
beforeEach(() => client.faults([]));
afterAll(() => stack?.stop());

const reason = 'the field engineer rang';

async function heldAt(system: string) {
  await client.faults([{ system, verb: 'apply', behaviour: { type: 'throttle', retryAfter: 0 } }]);
  const order = await client.order([fibre()]);
  await client.reaches(order, 'held');
  const [fallout] = await client.fallout(order);
  await client.faults([]);
  return { order, fallout };
}

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
async function act(fallout: string, command: string, body: object): Promise<any> {
  const reply = await fetch(`${stack.apiUrl}/ops/v1/fallout/${fallout}/${command}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: reply.status, body: await reply.json() };
}

const audited = (fallout: string) =>
  eventually(
    async () => {
      const reply = await fetch(`${stack.apiUrl}/ops/v1/audit?entityId=${fallout}`);
      const [row] = (await reply.json()) as object[];
      expect(row).toMatchObject({ subject: 'local', reason, outcome: 'done', after: expect.any(Number) });
      return row;
    },
    { withinMs: 10_000 },
  );

test('an edited value goes to the network in place of the mapping, and the order completes', async () => {
  const { order, fallout } = await heldAt('olt');
  const values = { technology: 'XGSPON' };
  expect((await act(fallout.id, 'editAndRetry', { reason, values })).status).toBe(202);
  await client.reaches(order, 'completed');
  const line = (await client.ledger()).find(({ object }) => object.includes(`line/${order}`));
  expect(line?.values).toMatchObject(values);
  expect(await audited(fallout.id)).toMatchObject({ command: 'editAndRetry', given: { values } });
});

test('what a person built by hand counts as done, once the person stands by it', async () => {
  const { order, fallout } = await heldAt('bng');
  const { wanted } = (await client.ops(order)).serviceOrders[0].steps.find(
    ({ system }: { system: string }) => system === 'bng',
  );
  const place = `${stack.networkUrl}/systems/bng/objects/${encodeURIComponent(fallout.object)}`;
  const headers = { 'content-type': 'application/json', 'idempotency-key': 'by-hand', 'if-none-match': '*' };
  await fetch(place, { method: 'PUT', headers, body: JSON.stringify({ values: wanted }) });
  const contradicted = await act(fallout.id, 'completeWithEvidence', { reason });
  expect([contradicted.status, contradicted.body.code]).toEqual([409, 'EvidenceContradicts']);
  const against = { reason, againstEvidence: true };
  expect((await act(fallout.id, 'completeWithEvidence', against)).status).toBe(202);
  await client.reaches(order, 'completed');
  const entries = (await client.ledger()).filter(({ object }) => object === fallout.object);
  expect(entries.map(({ key }) => key)).toEqual(['by-hand']);
  expect(await audited(fallout.id)).toMatchObject({ given: { agrees: false } });
});
