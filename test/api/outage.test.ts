import { expect, test, vi } from 'vitest';
import { createApp } from '../../api/app.ts';
import type { Database } from '../../drizzle/client.ts';
import { fibre, orderOf } from '../support/orders.ts';
import { orders, testDeps } from './support/deps.ts';

const databaseThatFails = (error: Error) =>
  ({ transaction: () => Promise.reject(error) }) as unknown as Database;

const postFibre = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(orderOf(fibre())),
};

test('with the database out of reach orders and reads are answered 503, with a time to come back', async () => {
  const error = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' });
  const app = createApp(testDeps(databaseThatFails(error)));
  for (const init of [{}, postFibre]) {
    const response = await app.request(orders, init);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    const body = (await response.json()) as { code: string };
    expect(body.code).toBe('DatabaseUnavailable');
    expect(JSON.stringify(body)).not.toContain('10.0.0.7');
  }
});

test('a defect is answered 500 with the request id and nothing from inside, and logged', async () => {
  const deps = testDeps(databaseThatFails(new Error('secret of the house')));
  const logged = vi.spyOn(deps.log, 'error');
  const response = await createApp(deps).request(orders, { headers: { 'X-Request-Id': 'abc' } });
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ code: 'InternalError', status: '500' });
  expect(text).toContain('abc');
  expect(text).not.toContain('secret');
  expect(logged).toHaveBeenCalledWith(expect.objectContaining({ requestId: 'abc' }), 'the request failed');
});

const ready = async (deps: Partial<ReturnType<typeof testDeps>>) => {
  const app = createApp({ ...testDeps(databaseThatFails(new Error('unused'))), ...deps });
  const response = await app.request('/health/ready');
  return [response.status, await response.json()];
};

test('ready means the database and its schema', async () => {
  expect(await ready({ schemaIsCurrent: () => Promise.resolve(true) })).toEqual([
    200,
    { ready: true, reasons: [] },
  ]);
  const [older, why] = await ready({ schemaIsCurrent: () => Promise.resolve(false) });
  expect(older).toBe(503);
  expect(why).toMatchObject({ ready: false, reasons: [expect.stringContaining('migrate')] });
  expect(await ready({ schemaIsCurrent: () => Promise.reject(new Error('no')) })).toEqual([
    503,
    { ready: false, reasons: ['postgres: cannot be reached'] },
  ]);
});

test('without Temporal the API is ready, and says what is missing', async () => {
  expect(
    await ready({ schemaIsCurrent: () => Promise.resolve(true), temporalReachable: () => 'no answer' }),
  ).toEqual([200, { ready: true, reasons: ['temporal: no answer'] }]);
});

test('alive means only that the process answers', async () => {
  const app = createApp(testDeps(databaseThatFails(new Error('unused'))));
  expect((await app.request('/health/live')).status).toBe(200);
});

test('the documentation names every operation of the contracts by its official id', async () => {
  const app = createApp(testDeps(databaseThatFails(new Error('unused'))));
  const document = (await (await app.request('/openapi.json')).json()) as {
    paths: Record<string, Record<string, { operationId: string }>>;
    components: { schemas: Record<string, unknown> };
  };
  const ids = Object.values(document.paths).flatMap((path) =>
    Object.values(path).map(({ operationId }) => operationId),
  );
  expect(ids.sort()).toEqual(
    [
      ...['listProductOrder', 'createProductOrder', 'retrieveProductOrder'],
      ...['listCancelProductOrder', 'createCancelProductOrder', 'retrieveCancelProductOrder'],
      ...['listCancelServiceOrder', 'createCancelServiceOrder', 'retrieveCancelServiceOrder'],
      ...['listServiceOrder', 'createServiceOrder', 'retrieveServiceOrder', 'listProduct', 'retrieveProduct'],
      ...['listService', 'retrieveService', 'listProductOffering', 'retrieveProductOffering'],
      ...['listProductSpecification', 'retrieveProductSpecification'],
      ...['listServiceSpecification', 'retrieveServiceSpecification'],
      ...['receiveCallback', 'listCallback', 'retrieveCallback', 'replayCallback'],
      ...['listSystems', 'addSystem', 'getSystem', 'changeSystem', 'pauseSystem', 'resumeSystem'],
      ...['listOverride', 'retrieveOverride', 'removeOverride'],
      'inspectServiceOrder',
      ...[
        'inspectProductOrder',
        'saveCatalogue',
        'live',
        'ready',
        'listFallout',
        'listHold',
        'retryStepNow',
        'inspectFallout',
      ],
      ...['retryNow', 'editAndRetry', 'completeWithEvidence', 'skip', 'leaveBehind'],
      ...['claimFallout', 'releaseFallout', 'listAudit', 'retrieveAudit'],
      ...['listProductOrderVersion', 'retrieveProductOrderVersion'],
      ...['listServiceOrderVersion', 'retrieveServiceOrderVersion'],
      ...['commandFalloutInBulk', 'listBulkTask', 'retrieveBulkTask', 'listBulkEntry'],
      ...['hold', 'resume', 'abort', 'restart'].flatMap((command) => [
        `${command}ProductOrder`,
        `${command}ServiceOrder`,
      ]),
    ].sort(),
  );
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining([
      'ProductOrder',
      'ProductOrder_Create',
      'FulfilmentServiceSpecification',
      'Error',
    ]),
  );
});
