import type { ServiceOrderRead, StepTrouble } from '../../drizzle/reads/serviceOrders.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { characteristicList, dateTime, type Links, present } from '../resource.ts';
import { serviceOrderStateToTmf } from './states.ts';

type Item = ServiceOrderRead['items'][number];

export const toTmf = (order: ServiceOrderRead, links: Links): JsonObject =>
  present({
    id: order.id,
    href: links.href('serviceOrder', order.id),
    state: serviceOrderStateToTmf[order.state],
    category: order.domain,
    orderDate: dateTime(order.orderedAt),
    startDate: dateTime(order.startedAt),
    completionDate: dateTime(order.completedAt),
    '@type': 'ServiceOrder',
    serviceOrderItem: order.items.map((item) => itemToTmf(item, order, links)),
    orderRelationship: [
      ...source(order, links),
      ...order.after.map((id) => relatedTo(id, 'dependency', links)),
      ...(order.compensates === null ? [] : [relatedTo(order.compensates, 'compensates', links)]),
    ],
  });

/** The product order that this service order is a part of. */
const source = ({ orderId, orderItemId }: ServiceOrderRead, links: Links): JsonObject[] =>
  orderId === null
    ? []
    : [
        {
          id: orderId,
          href: links.href('productOrder', orderId),
          relationshipType: 'cross-ref',
          '@referredType': 'ProductOrder',
          ...(orderItemId !== null && { orderItemId }),
        },
      ];

const relatedTo = (id: string, relationshipType: string, links: Links): JsonObject => ({
  id,
  href: links.href('serviceOrder', id),
  relationshipType,
  '@referredType': 'ServiceOrder',
});

const itemToTmf = (item: Item, { troubles }: ServiceOrderRead, links: Links): JsonObject =>
  present({
    id: String(item.ordinal),
    action: item.action,
    state: serviceOrderStateToTmf[item.state],
    quantity: 1,
    '@type': 'ServiceOrderItem',
    service: {
      id: item.serviceId,
      href: links.href('service', item.serviceId),
      // What is wanted of the service; the inventory says what it is.
      state: item.action === 'delete' ? 'terminated' : 'active',
      serviceCharacteristic: characteristicList(item.characteristics),
      serviceSpecification: {
        id: item.specification,
        href: links.href('serviceSpecification', item.specification),
        '@referredType': 'ServiceSpecification',
      },
      '@type': 'Service',
    },
    errorMessage: [
      ...(item.code === null ? [] : [{ code: item.code, reason: `the item is ${item.state}` }]),
      ...troubles.filter((trouble) => trouble.item === item.ordinal).map(errorOf),
    ],
  });

const errorOf = (trouble: StepTrouble): JsonObject =>
  present({
    code: trouble.code ?? trouble.class,
    reason: `${trouble.class} at step ${trouble.step} in system ${trouble.system}`,
    message: trouble.message,
    timestamp: dateTime(trouble.at),
  });
