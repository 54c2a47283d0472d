import { sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../drizzle/client.ts';
import { claim, dispatch, event, serviceItem, serviceOrder } from '../../drizzle/schema.ts';
import { standingService } from '../support/services.ts';
import { bundle } from '../support/clientOf.ts';
import { orderOf } from '../support/orders.ts';
import { accessItem, ipItem, modifyItem, serviceOrderOf } from '../support/serviceOrders.ts';
import { type Api, freed, openOrder, startApi } from './support/api.ts';

const path = '/tmf-api/serviceOrdering/v4/serviceOrder';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterEach(() => freed(api.db));
afterAll(() => api?.stop());

const post = (body: unknown, headers: Record<string, string> = {}) => api.post(body, headers, path);
const stored = () =>
  withTenant(api.db, 'default', async (tx) => ({
    orders: await tx.$count(serviceOrder),
    items: await tx.$count(serviceItem),
    claims: await tx.$count(claim),
    events: await tx.$count(event),
    dispatch: await tx.$count(dispatch),
  }));
const rows = (statement: string) => withTenant(api.db, 'default', (tx) => tx.execute(sql.raw(statement)));
const active = (id: string, specification = 'fibre-access', more: object = {}) =>
  standingService(api.db, { id, specification, ...more });

test('an order of two services is stored with its items, claims, event and start, and answered as it was asked', async () => {
  const before = await stored();
  const asked = {
    ...serviceOrderOf(accessItem('line'), ipItem('ip', 'line')),
    externalId: 'NOC-1',
    category: 'Wholesale',
    description: 'A line and its prefix',
    priority: '1',
    requestedStartDate: '2026-03-02T09:00:00.000+01:00',
    relatedParty: [{ id: 'ORG-7', role: 'requester', '@referredType': 'Organization' }],
    note: [{ text: 'Ring first' }],
  };
  const { status, headers, body } = await post(asked);
  expect(status).toBe(201);
  expect(headers.get('location')).toBe(body.href);
  const { serviceOrderItem: _, ...rest } = asked;
  expect(body).toMatchObject({ ...rest, state: 'acknowledged' });
  expect(body.serviceOrderItem[0].service.serviceCharacteristic).toMatchObject([
    { name: 'downstreamMbps', value: 1_000 },
    { name: 'technology', value: 'GPON' },
    { name: 'upstreamMbps', value: 1_000 },
  ]);
  expect(body.relatedParty[0]['@type']).toBe('RelatedParty');
  expect(body.serviceOrderItem.map(({ id, state }: { id: string; state: string }) => [id, state])).toEqual([
    ['line', 'acknowledged'],
    ['ip', 'acknowledged'],
  ]);
  expect(await stored()).toEqual({
    orders: before.orders + 1,
    items: before.items + 2,
    claims: before.claims + 2,
    events: before.events + 1,
    dispatch: before.dispatch + 1,
  });
  expect((await api.get(`${path}/${body.id}`)).body).toEqual(body);
  const listed = await api.get(`${path}?externalId=NOC-1&category=Wholesale&relatedParty.id=ORG-7`);
  expect(listed.body).toEqual([body]);
  expect(await rows(`select command from dispatch where order_id = '${body.id}'`)).toEqual([
    { command: 'startServiceOrder' },
  ]);
});

test('the same key or the same external id again is the same order', async () => {
  const asked = { ...serviceOrderOf(accessItem('1')), externalId: 'NOC-2' };
  const first = await post(asked, { 'Idempotency-Key': 'key-1' });
  const before = await stored();
  const replayed = await post(asked, { 'Idempotency-Key': 'key-1' });
  expect([replayed.status, replayed.body]).toEqual([201, first.body]);
  const again = await post(asked);
  expect([again.status, again.body]).toEqual([201, first.body]);
  const other = { ...serviceOrderOf(accessItem('other')), externalId: 'NOC-2' };
  expect(await post(other)).toMatchObject({ status: 409, body: { code: 'ExternalIdReused' } });
  expect(await post(other, { 'Idempotency-Key': 'key-1' })).toMatchObject({
    status: 422,
    body: { code: 'IdempotencyKeyReused' },
  });
  expect(await stored()).toEqual(before);
});

/** A router of a product, and the line of no product that it relies on. */
async function routerOnLine() {
  const { body: ordered } = await api.post(orderOf(bundle));
  await openOrder(api.db, ordered.id);
  await freed(api.db);
  await rows(`update product set status = 'active'; update service set state = 'active';
    update service set product_id = null where specification = 'fibre-access'`);
  const of = (specification: string) =>
    rows(`select id, product_id from service where id like '${ordered.id}-%'
      and specification = '${specification}'`);
  const [[line], [router]] = await Promise.all([of('fibre-access'), of('managed-router')]);
  return {
    modifyProduct: orderOf({ id: '1', action: 'modify', product: { id: router?.product_id as string } }),
    modifyLine: serviceOrderOf(modifyItem('1', line?.id as string, { downstreamMbps: 2_000 })),
  };
}

test('what a product order holds and a service order would change is refused and named, and the other way round', async () => {
  const { modifyProduct, modifyLine } = await routerOnLine();
  const holder = await api.post({ ...modifyProduct, externalId: 'holder' });
  const refused = await post(modifyLine);
  expect(refused).toMatchObject({ status: 409, body: { code: 'ServiceInUse' } });
  expect(refused.body.message).toContain(holder.body.id);

  await freed(api.db);
  const other = await post(modifyLine);
  expect(other.status).toBe(201);
  const second = await api.post({ ...modifyProduct, externalId: 'second' });
  expect(second).toMatchObject({ status: 409, body: { code: 'ProductInUse' } });
  expect(second.body.message).toContain(other.body.id);
});

test('of a product order and a service order on one product at once exactly one is accepted', async () => {
  for (let race = 0; race < 30; race++) {
    const { modifyProduct, modifyLine } = await routerOnLine();
    const answers = await Promise.all([api.post(modifyProduct), post(modifyLine)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  }
});

const add = (more: object) => ({
  id: '1',
  action: 'add',
  service: { serviceSpecification: { id: 'fibre-access' } },
  ...more,
});
const speeds = accessItem('1').service.serviceCharacteristic;

test.each([
  ['OrderEmpty', 400, 'serviceOrderItem', []],
  ['OrderEmpty', 400, 'serviceOrderItem', [{ id: '1', action: 'noChange', service: { id: 'STANDS' } }]],
  ['BodyInvalid', 400, 'serviceOrderItem[0].service', [{ id: '1', action: 'add' }]],
  ['ItemDuplicate', 400, 'serviceOrderItem[1].id', [accessItem('1'), accessItem('1')]],
  [
    'RelationshipDangling',
    400,
    'serviceOrderItem[0].serviceOrderItemRelationship',
    [
      {
        ...accessItem('1'),
        serviceOrderItemRelationship: [{ relationshipType: 'reliesOn', orderItem: { itemId: '9' } }],
      },
    ],
  ],
  [
    'RelationshipCyclic',
    400,
    'serviceOrderItem[0].serviceOrderItemRelationship',
    [ipItem('a', 'b'), ipItem('b', 'a')],
  ],
  ['QuantityInvalid', 400, 'serviceOrderItem[0].quantity', [{ ...accessItem('1'), quantity: 2 }]],
  [
    'ServiceSpecificationMissing',
    400,
    'serviceOrderItem[0].service.serviceSpecification.id',
    [add({ service: {} })],
  ],
  [
    'ServiceSpecificationUnknown',
    400,
    'serviceOrderItem[0].service.serviceSpecification.id',
    [add({ service: { serviceSpecification: { id: 'nothing' } } })],
  ],
  ['CharacteristicMissing', 400, 'serviceOrderItem[0].service.serviceCharacteristic', [add({})]],
  [
    'CharacteristicUnknown',
    400,
    'serviceOrderItem[0].service.serviceCharacteristic[2].value',
    [
      add({
        service: {
          serviceSpecification: { id: 'fibre-access' },
          serviceCharacteristic: [...speeds, { name: 'colour', value: 'red' }],
        },
      }),
    ],
  ],
  [
    'CharacteristicDuplicate',
    400,
    'serviceOrderItem[0].service.serviceCharacteristic[1].name',
    [
      add({
        service: {
          serviceSpecification: { id: 'fibre-access' },
          serviceCharacteristic: [speeds[0], speeds[0]],
        },
      }),
    ],
  ],
  ['RelianceUnbound', 400, 'serviceOrderItem[0].service.serviceRelationship', [ipItem('1')]],
  [
    'RelianceAmbiguous',
    400,
    'serviceOrderItem[2].service.serviceRelationship',
    [accessItem('a'), accessItem('b'), ipItem('c')],
  ],
  ['ServiceMissing', 400, 'serviceOrderItem[0].service.id', [{ id: '1', action: 'modify', service: {} }]],
  [
    'ServiceUnknown',
    400,
    'serviceOrderItem[0].service.id',
    [{ id: '1', action: 'delete', service: { id: 'NONE' } }],
  ],
  [
    'ServiceUnknown',
    400,
    'serviceOrderItem[0].service.serviceRelationship',
    [
      {
        ...ipItem('1'),
        service: {
          ...ipItem('1').service,
          serviceRelationship: [{ relationshipType: 'reliesOn', service: { id: 'NONE' } }],
        },
      },
    ],
  ],
  [
    'ServiceTwice',
    400,
    'serviceOrderItem[1].service.id',
    [1, 2].map((id) => ({ id: `${id}`, action: 'modify', service: { id: 'STANDS' } })),
  ],
  [
    'ServiceNotActive',
    409,
    'serviceOrderItem[0].service.id',
    [{ id: '1', action: 'delete', service: { id: 'GONE' } }],
  ],
  [
    'ServiceReliedOn',
    409,
    'serviceOrderItem[0].service.id',
    [{ id: '1', action: 'delete', service: { id: 'BELOW' } }],
  ],
  [
    'ServiceOfOtherSpecification',
    400,
    'serviceOrderItem[0].service.serviceSpecification.id',
    [{ id: '1', action: 'modify', service: { id: 'STANDS', serviceSpecification: { id: 'ip-prefix' } } }],
  ],
  [
    'ChangeUnsupported',
    400,
    'serviceOrderItem[0].service.state',
    [{ id: '1', action: 'modify', service: { id: 'STANDS', state: 'inactive' } }],
  ],
  [
    'ChangeUnsupported',
    400,
    'serviceOrderItem[0].serviceOrderItem',
    [{ ...accessItem('1'), serviceOrderItem: [accessItem('2')] }],
  ],
] as const)('%s (%i) at %s: nothing is stored', async (code, status, where, items) => {
  await active('STANDS');
  await active('BELOW');
  await active('ABOVE', 'ip-prefix', { bindings: { access: 'BELOW' } });
  await active('GONE', 'fibre-access', { state: 'terminated' });
  const before = await stored();
  const answer = await post(serviceOrderOf(...items));
  expect(answer).toMatchObject({ status, body: { code, path: where } });
  expect(await stored()).toEqual(before);
});
