import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({ env: { RELAY_LEASE_MS: '1000' } });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

const bulk = async (body: object) => {
  const reply = await fetch(`${stack.apiUrl}/ops/v1/fallout/bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(reply.status).toBe(201);
  return reply.headers.get('location') ?? '';
};
const counted = async (task: string) => {
  const reply = await fetch(task);
  const { state, entries } = (await reply.json()) as { state: string; entries: object };
  return { state, entries };
};

test('what one system broke in many orders is retried at once, each step once, though the relay dies of it', async () => {
  await client.faults([{ system: 'ipam', verb: 'apply', behaviour: { type: 'lie' } }]);
  const orders = await Promise.all([1, 2, 3].map(() => client.order([bundle])));
  for (const order of orders) await client.reaches(order, 'held');
  await client.faults([]);
  await stack.arm('relay', 'bulk.commanded:kill');
  const task = await bulk({ command: 'retryNow', class: 'lied', system: 'ipam', reason: 'ipam is repaired' });
  for (const order of orders) await client.reaches(order, 'completed');
  await eventually(
    async () =>
      expect(await counted(task)).toEqual({ state: 'done', entries: { waiting: 0, done: 3, refused: 0 } }),
    { withinMs: 30_000 },
  );
  const audited = await client.rows(
    `select command, outcome, reason from audit where id like '%:${task.split('/').at(-1)}'`,
  );
  const retried = { command: 'retryNow', outcome: 'done', reason: 'ipam is repaired' };
  expect(audited).toEqual([retried, retried, retried]);
  const attempts = await client.rows(
    `select outcome, count(*)::int as count from attempt where step = 'prefix' group by outcome order by outcome`,
  );
  expect(attempts).toEqual([
    { outcome: 'done', count: 3 },
    { outcome: 'lied', count: 3 },
  ]);
});
