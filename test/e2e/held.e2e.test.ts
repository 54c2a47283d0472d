import { Client as TemporalClient, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle, type Client, clientOf } from '../support/clientOf.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let client: Client;
let temporal: TemporalClient;
beforeAll(async () => {
  stack = await startStack({
    env: { RETRY_FROM_MS: '50', RETRY_UP_TO_MS: '100', RETRY_ATTEMPTS: '3', STEP_CALL_TIMEOUT_MS: '700' },
  });
  client = clientOf(stack);
  const connection = await Connection.connect({ address: stack.temporalAddress });
  temporal = new TemporalClient({ connection, namespace: stack.temporalNamespace });
});
afterAll(async () => {
  await temporal?.connection.close();
  await stack?.stop();
});

/** The orders held below, the one that was lied to first. */
const heldOrders: string[] = [];

const detailsOf = async (workflowId: string): Promise<string> => {
  const metadata = await temporal.workflow
    .getHandle(workflowId)
    .query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
};

test('what throttles is tried again until it works, and every try is on record', async () => {
  await client.faults([
    { system: 'ipam', verb: 'apply', times: 2, behaviour: { type: 'throttle', retryAfter: 0 } },
  ]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'completed');
  const attempts = await client.rows(
    `select number, outcome, key from attempt where step = 'prefix' and service_order_id like '${order}-%' order by number`,
  );
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['throttled', 'throttled', 'done']);
  expect(new Set(attempts.map(({ key }) => key)).size).toBe(1);
});

test('F44: a call that timed out but took effect is found by reading, and not sent again', async () => {
  await client.faults([
    { system: 'edge', verb: 'apply', times: 1, behaviour: { type: 'executeAndTimeout' } },
  ]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'completed');
  const attempts = await client.rows(
    `select outcome from attempt where step = 'route' and service_order_id like '${order}-%' order by number`,
  );
  expect(attempts).toEqual([{ outcome: 'inDoubt' }, { outcome: 'done' }]);
  const routes = (await client.ledger()).filter(
    ({ system, object }) => system === 'edge' && object.includes(order),
  );
  expect(routes).toHaveLength(1);
});

test('F45: a call that hung without effect is sent again under the same key, once the system was read', async () => {
  await client.faults([{ system: 'edge', verb: 'apply', times: 1, behaviour: { type: 'hang' } }]);
  const order = await client.order([bundle]);
  await client.reaches(order, 'completed');
  const [route] = await client.rows(
    `select attempt, generation from step where name = 'route' and service_order_id like '${order}-%'`,
  );
  expect(route).toEqual({ attempt: 2, generation: 1 });
});

test.each([
  ['a lie', { type: 'lie' }, 'lied', 1],
  ['throttling without end', { type: 'throttle', retryAfter: 0 }, 'throttled', 3],
])(
  '%s leaves the order visibly held, with what failed and how often',
  async (_, behaviour, errorClass, tries) => {
    await client.faults([{ system: 'ipam', verb: 'apply', behaviour }]);
    const order = await client.order([bundle]);
    heldOrders.push(order);
    await client.reaches(order, 'held');
    const { items, serviceOrders } = await client.ops(order);
    const states = Object.fromEntries(
      items.map(({ id, state }: { id: string; state: string }) => [id, state]),
    );
    expect(states).toEqual({ '1': 'inProgress', '1.1': 'inProgress', '1.2': 'held', '1.3': 'inProgress' });
    const stuck = serviceOrders.find(
      ({ specification }: { specification: string }) => specification === 'ip-prefix',
    );
    expect(stuck.state).toBe('held');
    expect(stuck.steps[0]).toMatchObject({
      name: 'prefix',
      state: 'held',
      tries,
      error: { class: errorClass },
    });
    expect(stuck.steps[1]).toMatchObject({ name: 'route', state: 'waiting', tries: 0 });
    expect((await client.rows(`select * from claim where '${order}' = any(holders)`)).length).toBe(4);
    await client.faults([]);
  },
);

test('the Temporal Web UI alone answers what a held order waits for', async () => {
  const held = "WorkflowType = 'productOrder' and DialtoneState = 'held' and DialtoneTenant = 'default'";
  await eventually(
    async () => {
      const ids: string[] = [];
      for await (const run of temporal.workflow.list({ query: held })) ids.push(run.workflowId);
      expect(ids.sort()).toEqual(heldOrders.map((id) => `productOrder:default:${id}`).sort());
    },
    { withinMs: 10_000 },
  );
  const details = await detailsOf(`productOrder:default:${heldOrders[0]}`);
  expect(details).toContain('**held**');
  expect(details).toMatch(
    /\| add ip-prefix \| 1\.2 \| ip \| held \| a person: prefix on ipam, lied \(notThere\) \|/,
  );
  expect(details).toMatch(/\| add managed-router \| 1\.3 \| cpe \| waiting \| add ip-prefix \|/);
});

test('a fourth product over existing systems is a file: saved and ordered without code or restart', async () => {
  await client.faults([]);
  const before = (await client.ledger()).length;
  const { saveCatalogue } = await import('../../cli/catalogue.ts');
  process.env.DIALTONE_URL = stack.apiUrl;
  const starts = stack.starts('worker');
  expect(await saveCatalogue(['temporal-dev/demo/more/guest-wifi.yaml'])).toBe(0);
  const fibre = await client.order([{ id: '1', action: 'add', productOffering: { id: 'OFF-FIBRE-1G' } }]);
  await client.reaches(fibre, 'completed');
  const [product] = await client.rows(`select id from product where id like '${fibre}-%'`);
  const wifi = await client.order([
    {
      id: '1',
      action: 'add',
      productOffering: { id: 'OFF-GUEST-WIFI' },
      product: { productRelationship: [{ relationshipType: 'reliesOn', product: { id: product.id } }] },
    },
  ]);
  await client.reaches(wifi, 'completed');
  expect((await client.ledger()).length).toBeGreaterThan(before + 2);
  expect(stack.starts('worker')).toBe(starts);
});
