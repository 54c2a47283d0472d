import { resolveCharacteristics } from '../catalog/characteristics.ts';
import { type Catalog, entryIn, type ServiceSpecification } from '../catalog/model.ts';
import type { Inventory, Service } from '../inventory/inventory.ts';
import { derivedId } from '../kernel/ids.ts';
import type { JsonObject } from '../kernel/json.ts';
import { checkIds, refuseCircle } from '../order/items.ts';
import { refuse } from '../order/refusal.ts';
import { isReliance, type RequestedServiceItem } from '../serviceOrder/request.ts';
import type { ServiceAction } from './plan.ts';
import { gone } from './services.ts';
import type { SteppedService } from './steps.ts';

/** One service that an item of a service order makes, changes or ends, before it is bound to others. */
export interface ServiceItemDraft extends SteppedService {
  readonly item: Pick<RequestedServiceItem, 'id'>;
  readonly action: ServiceAction;
  readonly specification: ServiceSpecification;
  readonly characteristics: JsonObject;
  readonly existing?: Service;
}

/** Refuses items that cannot stand side by side, whatever they order. */
export function checkServiceItems(items: readonly RequestedServiceItem[]): void {
  if (items.every(({ action }) => action === 'noChange')) {
    refuse('OrderEmpty', 'an order needs at least one item that adds, modifies or deletes');
  }
  checkIds(items);
  refuseCircle(
    new Map(
      items.map(({ id, relationships }) => [
        id,
        relationships.filter(isReliance).map(({ itemId }) => itemId),
      ]),
    ),
  );
  const seen = new Set<string>();
  for (const { id, serviceId, quantity } of items) {
    if (quantity !== 1) {
      refuse('QuantityInvalid', 'an item of a service order has quantity 1', { item: id, field: 'quantity' });
    }
    if (serviceId !== undefined && seen.has(serviceId)) {
      refuse('ServiceTwice', `two items name the service ${serviceId}`, { item: id, field: 'service' });
    }
    if (serviceId !== undefined) seen.add(serviceId);
  }
}

export function draftOfItem(
  orderId: string,
  item: RequestedServiceItem,
  catalog: Catalog,
  inventory: Inventory,
): ServiceItemDraft[] {
  checkNamedServices(item, inventory);
  switch (item.action) {
    case 'add':
      return [draftAdd(orderId, item, catalog)];
    case 'modify':
      return [draftModify(item, catalog, inventory)];
    case 'delete':
      return [draftDelete(item, catalog, inventory)];
    case 'noChange':
      return [];
  }
}

function checkNamedServices(item: RequestedServiceItem, inventory: Inventory): void {
  const { id, serviceId, action, serviceRelationships } = item;
  if (action === 'noChange' && serviceId !== undefined) serviceOf(item, inventory);
  for (const related of serviceRelationships.filter(isReliance)) {
    if (entryIn(inventory.services, related.serviceId)) continue;
    const message = `there is no service ${related.serviceId}`;
    refuse('ServiceUnknown', message, { item: id, field: 'serviceRelationship' });
  }
}

function draftAdd(orderId: string, item: RequestedServiceItem, catalog: Catalog): ServiceItemDraft {
  const where = { item: item.id, field: 'specification' } as const;
  if (item.specification === undefined)
    return refuse('ServiceSpecificationMissing', 'an item that adds names a service specification', where);
  const specification = specificationOf(item, item.specification, catalog);
  const characteristics = characteristicsOf(item, specification);
  const id = derivedId(orderId, item.id, 0, 'service');
  return { id, item, action: 'add', specification, characteristics };
}

function draftModify(item: RequestedServiceItem, catalog: Catalog, inventory: Inventory): ServiceItemDraft {
  const existing = activeServiceOf(item, inventory);
  const specification = specificationOf(item, existing.specification, catalog);
  const characteristics = characteristicsOf(item, specification, existing.characteristics);
  return { id: existing.id, item, action: 'modify', specification, characteristics, existing };
}

function draftDelete(item: RequestedServiceItem, catalog: Catalog, inventory: Inventory): ServiceItemDraft {
  const existing = activeServiceOf(item, inventory);
  const specification = entryIn(catalog.serviceSpecifications, existing.specification) ?? gone(existing);
  const { id, characteristics } = existing;
  return { id, item, action: 'delete', specification, characteristics, existing };
}

const specificationOf = (item: RequestedServiceItem, id: string, catalog: Catalog): ServiceSpecification =>
  entryIn(catalog.serviceSpecifications, id) ??
  refuse('ServiceSpecificationUnknown', `there is no service specification ${id}`, {
    item: item.id,
    field: 'specification',
  });

function characteristicsOf(
  item: RequestedServiceItem,
  { characteristics: specification }: ServiceSpecification,
  stored?: JsonObject,
): JsonObject {
  const given = item.characteristics;
  const resolved = resolveCharacteristics({ specification, given, ...(stored && { stored }) });
  if (resolved.ok) return resolved.values;
  const { type, name, message } = resolved.refusal;
  return refuse(type, message, { item: item.id, field: { characteristic: name } });
}

function serviceOf(item: RequestedServiceItem, inventory: Inventory): Service {
  const where = { item: item.id, field: 'service' } as const;
  if (item.serviceId === undefined)
    return refuse('ServiceMissing', `an item that does ${item.action} names a service`, where);
  return (
    entryIn(inventory.services, item.serviceId) ??
    refuse('ServiceUnknown', `there is no service ${item.serviceId}`, where)
  );
}

function activeServiceOf(item: RequestedServiceItem, inventory: Inventory): Service {
  const service = serviceOf(item, inventory);
  if (service.state !== 'active') {
    const message = `the service ${service.id} is ${service.state}`;
    refuse('ServiceNotActive', message, { item: item.id, field: 'service' });
  }
  if (item.specification !== undefined && item.specification !== service.specification) {
    const message = `the service ${service.id} is of ${service.specification}`;
    refuse('ServiceOfOtherSpecification', message, { item: item.id, field: 'specification' });
  }
  return service;
}
