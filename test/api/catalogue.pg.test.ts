import { afterAll, beforeAll, expect, test } from 'vitest';
import { fibre, orderOf } from '../support/orders.ts';
import { type Api, startApi } from './support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const save = (...documents: readonly unknown[]) => api.post({ documents }, {}, '/ops/v1/catalogue');
const offering = {
  productOffering: 'OFF-FIBRE-TEST',
  specification: 'PSPEC-FIBRE-ACCESS',
  fixes: { downstreamMbps: 50, upstreamMbps: 50 },
};

test('an offering that is saved can be ordered at once, and saving it again changes nothing', async () => {
  const wanted = orderOf({ ...fibre(), productOffering: { id: 'OFF-FIBRE-TEST' } });
  expect((await api.post(wanted)).body.code).toBe('OfferingUnknown');
  const first = await save(offering);
  expect([first.status, first.body]).toEqual([201, { hash: expect.any(String), changed: true }]);
  expect((await api.post(wanted)).status).toBe(201);
  expect((await save(offering)).body).toEqual({ hash: first.body.hash, changed: false });
});

test('everything that is wrong is answered with its entry and place, and nothing is saved', async () => {
  const { status, body } = await save(
    { ...offering, productOffering: 'OFF-A', colour: 'red' },
    { something: 'else' },
    { ...offering, productOffering: 'OFF-B' },
  );
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'CatalogInvalid', path: 'productOffering/OFF-A.colour' });
  expect(body.details.map(({ entry, code }: { entry: string; code: string }) => [entry, code])).toEqual([
    ['productOffering/OFF-A', 'unknownKey'],
    ['document', 'unknownKind'],
  ]);
  const wanted = orderOf({ ...fibre(), productOffering: { id: 'OFF-B' } });
  expect((await api.post(wanted)).body.code).toBe('OfferingUnknown');
});

test('an entry that does not fit the rest of the catalogue is refused', async () => {
  const { status, body } = await save({ ...offering, productOffering: 'OFF-C', specification: 'PSPEC-NONE' });
  expect([status, body.code]).toEqual([400, 'CatalogInvalid']);
  expect(body.details[0]).toMatchObject({ entry: 'productOffering/OFF-C', path: 'specification' });
});

test('an entry that is there twice is refused', async () => {
  const { status, body } = await save(offering, offering);
  expect([status, body.details[0].code]).toEqual([400, 'duplicate']);
});

test.each([[{}], [{ documents: [] }], [{ documents: 'x' }], [{ documents: [1] }]])(
  'a body that holds no documents is refused: %j',
  async (body) => {
    const answer = await api.post(body, {}, '/ops/v1/catalogue');
    expect([answer.status, answer.body.code]).toEqual([400, 'BodyInvalid']);
  },
);
