import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, clientOf } from '../support/clientOf.ts';
import { deskOf } from '../support/desk.ts';
import { waitsForItsRetry } from '../support/outcome.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** A line whose object is named after its port, and a route over it. */
const documents = [
  {
    serviceSpecification: 'port-line',
    domain: 'access',
    characteristics: { port: { type: 'string', required: true } },
    steps: {
      line: {
        system: 'olt',
        object: "'line/' + characteristics.port + '/' + service.id",
        values: { port: 'characteristics.port' },
        results: { vlan: 'observed.vlan' },
      },
      speed: {
        system: 'bng',
        after: ['line'],
        object: "'speed/' + service.id",
        values: { vlan: 'steps.line.vlan' },
      },
    },
    results: { vlan: 'steps.line.vlan' },
  },
  {
    serviceSpecification: 'port-route',
    domain: 'ip',
    reliesOn: { line: { specification: 'port-line' } },
    steps: {
      route: { system: 'edge', object: "'route/' + service.id", values: { vlan: 'reliesOn.line.vlan' } },
    },
  },
  {
    productSpecification: 'PSPEC-PORT-LINE',
    characteristics: { port: { type: 'string', required: true } },
    services: [{ specification: 'port-line', map: { port: 'characteristics.port' } }],
  },
  { productSpecification: 'PSPEC-PORT-ROUTE', services: [{ specification: 'port-route' }] },
  { productOffering: 'OFF-PORT-LINE', specification: 'PSPEC-PORT-LINE' },
  { productOffering: 'OFF-PORT-ROUTE', specification: 'PSPEC-PORT-ROUTE' },
];

let stack: Stack;
let client: Client;
beforeAll(async () => {
  stack = await startStack();
  client = clientOf(stack);
  const saved = await fetch(`${stack.apiUrl}/ops/v1/catalogue`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ documents }),
  });
  expect(await saved.text().then((text) => [saved.status, text])).toEqual([
    201,
    expect.stringContaining('hash'),
  ]);
});
afterAll(() => stack?.stop());

const characteristic = (port: string) => ({ productCharacteristic: [{ name: 'port', value: port }] });

test('a renamed object is built anew, what relies on it follows, and only then the old one is taken away', async () => {
  const order = await client.order([
    { id: '1', action: 'add', productOffering: { id: 'OFF-PORT-LINE' }, product: characteristic('p1') },
    { id: '2', action: 'add', productOffering: { id: 'OFF-PORT-ROUTE' } },
  ]);
  await client.reaches(order, 'completed');
  const [line] = await client.rows("select id from product where offering = 'OFF-PORT-LINE'");
  const before = await client.ledger();

  const moved = await client.order([
    { id: '1', action: 'modify', product: { id: line.id, ...characteristic('p2') } },
  ]);
  await client.reaches(moved, 'completed');
  const effects = (await client.ledger()).slice(before.length);
  expect(
    effects.map(({ verb, system, object }) => `${verb} ${system} ${object.split('/').slice(0, 2).join('/')}`),
  ).toEqual([
    'apply olt line/p2',
    expect.stringMatching(/^apply bng speed/),
    expect.stringMatching(/^apply edge route/),
    'revoke olt line/p1',
  ]);
  const [, speed, route] = effects;
  expect(speed?.values).toEqual(route?.values);
  expect(speed?.values).not.toEqual(before.find(({ system }) => system === 'bng')?.values);
  expect((await client.standing()).map((name) => name.split('/').slice(0, 2).join('/'))).toEqual([
    expect.stringMatching(/^bng speed/),
    expect.stringMatching(/^edge route/),
    'olt line/p2',
  ]);
  expect(await client.rows('select * from claim')).toEqual([]);
});

test('what takes away the old object is told to retry now like any other step', async () => {
  const portLine = { id: 'OFF-PORT-LINE' };
  const order = await client.order([
    { id: '1', action: 'add', productOffering: portLine, product: characteristic('p3') },
  ]);
  await client.reaches(order, 'completed');
  const [line] = await client.rows(`select id from product where id like '${order}-%'`);
  await client.faults([{ system: 'olt', verb: 'revoke', behaviour: { type: 'throttle', retryAfter: 600 } }]);
  const moved = await client.order([
    { id: '1', action: 'modify', product: { id: line.id, ...characteristic('p4') } },
  ]);
  await waitsForItsRetry(client, `${moved}-`, 'line.gone');
  await client.faults([]);
  const [{ id }] = (await client.ops(moved)).serviceOrders;
  await deskOf(stack).commanded(`/serviceOrders/${id}/retryNow`, { step: '1/line.gone' });
  await client.reaches(moved, 'completed');
  expect((await client.standing()).filter((name) => name.includes('line/p3'))).toEqual([]);
});
