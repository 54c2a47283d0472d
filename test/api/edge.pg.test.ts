import { afterAll, beforeAll, expect, test } from 'vitest';
import * as fc from 'fast-check';
import { fibre, orderOf } from '../support/orders.ts';
import { type Api, orders, startApi } from './support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const problemOf = async (path: string, init: RequestInit = {}) => {
  const { status, headers, body } = await api.ask(path, init);
  expect(headers.get('x-request-id')).toMatch(/\S/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(body['@type']).toBe('Error');
  return [status, body.code, headers];
};

test.each(['/', '/nothing', '/tmf-api', `${orders}/`, `${orders}/a/b`, '/%E0%A4%A', '/__proto__'])(
  'an unknown path is answered 404: %s',
  async (path) => {
    expect((await problemOf(path)).slice(0, 2)).toEqual([404, 'PathUnknown']);
  },
);

test.each(['nobody', 'a%00b', '..%2f..', '%E0%A4%A', 'x'.repeat(200), "1'--"])(
  'an unknown id is answered 404: %s',
  async (id) => {
    for (const collection of [
      orders,
      '/tmf-api/serviceOrdering/v4/serviceOrder',
      '/tmf-api/productInventory/v4/product',
      '/tmf-api/serviceInventory/v4/service',
      '/tmf-api/productCatalogManagement/v4/productOffering',
      '/tmf-api/productCatalogManagement/v4/productSpecification',
      '/tmf-api/serviceCatalogManagement/v4/serviceSpecification',
      '/ops/v1/productOrders',
    ]) {
      expect((await problemOf(`${collection}/${id}`)).slice(0, 2)).toEqual([404, 'ResourceUnknown']);
    }
  },
);

test.each([
  ['DELETE', orders, 'GET, HEAD, POST'],
  ['PATCH', `${orders}/1`, 'GET, HEAD'],
  ['PUT', '/tmf-api/serviceOrdering/v4/serviceOrder', 'GET, HEAD, POST'],
  ['OPTIONS', '/tmf-api/productInventory/v4/product', 'GET, HEAD'],
  ['GET', '/ops/v1/catalogue', 'POST'],
  ['PUT', '/openapi.json', 'GET, HEAD'],
])('%s of %s is answered 405 with what is supported', async (method, path, allow) => {
  const [status, code, headers] = await problemOf(path, { method });
  expect([status, code, headers.get('allow')]).toEqual([405, 'MethodUnsupported', allow]);
});

test('a body over the limit is refused, announced or not', async () => {
  const large = JSON.stringify({ ...orderOf(fibre()), note: [{ text: 'x'.repeat(1_100_000) }] });
  const before = await api.stored();
  const announced = await api.post(large, { 'content-length': String(large.length) });
  expect([announced.status, announced.body.code]).toEqual([413, 'BodyTooLarge']);
  const streamed = await api.ask(orders, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    body: new Blob([large]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect([streamed.status, streamed.body.code]).toEqual([413, 'BodyTooLarge']);
  expect(await api.stored()).toEqual(before);
});

test.each([
  ['text/plain', {}],
  ['application/xml', {}],
  ['application/json; charset=utf-16', {}],
  ['application/json', { 'content-encoding': 'gzip' }],
])('a body as %s %j is answered 415', async (type, more) => {
  const { status, body } = await api.post(orderOf(fibre()), { 'content-type': type, ...more });
  expect([status, body.code]).toEqual([415, 'MediaTypeUnsupported']);
});

test('JSON in UTF-8 that says so is taken', async () => {
  const { status } = await api.post(orderOf(fibre()), { 'content-type': 'Application/JSON; charset=UTF-8' });
  expect(status).toBe(201);
});

test('bytes that are no UTF-8 are refused', async () => {
  const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
  const answer = await api.ask(orders, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect([answer.status, answer.body.code]).toEqual([400, 'BodyMalformed']);
});

test('the request id of the client comes back, and a wild one does not', async () => {
  const tame = await api.ask('/nothing', { headers: { 'X-Request-Id': 'abc-1' } });
  expect(tame.headers.get('x-request-id')).toBe('abc-1');
  const wild = await api.ask('/nothing', { headers: { 'X-Request-Id': '<script>' } });
  expect(wild.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

test('no JSON makes the server fail', async () => {
  const anyItem = fc.oneof(
    fc.jsonValue({ noUnicodeString: false }),
    fc.record(
      {
        id: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('1', '2', '1.1')),
        action: fc.constantFrom('add', 'modify', 'delete', 'noChange'),
        quantity: fc.oneof(fc.integer(), fc.constantFrom(0, 1, 2)),
        productOffering: fc.record({
          id: fc.constantFrom('OFF-FIBRE-1G', 'OFF-STATIC-IP-29', 'toString', 'X'),
        }),
        product: fc.record(
          {
            id: fc.constantFrom('P', 'valueOf'),
            productCharacteristic: fc.array(fc.record({ name: fc.string(), value: fc.jsonValue() })),
            productRelationship: fc.array(
              fc.record({
                relationshipType: fc.string(),
                product: fc.record({ id: fc.constantFrom('P', '1') }),
              }),
            ),
          },
          { requiredKeys: [] },
        ),
        productOrderItemRelationship: fc.array(
          fc.record({
            id: fc.constantFrom('1', '2', '1.1'),
            relationshipType: fc.constantFrom('reliesOn', 'bundles', 'bundledBy', 'x'),
          }),
        ),
      },
      { requiredKeys: ['id', 'action'] },
    ),
  );
  const anyOrder = fc.record(
    {
      productOrderItem: fc.array(anyItem, { maxLength: 4 }),
      externalId: fc.string({ unit: 'binary' }),
      description: fc.jsonValue(),
      requestedStartDate: fc.oneof(
        fc.string(),
        fc.constantFrom('2026-01-01T00:00:00+23:59', '9999-12-31T23:59:59Z'),
      ),
      extra: fc.jsonValue(),
    },
    { requiredKeys: ['productOrderItem'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyOrder, fc.jsonValue()), async (body) => {
      const { status } = await api.post(body);
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 300, seed: 20260802 },
  );
});
