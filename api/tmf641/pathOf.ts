import type { OrderRefusal } from '../../src/order/refusal.ts';
import type { ServiceOrderCreate, ServiceOrderItemCreate } from './schema.ts';

/** Where in the posted service order a refusal points, in the words of TMF641. */
export function pathOf(order: ServiceOrderCreate, { item: id, field }: OrderRefusal): string {
  const index = indexOf(order, id ?? '');
  const item = order.serviceOrderItem[index];
  if (item === undefined) return 'serviceOrderItem';
  const inside = field && pathInItem(item, field);
  const path = `serviceOrderItem[${index}]`;
  return inside === undefined ? path : `${path}.${inside}`;
}

/** Of two items with one id the later is the one too many. One that was not posted is told by its cause: `1.1` by `1`. */
function indexOf(order: ServiceOrderCreate, id: string): number {
  for (let wanted = id; wanted !== ''; wanted = wanted.slice(0, Math.max(0, wanted.lastIndexOf('.')))) {
    const index = order.serviceOrderItem.findLastIndex((item) => item.id === wanted);
    if (index !== -1) return index;
  }
  return -1;
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
