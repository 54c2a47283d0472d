import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Client, clientOf } from '../support/clientOf.ts';
import { fibre } from '../support/orders.ts';
import { accessItem, deleteItem, ipItem, modifyItem, routerItem } from '../support/serviceOrders.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack({ ownServers: true });
  client = clientOf(stack);
});
beforeEach(() => client.faults([]));
afterAll(() => stack?.stop());

const effects = async (from = 0) =>
  (await client.ledger())
    .slice(from)
    .map(({ verb, system, object }) => `${verb} ${system} ${object.split('/')[0]}`);

const serviceOf = (order: { serviceOrderItem: { service: { id: string } }[] }, index = 0): string =>
  order.serviceOrderItem[index]?.service.id ?? '';
const stateOf = async (service: string) => {
  const [row] = await client.rows(
    `select state, characteristics, results, product_id from service where id = '${service}'`,
  );
  return row;
};

test('a service of no product is added, made faster and deleted by service orders, and nothing is left', async () => {
  const added = await client.serviceOrderReaches(
    await client.serviceOrder([accessItem('line')]),
    'completed',
  );
  const service = serviceOf(added);
  expect(added).toMatchObject({
    completionDate: expect.any(String),
    serviceOrderItem: [{ id: 'line', state: 'completed' }],
  });
  expect(await effects()).toEqual(['apply olt line', 'apply bng speed']);
  expect(await stateOf(service)).toMatchObject({
    state: 'active',
    product_id: null,
    results: { vlan: expect.any(Number), downstreamMbps: 1_000 },
  });
  const [shown] = await client.list('service', `id=${service}`);
  expect(shown).toMatchObject({ state: 'active', serviceOrderItem: [{ itemId: 'line' }] });
  expect(shown.relatedEntity).toBeUndefined();

  const faster = modifyItem('1', service, { downstreamMbps: 2_000 });
  await client.serviceOrderReaches(await client.serviceOrder([faster]), 'completed');
  expect(await effects(2)).toEqual(['apply bng speed']);
  expect(await stateOf(service)).toMatchObject({ characteristics: { downstreamMbps: 2_000 } });

  await client.serviceOrderReaches(await client.serviceOrder([deleteItem('1', service)]), 'completed');
  expect(await effects(3)).toEqual(['revoke bng speed', 'revoke olt line']);
  expect(await stateOf(service)).toMatchObject({ state: 'terminated' });
  expect(await client.standing()).toEqual([]);
  expect(await client.rows('select * from claim')).toEqual([]);
  expect(await client.rows('select * from dispatch')).toEqual([]);
});

test('items of two domains are built one upon the other and taken away in reverse', async () => {
  const from = (await client.ledger()).length;
  const both = [ipItem('ip', 'line'), accessItem('line')];
  const added = await client.serviceOrderReaches(await client.serviceOrder(both), 'completed');
  const [ip, line] = [serviceOf(added, 0), serviceOf(added, 1)];
  expect(await effects(from)).toEqual([
    'apply olt line',
    'apply bng speed',
    'apply ipam prefix',
    'apply edge route',
  ]);
  const { vlan } = (await stateOf(line)).results;
  const route = (await client.ledger()).at(-1);
  expect(route?.values.vlan).toBe(vlan);
  expect((await client.list('service', `id=${ip}`))[0].serviceRelationship).toMatchObject([
    { service: { id: line } },
  ]);

  const gone = [deleteItem('1', line), deleteItem('2', ip)];
  await client.serviceOrderReaches(await client.serviceOrder(gone), 'completed');
  expect(await effects(from + 4)).toEqual([
    'revoke edge route',
    'revoke ipam prefix',
    'revoke bng speed',
    'revoke olt line',
  ]);
  expect(await client.standing()).toEqual([]);
});

test('a step that is refused takes every item of the order back, and the order fails', async () => {
  const from = (await client.ledger()).length;
  await client.faults([{ system: 'edge', verb: 'apply', behaviour: { type: 'refuse', code: 'noRoute' } }]);
  const both = [accessItem('line'), ipItem('ip', 'line')];
  const failed = await client.serviceOrderReaches(await client.serviceOrder(both), 'failed');
  expect(failed.serviceOrderItem).toMatchObject([
    { id: 'line', state: 'failed' },
    { id: 'ip', state: 'failed', errorMessage: [{ code: 'noRoute' }] },
  ]);
  expect((await effects(from)).filter((effect) => effect.startsWith('revoke'))).toEqual([
    'revoke ipam prefix',
    'revoke bng speed',
    'revoke olt line',
  ]);
  for (const index of [0, 1]) {
    expect(await stateOf(serviceOf(failed, index))).toMatchObject({ state: 'terminated' });
  }
  expect(await client.standing()).toEqual([]);
  expect(await client.rows('select * from claim')).toEqual([]);
});

test('a service is changed together with the one that reads its speed', async () => {
  const items = [accessItem('line'), ipItem('ip', 'line'), routerItem('router', 'line', 'ip')];
  const added = await client.serviceOrderReaches(await client.serviceOrder(items), 'completed');
  const from = (await client.ledger()).length;
  const faster = modifyItem('1', serviceOf(added), { downstreamMbps: 2_000 });
  const changed = await client.serviceOrderReaches(await client.serviceOrder([faster]), 'completed');
  expect(changed.serviceOrderItem.map(({ id }: { id: string }) => id)).toEqual(['1', '1.1']);
  expect(await effects(from)).toEqual(['apply bng speed', 'apply acs config']);
  expect((await client.ledger()).at(-1)?.values).toMatchObject({ shapeToMbps: 2_000 });
  expect(await client.rows('select * from claim')).toEqual([]);
});

test('what a product consists of is neither changed nor taken away behind its back', async () => {
  const order = await client.order([fibre()]);
  await client.reaches(order, 'completed');
  const [{ id: line, product_id: product }] = await client.rows(
    `select id, product_id from service where id like '${order}-%'`,
  );
  const from = (await client.ledger()).length;
  for (const item of [modifyItem('1', line, { downstreamMbps: 2_000 }), deleteItem('1', line)]) {
    const refused = await client.postServiceOrder([item]);
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({
      code: 'ServiceOfProduct',
      message: `serviceOrderItem[0].service.id: the service ${line} is part of the product ${product}`,
    });
  }
  expect(await effects(from)).toEqual([]);
  const [shown] = await client.list('product', `id=${product}`);
  expect(shown).toMatchObject({ status: 'active' });
});

test('an order for later waits for its date', async () => {
  const requestedStartDate = new Date(Date.now() + 3_000).toISOString();
  const id = await client.serviceOrder([accessItem('line')], { requestedStartDate });
  const done = await client.serviceOrderReaches(id, 'completed');
  expect(done.startDate >= requestedStartDate).toBe(true);
  await client.serviceOrderReaches(
    await client.serviceOrder([deleteItem('1', serviceOf(done))]),
    'completed',
  );
});

test('an order posted while Temporal is down is accepted, and begins when it is back', async () => {
  await stack.halt('temporal');
  const id = await client.serviceOrder([accessItem('line')]);
  expect(await client.rows('select command from dispatch')).toEqual([{ command: 'startServiceOrder' }]);
  await stack.restart('temporal');
  const done = await client.serviceOrderReaches(id, 'completed');
  expect(await stateOf(serviceOf(done))).toMatchObject({ state: 'active' });
});
