import type { OrderRefusal } from '../../src/order/refusal.ts';
import type { ServiceOrderCreate, ServiceOrderItemCreate } from './schema.ts';

/** Where in the posted service order a refusal points, in the words of TMF641. */
export function pathOf(order: ServiceOrderCreate, { item: id, field }: OrderRefusal): string {
  const index = order.serviceOrderItem.findLastIndex((item) => item.id === id);
  const item = order.serviceOrderItem[index];
  if (item === undefined) return 'serviceOrderItem';
  const inside = field && pathInItem(item, field);
  const path = `serviceOrderItem[${index}]`;
  return inside === undefined ? path : `${path}.${inside}`;
}

function pathInItem(
  item: ServiceOrderItemCreate,
  field: NonNullable<OrderRefusal['field']>,
): string | undefined {
  if (typeof field === 'string') return pathsOfFields[field];
  const list = item.service.serviceCharacteristic ?? [];
  const index = list.findIndex(({ name }) => name === field.characteristic);
  return index === -1 ? 'service.serviceCharacteristic' : `service.serviceCharacteristic[${index}].value`;
}

const pathsOfFields: Partial<Record<string, string>> = {
  id: 'id',
  quantity: 'quantity',
  relationship: 'serviceOrderItemRelationship',
  service: 'service.id',
  specification: 'service.serviceSpecification.id',
  serviceRelationship: 'service.serviceRelationship',
};
