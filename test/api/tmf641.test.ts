import { expect, test } from 'vitest';
import { fitting } from '../../api/body.ts';
import { linksFrom } from '../../api/resource.ts';
import { serviceOrderCreate, serviceOrderSchema } from '../../api/tmf641/schema.ts';
import { toDomain } from '../../api/tmf641/toDomain.ts';
import { toTmf } from '../../api/tmf641/toTmf.ts';
import type { ServiceOrderRead } from '../../drizzle/reads/serviceOrders.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { accessItem, ipItem, serviceOrderOf } from '../support/serviceOrders.ts';

const links = linksFrom('http://api.test');
const read = (body: unknown) => toDomain(fitting(serviceOrderCreate, body));

/** As it is stored once it is accepted; no catalogue adds anything. */
function roundTrip(body: unknown, more: Partial<ServiceOrderRead> = {}) {
  const request = read(body);
  const items = request.items.flatMap(({ id, action, specification = '', characteristics }, index) =>
    action === 'noChange'
      ? []
      : [
          {
            ...{
              serviceOrderId: 'O',
              ordinal: index + 1,
              itemId: id,
              action,
              serviceId: `S-${id}`,
              specification,
            },
            ...{ state: 'acknowledged' as const, characteristics, types: {}, results: {}, changed: [] },
            ...{ snapshot: null, code: null, before: null },
          },
        ],
  );
  const order: ServiceOrderRead = {
    ...{ id: 'O', orderId: null, orderItemId: null, ordinal: 0, domain: 'access', state: 'acknowledged' },
    ...{ version: 1, after: [], compensates: null, client: 'local', externalId: null, fingerprint: 'f' },
    ...{
      requestedStart: null,
      runChain: null,
      heldBy: null,
      abortedBy: null,
      recordedTurn: null,
      retreat: null,
      startedAt: null,
      completedAt: null,
      troubles: [],
    },
    carried: request as unknown as JsonObject,
    orderedAt: '2026-03-01 09:00:00.5+00',
    items,
    ...more,
  };
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions, not by types
  return toTmf(order, links) as any;
}

test('what ordering does not interpret comes back as it went in', () => {
  const asked = {
    '@type': 'MyServiceOrder',
    externalId: 'NOC-1',
    category: 'Wholesale',
    priority: '1',
    requestedStartDate: '2026-03-02T09:00:00.000+01:00',
    relatedParty: [{ id: 'ORG-7', '@type': 'Partner', '@referredType': 'Organization' }],
    campaign: 7,
    serviceOrderItem: [
      { ...accessItem('1'), colour: 'red', appointment: { id: 'A-1' } },
      { id: '2', action: 'noChange', service: { id: 'STANDS', place: [{ id: 'ADDR-1', role: 'site' }] } },
    ],
  };
  const answered = roundTrip(asked);
  expect(answered).toMatchObject(asked);
  expect(answered.serviceOrderItem[1].state).toBe('acknowledged');
  serviceOrderSchema.parse(answered);
});

test('what only the provider sets is not carried', () => {
  const [item] = serviceOrderOf(accessItem('1')).serviceOrderItem;
  const answered = roundTrip({
    state: 'completed',
    startDate: '2001-01-01T00:00:00Z',
    errorMessage: [{ code: 'mine', reason: 'mine' }],
    serviceOrderItem: [{ ...item, state: 'failed', errorMessage: [{ code: 'mine' }] }],
  });
  expect(answered.state).toBe('acknowledged');
  expect(answered.serviceOrderItem[0].state).toBe('acknowledged');
  for (const name of ['startDate', 'errorMessage']) expect(answered[name]).toBeUndefined();
  expect(answered.serviceOrderItem[0].errorMessage).toBeUndefined();
});

test('an item is named by itemId or by id, and answered with both', () => {
  const named = (orderItem: object) => ({
    ...ipItem('ip'),
    serviceOrderItemRelationship: [{ relationshipType: 'reliesOn', orderItem }],
  });
  for (const orderItem of [{ id: 'line' }, { itemId: 'line' }]) {
    const asked = serviceOrderOf(accessItem('line'), named(orderItem));
    expect(read(asked).items[1]?.relationships).toEqual([{ type: 'reliesOn', itemId: 'line' }]);
    expect(roundTrip(asked).serviceOrderItem[1].serviceOrderItemRelationship).toMatchObject([
      { orderItem: { id: 'line', itemId: 'line', serviceOrderId: 'O' } },
    ]);
  }
});

test('an added service has our id at once, and an address once work on it has begun', () => {
  const [item] = serviceOrderOf(accessItem('1')).serviceOrderItem as [ReturnType<typeof accessItem>];
  const asked = serviceOrderOf({ ...item, service: { ...item.service, id: 'MINE' } });
  expect(read(asked).items[0]?.serviceId).toBeUndefined();
  expect(roundTrip(asked).serviceOrderItem[0].service).toMatchObject({ id: 'S-1' });
  expect(roundTrip(asked).serviceOrderItem[0].service.href).toBeUndefined();
  const begun = roundTrip(asked, { startedAt: '2026-03-01T09:00:01Z' });
  expect(begun.serviceOrderItem[0].service.href).toBe(links.href('service', 'S-1'));
});

test('the alias of a relationship is read from its characteristic', () => {
  const related = {
    relationshipType: 'reliesOn',
    service: { id: 'S' },
    serviceRelationshipCharacteristic: [{ name: 'alias', value: 'access' }],
  };
  const asked = serviceOrderOf({
    ...ipItem('1'),
    service: { ...ipItem('1').service, serviceRelationship: [related] },
  });
  expect(read(asked).items[0]?.serviceRelationships).toEqual([
    { type: 'reliesOn', serviceId: 'S', alias: 'access' },
  ]);
  expect(roundTrip(asked).serviceOrderItem[0].service.serviceRelationship).toMatchObject([related]);
});
