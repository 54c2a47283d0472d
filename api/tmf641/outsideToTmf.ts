import type { ServiceOrderRead } from '../../drizzle/reads/serviceOrders.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import type { RequestedServiceItem, RequestedServiceOrder } from '../../src/serviceOrder/request.ts';
import { characteristicList, dateTime, type Links, present } from '../resource.ts';
import { serviceOrderStateToTmf } from './states.ts';
import { errorsOf, type Item, itemToTmf } from './itemToTmf.ts';

/** A service order that was posted by itself: as it was asked, with what has become of it. */
export function outsideToTmf(
  order: ServiceOrderRead,
  request: RequestedServiceOrder,
  links: Links,
): JsonObject {
  const itemsById = new Map(order.items.map((item) => [item.itemId, item]));
  const asked = new Set(request.items.map(({ id }) => id));
  return present({
    id: order.id,
    href: links.href('serviceOrder', order.id),
    state: serviceOrderStateToTmf[order.state],
    externalId: request.externalId,
    category: request.category ?? order.domain,
    description: request.description,
    priority: request.priority,
    orderDate: dateTime(order.orderedAt),
    startDate: dateTime(order.startedAt),
    completionDate: dateTime(order.completedAt),
    cancellationDate: dateTime(order.cancellation?.effectiveAt),
    cancellationReason: order.cancellation?.reason,
    '@type': 'ServiceOrder',
    ...request.carried,
    relatedParty: typed(request.carried.relatedParty),
    serviceOrderItem: [
      ...request.items.map((item) => askedToTmf(item, itemsById.get(item.id), order, links)),
      // Services that change because of what they rely on.
      ...order.items
        .filter(({ itemId }) => itemId !== null && !asked.has(itemId))
        .map((item) => itemToTmf(item, order, links)),
    ],
  });
}

/** An item that changes nothing has no row of its own, and goes with its order. */
function askedToTmf(
  asked: RequestedServiceItem,
  item: Item | undefined,
  order: ServiceOrderRead,
  links: Links,
): JsonObject {
  const { service: carried, ...rest } = asked.carried;
  const id = item?.serviceId ?? asked.serviceId;
  const specification = item?.specification ?? asked.specification;
  return present({
    id: asked.id,
    action: asked.action,
    state: serviceOrderStateToTmf[item?.state ?? order.state],
    quantity: asked.quantity,
    '@type': 'ServiceOrderItem',
    ...rest,
    service: present({
      '@type': 'Service',
      ...(carried as JsonObject),
      id,
      // A service that is added can be read once its order has opened.
      href: id !== undefined && isThere(asked, order) ? links.href('service', id) : undefined,
      state: asked.action === 'delete' ? 'terminated' : 'active',
      serviceSpecification: specificationOf(specification, carried as JsonObject, links),
      serviceCharacteristic: characteristicList(byName(item?.characteristics ?? asked.characteristics)),
      serviceRelationship: asked.serviceRelationships.map(({ type, serviceId, alias }) =>
        present({
          relationshipType: type,
          service: { id: serviceId, href: links.href('service', serviceId) },
          serviceRelationshipCharacteristic: characteristicList(alias === undefined ? {} : { alias }),
        }),
      ),
    }),
    serviceOrderItemRelationship: asked.relationships.map(({ type, itemId }) => ({
      relationshipType: type,
      // The contract requires `id` and describes `itemId`: both.
      orderItem: { id: itemId, itemId, serviceOrderId: order.id, '@referredType': 'ServiceOrderItem' },
    })),
    errorMessage: item ? errorsOf(item, order) : [],
  });
}

/** The contract requires a type of every party, and clients leave it out. */
const typed = (parties: Json | undefined): JsonObject[] =>
  ((parties ?? []) as unknown as readonly JsonObject[]).map((party) => ({
    '@type': 'RelatedParty',
    ...party,
  }));

const byName = (values: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)));

const isThere = ({ action }: RequestedServiceItem, { startedAt }: ServiceOrderRead): boolean =>
  action !== 'add' || startedAt !== null;

const specificationOf = (
  id: string | undefined,
  carried: JsonObject,
  links: Links,
): JsonObject | undefined =>
  id === undefined
    ? undefined
    : {
        '@referredType': 'ServiceSpecification',
        ...(carried.serviceSpecification as JsonObject | undefined),
        id,
        href: links.href('serviceSpecification', id),
      };
