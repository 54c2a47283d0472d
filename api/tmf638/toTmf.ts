import type { ServiceRead } from '../../drizzle/reads/services.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { characteristicList, dateTime, type Links, present } from '../resource.ts';
import { serviceStateToTmf } from './states.ts';

export const toTmf = (service: ServiceRead, links: Links): JsonObject =>
  present({
    id: service.id,
    href: links.href('service', service.id),
    state: serviceStateToTmf[service.state],
    category: 'CFS',
    serviceType: service.domain,
    serviceDate: dateTime(service.createdAt),
    startDate: dateTime(service.startedAt),
    endDate: dateTime(service.endedAt),
    hasStarted: service.startedAt !== null,
    isServiceEnabled: service.state === 'active',
    isBundle: false,
    '@type': 'Service',
    serviceSpecification: {
      id: service.specification,
      href: links.href('serviceSpecification', service.specification),
      '@referredType': 'ServiceSpecification',
    },
    serviceCharacteristic: characteristicList({ ...service.results, ...service.characteristics }),
    serviceRelationship: service.bindings.map(({ alias, reliesOnId }) => ({
      relationshipType: 'reliesOn',
      service: { id: reliesOnId, href: links.href('service', reliesOnId) },
      serviceRelationshipCharacteristic: characteristicList({ alias }),
    })),
    serviceOrderItem: service.orderItems.map(({ serviceOrder, item, action }) => ({
      itemId: item,
      serviceOrderId: serviceOrder,
      serviceOrderHref: links.href('serviceOrder', serviceOrder),
      itemAction: action,
      '@referredType': 'ServiceOrderItem',
    })),
    note: service.overrides.map(({ step, values, setAt }) =>
      present({
        id: step,
        date: dateTime(setAt),
        text: `an operator set other values for step ${step} than ordered: ${JSON.stringify(values)}`,
      }),
    ),
    relatedEntity: service.productId === null ? [] : [productOf(service.productId, links)],
  });

const productOf = (id: string, links: Links): JsonObject => ({
  id,
  href: links.href('product', id),
  role: 'product',
  '@referredType': 'Product',
});
