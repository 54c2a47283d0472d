import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../temporal-dev/ports.ts';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** One system that is away, paused or slow holds up nobody who does not need it, and nothing is given up. */

const failuresToOpen = 3;
let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({
    env: {
      ...{ RETRY_FROM_MS: '20', RETRY_UP_TO_MS: '50', RETRY_ATTEMPTS: '4', STEP_CALL_TIMEOUT_MS: '500' },
      ...{ OUTAGE_RETRY_FROM_MS: '50', OUTAGE_RETRY_UP_TO_MS: '300', DOMAIN_REFRESH_MS: '200' },
      ...{ BREAKER_FAILURES: String(failuresToOpen), BREAKER_OPEN_MS: '200', BREAKER_OPEN_UP_TO_MS: '400' },
    },
  });
  client = clientOf(stack);
});
afterAll(() => stack?.stop());

const fibre = { id: '1', action: 'add', productOffering: { id: 'OFF-FIBRE-1G' } };
const places = (item: object, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => client.order([item])));
const allReach = (orders: readonly string[], state: string) =>
  Promise.all(orders.map((order) => client.reaches(order, state)));

async function system(method: string, path: string, body?: object) {
  const reply = await fetch(`${stack.apiUrl}/ops/v1/systems/${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (!reply.ok) throw new Error(`${method} ${path} was answered ${reply.status}: ${await reply.text()}`);
  return reply.json() as Promise<{ address: string; breaker: { state: string; failures: number } }>;
}
const breakerOf = async (name: string) => (await system('GET', name)).breaker;

/** How many calls the network has seen that the only rule of its fault program is about. */
async function callsSeen(): Promise<number> {
  const reply = await fetch(`${stack.networkUrl}/faults`);
  const { rules } = (await reply.json()) as { rules: { matched: number }[] };
  return rules[0]?.matched ?? Number.NaN;
}

const failsTo = (name: string, failures: number) =>
  eventually(async () => expect((await breakerOf(name)).failures).toBeGreaterThanOrEqual(failures), {
    withinMs: 30_000,
  });

/** Codes of what steps on a system wait for, order by order. */
const waitsOn = async (name: string, orders: readonly string[]): Promise<string[]> => {
  const views = await Promise.all(orders.map((order) => client.ops(order)));
  return views.flatMap(({ serviceOrders }) =>
    serviceOrders.flatMap(({ steps }: { steps: { system: string; error?: { code: string } }[] }) =>
      steps.filter((step) => step.system === name).map(({ error }) => error?.code ?? 'none'),
    ),
  );
};

test('F47: a system that fails every call is left alone but for one probe at a time, until it is back', async () => {
  await client.faults([{ system: 'ipam', behaviour: { type: 'error', status: 503 } }]);
  const first = await client.order([bundle]);
  await failsTo('ipam', failuresToOpen);
  const waiting = [first, ...(await places(bundle, 9))];
  const independent = await places(fibre, 4);
  await allReach(independent, 'completed');
  await eventually(
    async () => {
      const codes = await waitsOn('ipam', waiting);
      expect(codes.filter((code) => code === 'none')).toEqual([]);
    },
    { withinMs: 30_000 },
  );
  await failsTo('ipam', failuresToOpen + 3);

  const before = (await breakerOf('ipam')).failures;
  const seen = await callsSeen();
  const after = (await breakerOf('ipam')).failures;
  expect(seen).toBeGreaterThanOrEqual(before);
  expect(seen).toBeLessThanOrEqual(after + 1);
  expect(['open', 'halfOpen']).toContain((await breakerOf('ipam')).state);
  const states = await Promise.all(waiting.map(async (order) => (await client.orderOf(order)).state));
  expect(new Set(states)).toEqual(new Set(['inProgress']));

  await client.faults([]);
  await allReach(waiting, 'completed');
  expect(await breakerOf('ipam')).toMatchObject({ state: 'closed', failures: 0 });
  const prefixes = (await client.ledger()).filter(({ system: name }) => name === 'ipam');
  expect(prefixes).toHaveLength(waiting.length);
});

test('a system that nobody can connect to is waited for by more probes than an order has attempts', async () => {
  const { address } = await system('GET', 'edge');
  await system('PATCH', 'edge', { address: `http://127.0.0.1:${await freePort()}` });
  const order = await client.order([bundle]);
  await failsTo('edge', failuresToOpen + 4);
  expect((await client.orderOf(order)).state).toBe('inProgress');
  await system('PATCH', 'edge', { address });
  await client.reaches(order, 'completed');
  expect((await breakerOf('edge')).state).toBe('closed');
});

test('a system that hangs is waited for, and what was in doubt is done once', async () => {
  await client.faults([{ system: 'acs', behaviour: { type: 'hang' } }]);
  const orders = await places(bundle, failuresToOpen);
  await failsTo('acs', failuresToOpen + 3);
  await client.faults([]);
  await allReach(orders, 'completed');
  for (const order of orders) {
    const configured = (await client.ledger()).filter(
      ({ system: name, object }) => name === 'acs' && object.includes(order),
    );
    expect(configured).toHaveLength(1);
  }
});

test('F19: an order that a system never makes sense of is held after its attempts; others go on through the same system', async () => {
  await system('POST', 'edge/pause', { reason: 'until the order is known' });
  const poisoned = await client.order([bundle]);
  await eventually(async () => expect(await waitsOn('edge', [poisoned])).toEqual(['systemPaused']), {
    withinMs: 30_000,
  });
  const { serviceOrders } = await client.ops(poisoned);
  const steps = serviceOrders.flatMap((one: { steps: { system: string; object: string }[] }) => one.steps);
  const { object } = steps.find((step: { system: string }) => step.system === 'edge');
  await client.faults([{ system: 'edge', object, behaviour: { type: 'error', status: 500 } }]);
  await system('POST', 'edge/resume');
  await client.reaches(poisoned, 'held');
  expect(await client.fallout(poisoned)).toMatchObject([{ system: 'edge', class: 'inDoubt', tries: 4 }]);
  expect(await breakerOf('edge')).toMatchObject({ state: 'closed', failures: 1 });
  await allReach(await places(bundle, 2), 'completed');
  await client.faults([]);
});

test('a paused system gets no call, whoever does not need it goes on, and the resume lets all through', async () => {
  await client.faults([{ system: 'edge', behaviour: { type: 'ok' } }]);
  await system('POST', 'edge/pause', { reason: 'new firmware' });
  const waiting = await places(bundle, 3);
  await eventually(
    async () => expect(await waitsOn('edge', waiting)).toEqual(Array(3).fill('systemPaused')),
    { withinMs: 30_000 },
  );
  await allReach(await places(fibre, 2), 'completed');
  expect(await callsSeen()).toBe(0);
  const [attempts] = await client.rows(`
    select count(*)::int as count from attempt where step = 'route' and ended_at is null`);
  expect(attempts).toEqual({ count: 0 });
  await system('POST', 'edge/resume');
  await allReach(waiting, 'completed');
});

test('a limit holds over all orders: never more attempts than the bucket of the queue has filled', async () => {
  const perSecond = 2;
  await system('PATCH', 'bng', { limits: { callsPerSecond: perSecond } });
  const orders = await places(fibre, 10);
  await allReach(orders, 'completed');
  const entries = (await client.ledger()) as unknown as { system: string; object: string; at: string }[];
  const times = entries
    .filter((entry) => entry.system === 'bng' && orders.some((order) => entry.object.includes(order)))
    .map(({ at }) => Date.parse(at));
  expect(times).toHaveLength(orders.length);
  // The server hands out one second's worth and one more at once; one again for the way from there to the effect.
  const burst = perSecond + 2;
  const over = times.flatMap((from, first) =>
    times.slice(first).filter((to, ahead) => ahead + 1 > burst + (perSecond * (to - from)) / 1_000),
  );
  expect(over).toEqual([]);
});

test('limits that change reach the workers, and a queue whose limits are gone is still served', async () => {
  await client.faults([{ system: 'bng', verb: 'apply', behaviour: { type: 'delay', ms: 200 } }]);
  await system('PATCH', 'bng', { limits: { concurrency: 1 } });
  await eventually(() => expect(stack.logs('worker')).toContain('the limits of its system changed'), {
    withinMs: 20_000,
  });
  const orders = await places(fibre, 3);
  await allReach(orders, 'completed');
  const entries = (await client.ledger()) as unknown as { system: string; object: string; at: string }[];
  const times = entries
    .filter((entry) => entry.system === 'bng' && orders.some((order) => entry.object.includes(order)))
    .map(({ at }) => Date.parse(at));
  for (const [index, at] of times.slice(1).entries()) {
    expect(at - (times[index] ?? at)).toBeGreaterThanOrEqual(199);
  }
  await system('PATCH', 'bng', { limits: null });
  await client.faults([]);
  await allReach(await places(fibre, 5), 'completed');
});
