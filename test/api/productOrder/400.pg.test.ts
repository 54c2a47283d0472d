import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../../drizzle/client.ts';
import { fibre, orderOf } from '../../support/orders.ts';
import { type Api, freed, openOrder, startApi } from '../support/api.ts';

let api: Api;
/** Products that stand, named by what they are. */
let standing: { readonly fibre: string; readonly ip: string };
beforeAll(async () => {
  api = await startApi();
  const { body } = await api.post(
    orderOf(fibre(), { id: '2', action: 'add', productOffering: { id: 'OFF-STATIC-IP-29' } }),
  );
  await openOrder(api.db, body.id);
  standing = { fibre: body.productOrderItem[0].product.id, ip: body.productOrderItem[1].product.id };
  await withTenant(api.db, 'default', async (tx) => {
    await tx.execute(sql`update product set status = 'active'`);
    await tx.execute(sql`update service set state = 'active'`);
  });
  await freed(api.db);
  await api.post(
    {
      documents: [
        { productOffering: 'OFF-OLD', lifecycle: 'retired', specification: 'PSPEC-FIBRE-ACCESS' },
        { productOffering: 'OFF-OPEN', specification: 'PSPEC-FIBRE-ACCESS' },
      ],
    },
    {},
    '/ops/v1/catalogue',
  );
});
afterAll(() => api?.stop());

async function refused(body: unknown, headers: Record<string, string> = {}) {
  const before = await api.stored();
  const answer = await api.post(body, headers);
  expect(await api.stored()).toEqual(before);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(answer.headers.get('x-request-id')).toMatch(/\S/);
  expect(answer.body).toMatchObject({
    '@type': 'Error',
    reason: expect.any(String),
    status: String(answer.status),
  });
  const { code, path } = answer.body;
  if (path !== undefined) expect(answer.body.message.startsWith(`${path}: `)).toBe(true);
  return [answer.status, code, path];
}

const withCharacteristic = (...values: readonly object[]) =>
  orderOf({ ...fibre(), product: { productCharacteristic: values } });
const openFibre = (...values: readonly object[]) =>
  orderOf({ ...fibre(), productOffering: { id: 'OFF-OPEN' }, product: { productCharacteristic: values } });
const related = (id: string, relationshipType: string) => ({
  productOrderItemRelationship: [{ id, relationshipType }],
});
const nested = (depth: number): object => ({
  ...fibre(`n${depth}`),
  ...(depth > 1 && { productOrderItem: [nested(depth - 1)] }),
});

const corpus: readonly (readonly [
  title: string,
  body: unknown,
  status: number,
  code: string,
  path?: string,
])[] = [
  ['nothing', '', 400, 'BodyMalformed'],
  ['half of an object', '{"productOrderItem": [', 400, 'BodyMalformed'],
  ['a key that is there twice', '{"productOrderItem": [], "productOrderItem": []}', 400, 'BodyMalformed'],
  ['a prototype', '{"__proto__": {"a": 1}, "productOrderItem": []}', 400, 'BodyMalformed'],
  ['an escaped prototype', '{"\\u005f_proto__": {"a": 1}}', 400, 'BodyMalformed'],
  ['a constructor', '{"constructor": {"prototype": {"a": 1}}}', 400, 'BodyMalformed'],
  ['10,000 levels of nesting', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 400, 'BodyMalformed'],
  ['NUL in a text', { ...orderOf(fibre()), description: 'a\0b' }, 400, 'TextInvalid', 'description'],
  [
    'half a surrogate pair',
    '{"productOrderItem": [{"id": "\\ud800"}]}',
    400,
    'TextInvalid',
    'productOrderItem[0].id',
  ],
  ['NUL in a key', { ...orderOf(fibre()), 'a\0': 1 }, 400, 'TextInvalid'],
  ['an infinite number', '{"priority": 1e309}', 400, 'NumberUnsafe', 'priority'],
  ['a huge integer', '{"a": [9007199254740993]}', 400, 'NumberUnsafe', 'a[0]'],
  ['a list', [], 400, 'BodyInvalid'],
  ['null', 'null', 400, 'BodyInvalid'],
  ['no items at all', {}, 400, 'BodyInvalid', 'productOrderItem'],
  ['items that are no list', { productOrderItem: {} }, 400, 'BodyInvalid', 'productOrderItem'],
  ['an item without id', orderOf({ action: 'add' }), 400, 'BodyInvalid', 'productOrderItem[0].id'],
  ['an id that is no text', orderOf({ ...fibre(), id: 1 }), 400, 'BodyInvalid', 'productOrderItem[0].id'],
  ['an id with blanks', orderOf(fibre('a b')), 400, 'BodyInvalid', 'productOrderItem[0].id'],
  ['an id of 65 characters', orderOf(fibre('a'.repeat(65))), 400, 'BodyInvalid', 'productOrderItem[0].id'],
  ['an id nobody may have', orderOf(fibre('__proto__')), 400, 'BodyInvalid', 'productOrderItem[0].id'],
  [
    'an unknown action',
    orderOf({ ...fibre(), action: 'explode' }),
    400,
    'BodyInvalid',
    'productOrderItem[0].action',
  ],
  [
    'half a quantity',
    orderOf({ ...fibre(), quantity: 1.5 }),
    400,
    'BodyInvalid',
    'productOrderItem[0].quantity',
  ],
  [
    'a date without offset',
    { ...orderOf(fibre()), requestedStartDate: '2026-03-02T08:00:00' },
    400,
    'BodyInvalid',
    'requestedStartDate',
  ],
  [
    'a date that is none',
    { ...orderOf(fibre()), requestedStartDate: '2026-02-30T08:00:00Z' },
    400,
    'BodyInvalid',
    'requestedStartDate',
  ],
  [
    'the year 0',
    { ...orderOf(fibre()), requestedStartDate: '0000-01-01T00:00:00Z' },
    400,
    'BodyInvalid',
    'requestedStartDate',
  ],
  ['a priority of 5', { ...orderOf(fibre()), priority: '5' }, 400, 'BodyInvalid', 'priority'],
  [
    'an external id of 256 characters',
    { ...orderOf(fibre()), externalId: 'x'.repeat(256) },
    400,
    'BodyInvalid',
    'externalId',
  ],
  [
    'a party nobody can refer to',
    { ...orderOf(fibre()), relatedParty: [{ role: 'customer' }] },
    400,
    'BodyInvalid',
    'relatedParty[0].id',
  ],
  ['a null', { ...orderOf(fibre()), description: null }, 400, 'BodyInvalid', 'description'],
  [
    'a characteristic without value',
    withCharacteristic({ name: 'downstreamMbps' }),
    400,
    'BodyInvalid',
    'productOrderItem[0].product.productCharacteristic[0].value',
  ],
  [
    'a characteristic twice',
    withCharacteristic({ name: 'a', value: 1 }, { name: 'a', value: 2 }),
    400,
    'CharacteristicDuplicate',
    'productOrderItem[0].product.productCharacteristic[1].name',
  ],
  [
    '1,001 items',
    orderOf(...Array.from({ length: 1_001 }, (_, index) => fibre(`i${index}`))),
    400,
    'ItemsTooMany',
    'productOrderItem',
  ],
  [
    'items 11 deep',
    orderOf(nested(11)),
    400,
    'ItemsTooMany',
    `productOrderItem[0]${'.productOrderItem[0]'.repeat(9)}.productOrderItem`,
  ],
  [
    'a suspend',
    orderOf({ id: '1', action: 'modify', product: { id: 'P', status: 'suspended' } }),
    400,
    'ChangeUnsupported',
    'productOrderItem[0].product.status',
  ],

  ['no item', orderOf(), 400, 'OrderEmpty', 'productOrderItem'],
  ['an item twice', orderOf(fibre(), fibre('2'), fibre()), 400, 'ItemDuplicate', 'productOrderItem[2].id'],
  [
    'a relationship to nothing',
    orderOf({ ...fibre(), ...related('9', 'reliesOn') }),
    400,
    'RelationshipDangling',
    'productOrderItem[0].productOrderItemRelationship',
  ],
  [
    'a circle',
    orderOf({ ...fibre(), ...related('2', 'reliesOn') }, { ...fibre('2'), ...related('1', 'reliesOn') }),
    400,
    'RelationshipCyclic',
    'productOrderItem[0].productOrderItemRelationship',
  ],
  [
    'an offering missing',
    orderOf({ id: '1', action: 'add' }),
    400,
    'OfferingMissing',
    'productOrderItem[0].productOffering.id',
  ],
  [
    'an offering unknown',
    orderOf(fibre(), { ...fibre('2'), productOffering: { id: 'X' } }),
    400,
    'OfferingUnknown',
    'productOrderItem[1].productOffering.id',
  ],
  [
    'an offering that every object inherits',
    orderOf({ ...fibre(), productOffering: { id: 'constructor' } }),
    400,
    'OfferingUnknown',
    'productOrderItem[0].productOffering.id',
  ],
  [
    'an offering retired',
    orderOf({ ...fibre(), productOffering: { id: 'OFF-OLD' } }),
    400,
    'OfferingRetired',
    'productOrderItem[0].productOffering.id',
  ],
  [
    'a part that is none',
    orderOf({
      id: '1',
      action: 'add',
      productOffering: { id: 'OFF-BIZ-FIBRE-BUNDLE' },
      productOrderItem: [{ ...fibre('2'), productOffering: { id: 'OFF-FIBRE-2G' } }],
    }),
    400,
    'BundlePartUnexpected',
    'productOrderItem[0].productOrderItem[0].productOffering.id',
  ],
  [
    'a quantity of 0',
    orderOf({ ...fibre(), quantity: 0 }),
    400,
    'QuantityInvalid',
    'productOrderItem[0].quantity',
  ],
  [
    'a characteristic unknown',
    withCharacteristic({ name: 'colour', value: 'red' }),
    400,
    'CharacteristicUnknown',
    'productOrderItem[0].product.productCharacteristic[0].value',
  ],
  [
    'a characteristic of a wrong type',
    withCharacteristic({ name: 'downstreamMbps', value: { much: true } }),
    400,
    'CharacteristicInvalid',
    'productOrderItem[0].product.productCharacteristic[0].value',
  ],
  [
    'a characteristic the offering fixes',
    withCharacteristic({ name: 'downstreamMbps', value: 10 }),
    400,
    'CharacteristicForbidden',
    'productOrderItem[0].product.productCharacteristic[0].value',
  ],
  [
    'a characteristic out of range',
    openFibre({ name: 'downstreamMbps', value: 9 }),
    400,
    'CharacteristicInvalid',
    'productOrderItem[0].product.productCharacteristic[0].value',
  ],
  [
    'a characteristic missing',
    openFibre({ name: 'downstreamMbps', value: 10 }),
    400,
    'CharacteristicMissing',
    'productOrderItem[0].product.productCharacteristic',
  ],
  [
    'a modify of nothing',
    orderOf({ id: '1', action: 'modify' }),
    400,
    'ProductMissing',
    'productOrderItem[0].product.id',
  ],
  [
    'a delete of an unknown product',
    orderOf({ id: '1', action: 'delete', product: { id: 'P' } }),
    400,
    'ProductUnknown',
    'productOrderItem[0].product.id',
  ],
  [
    'a reliance on nothing',
    orderOf({ id: '1', action: 'add', productOffering: { id: 'OFF-STATIC-IP-29' } }),
    400,
    'RelianceUnbound',
  ],
  [
    'a reliance on any of two',
    orderOf(fibre(), fibre('2'), { id: '3', action: 'add', productOffering: { id: 'OFF-STATIC-IP-29' } }),
    400,
    'RelianceAmbiguous',
  ],
  [
    'more services than a plan holds',
    orderOf({ ...fibre(), quantity: 1_000 }, fibre('2')),
    400,
    'PlanTooLarge',
  ],
];

test.each(corpus)(
  '%s: refused with code and place, and nothing is stored',
  async (_, body, status, code, path) => {
    const [gotStatus, gotCode, gotPath] = await refused(body);
    expect([gotStatus, gotCode]).toEqual([status, code]);
    if (path !== undefined) expect(gotPath).toBe(path);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  },
);

test.each([
  ['delete', {}, 'ProductReliedOn'],
  ['modify', { productOffering: { id: 'OFF-CPE-MANAGED' } }, 'OfferingOfOtherSpecification'],
] as const)('%s of a standing fibre that cannot be', async (action, more, code) => {
  const [, gotCode] = await refused(orderOf({ id: '1', action, product: { id: standing.fibre }, ...more }));
  expect(gotCode).toBe(code);
});

test('a product named by two items is refused', async () => {
  const item = { action: 'delete', product: { id: standing.ip } };
  expect(await refused(orderOf({ ...item, id: '1' }, { ...item, id: '2' }))).toEqual([
    400,
    'ProductTwice',
    'productOrderItem[1].product.id',
  ]);
});

test.each(['', 'x'.repeat(256), 'caf\u00e9'])(
  'an Idempotency-Key that is not usable is refused: %j',
  async (key) => {
    expect(await refused(orderOf(fibre()), { 'Idempotency-Key': key })).toEqual([
      400,
      'IdempotencyKeyInvalid',
      'Idempotency-Key',
    ]);
  },
);

test('every wrong place is answered at once', async () => {
  const { body } = await api.post({ priority: 7, productOrderItem: [{ id: '1' }] });
  expect(body.details.map(({ path }: { path: string }) => path)).toEqual([
    'priority',
    'productOrderItem[0].action',
  ]);
});
