import type { JsonObject } from '../../src/kernel/json.ts';
import type {
  RequestedServiceItem,
  RequestedServiceOrder,
  ServiceRelationship,
} from '../../src/serviceOrder/request.ts';
import { given, inUtc, itemsMax, valuesByName, without } from '../given.ts';
import { refuse } from '../problem.ts';
import type { ServiceOrderCreate, ServiceOrderItemCreate } from './schema.ts';

/**
 * What is not carried as it came. Ordering interprets the first of each; only the provider sets the others, and
 * as clients echo them, they are ignored rather than refused.
 */
const notCarried = {
  order: new Set([
    ...['externalId', 'description', 'category', 'priority', 'serviceOrderItem'],
    ...['id', 'href', 'state', 'orderDate', 'startDate', 'completionDate', 'expectedCompletionDate'],
    ...['cancellationDate', 'cancellationReason', 'errorMessage', 'jeopardyAlert', 'milestone'],
  ]),
  item: new Set([
    ...['id', 'action', 'quantity', 'service', 'serviceOrderItemRelationship', 'serviceOrderItem'],
    ...['state', 'errorMessage'],
  ]),
  service: new Set([
    ...['id', 'serviceCharacteristic', 'serviceRelationship'],
    ...['href', 'state', 'serviceDate', 'startDate', 'endDate', 'hasStarted', 'isServiceEnabled'],
    ...['serviceOrderItem', 'supportingService', 'supportingResource'],
  ]),
};

export function toDomain(order: ServiceOrderCreate): RequestedServiceOrder {
  if (order.serviceOrderItem.length > itemsMax) {
    refuse('ItemsTooMany', `an order has at most ${itemsMax} items`, { path: 'serviceOrderItem' });
  }
  return {
    ...given({
      externalId: order.externalId,
      description: order.description,
      category: order.category,
      priority: order.priority,
      requestedStart: inUtc(order.requestedStartDate),
    }),
    carried: without(order, notCarried.order),
    items: order.serviceOrderItem.map((item, index) => itemToDomain(item, `serviceOrderItem[${index}]`)),
  };
}

function itemToDomain(item: ServiceOrderItemCreate, path: string): RequestedServiceItem {
  const { service, action } = item;
  refuseUnsupported(item, path);
  return {
    id: item.id,
    action,
    quantity: item.quantity ?? 1,
    ...given({
      // Who adds a service cannot choose its id.
      serviceId: action === 'add' ? undefined : service.id,
      specification: service.serviceSpecification?.id,
    }),
    characteristics: valuesByName(
      service.serviceCharacteristic ?? [],
      `${path}.service.serviceCharacteristic`,
    ),
    relationships: (item.serviceOrderItemRelationship ?? []).map(
      ({ relationshipType, orderItem }, index) => ({
        type: relationshipType,
        itemId:
          orderItem.itemId ??
          orderItem.id ??
          refuse('BodyInvalid', 'the reference names no item', {
            path: `${path}.serviceOrderItemRelationship[${index}].orderItem.itemId`,
          }),
      }),
    ),
    serviceRelationships: (service.serviceRelationship ?? []).flatMap(relationshipToDomain),
    carried: carriedOf(item),
  };
}

/** What the contract has and we cannot do is refused, never silently dropped. */
function refuseUnsupported(item: ServiceOrderItemCreate, path: string): void {
  const { action, service } = item;
  const wanted = action === 'add' || action === 'modify' ? (service.state ?? 'active') : 'active';
  if (wanted !== 'active') {
    refuse('ChangeUnsupported', `a service cannot be ordered as ${wanted} yet`, {
      path: `${path}.service.state`,
    });
  }
  if ((item.serviceOrderItem ?? []).length > 0) {
    refuse('ChangeUnsupported', 'items cannot be nested: list them side by side', {
      path: `${path}.serviceOrderItem`,
    });
  }
  const foreign = (item.serviceOrderItemRelationship ?? []).findIndex(
    ({ orderItem }) => orderItem.serviceOrderId !== undefined,
  );
  if (foreign !== -1) {
    refuse('ChangeUnsupported', 'an item cannot wait for an item of another order', {
      path: `${path}.serviceOrderItemRelationship[${foreign}].orderItem.serviceOrderId`,
    });
  }
}

function relationshipToDomain(
  related: NonNullable<ServiceOrderItemCreate['service']['serviceRelationship']>[number],
): ServiceRelationship[] {
  const { relationshipType: type, service, serviceRelationshipCharacteristic: told = [] } = related;
  if (service?.id === undefined) return [];
  const alias = told.find(({ name }) => name === 'alias')?.value;
  return [{ type, serviceId: service.id, ...(typeof alias === 'string' && { alias }) }];
}

function carriedOf(item: ServiceOrderItemCreate): JsonObject {
  return { ...without(item, notCarried.item), service: without(item.service, notCarried.service) };
}
