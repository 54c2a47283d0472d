import type { ServiceOrderRead } from '../../drizzle/reads/serviceOrders.ts';
import { requestOf } from '../../drizzle/outsideOrderStore.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { dateTime, type Links, present } from '../resource.ts';
import { itemToTmf } from './itemToTmf.ts';
import { outsideToTmf } from './outsideToTmf.ts';
import { serviceOrderStateToTmf } from './states.ts';

export function toTmf(order: ServiceOrderRead, links: Links): JsonObject {
  const request = requestOf(order);
  return request ? outsideToTmf(order, request, links) : plannedToTmf(order, links);
}

const plannedToTmf = (order: ServiceOrderRead, links: Links): JsonObject =>
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
