import { resolveCharacteristics, typesOf } from '../catalog/characteristics.ts';
import { evaluateCondition, evaluateText } from '../catalog/expressions.ts';
import { type Catalog, entryIn, type ServiceSpecification, type ServiceUse } from '../catalog/model.ts';
import type { Inventory, Service } from '../inventory/inventory.ts';
import { must } from '../kernel/assert.ts';
import { derivedId } from '../kernel/ids.ts';
import type { Json, JsonObject } from '../kernel/json.ts';
import type { RequestedItem } from '../order/order.ts';
import { refuse } from '../order/refusal.ts';
import type { ServiceAction } from './plan.ts';
import type { ProductDraft } from './products.ts';

/** One service that the order makes, changes or ends, before it is bound to others. */
export interface ServiceDraft {
  readonly id: string;
  readonly serviceOrder: string;
  readonly product: ProductDraft;
  readonly action: ServiceAction;
  readonly specification: ServiceSpecification;
  readonly characteristics: JsonObject;
  readonly existing?: Service;
  /** The product is of use without it. */
  readonly optional?: true;
}

export function draftServices(
  orderId: string,
  products: readonly ProductDraft[],
  catalog: Catalog,
  inventory: Inventory,
): ServiceDraft[] {
  return products.flatMap((product) => {
    const present = servicesOf(product, inventory);
    if (product.action === 'delete')
      return present.map((service) => draftDelete(orderId, product, service, catalog));
    const wanted = wantedUses(product, catalog);
    const kept = wanted.map(({ use, index, specification, characteristics }): ServiceDraft => {
      const existing = present.find((service) => service.specification === specification.id);
      const draft = {
        product,
        specification,
        characteristics,
        ...(use.optional && { optional: true as const }),
      };
      if (existing) return { ...draft, ...modification(orderId, product, existing) };
      return { ...draft, ...addition(orderId, product, `${index}/${use.specification}`) };
    });
    const dropped = present.filter((service) => !kept.some(({ id }) => id === service.id));
    return [...kept, ...dropped.map((service) => draftDelete(orderId, product, service, catalog))];
  });
}

const servicesOf = ({ existing }: ProductDraft, inventory: Inventory): Service[] =>
  Object.values(inventory.services)
    .filter(
      (service) =>
        existing !== undefined && service.product === existing.id && service.state !== 'terminated',
    )
    .sort((left, right) => (left.id < right.id ? -1 : 1));

interface WantedUse {
  readonly use: ServiceUse;
  readonly index: number;
  readonly specification: ServiceSpecification;
  readonly characteristics: JsonObject;
}

function wantedUses(product: ProductDraft, catalog: Catalog): WantedUse[] {
  const types = typesOf(product.specification.characteristics);
  const bindings = { characteristics: product.characteristics };
  return product.specification.services.flatMap((use, index) => {
    const when = evaluateCondition(use.when, bindings, types);
    if (!when.ok) return failed(product.item, `services[${index}].when`, when.message);
    if (!when.value) return [];
    const specification = serviceSpecification(use.specification, catalog);
    const given: Record<string, Json> = {};
    for (const [name, text] of Object.entries(use.map)) {
      const value = evaluateText(text, bindings, types);
      if (value.ok) given[name] = value.value;
      else if (value.code !== 'characteristicUnset') {
        return failed(product.item, `services[${index}].map.${name}`, value.message);
      }
    }
    const resolved = resolveCharacteristics({ specification: specification.characteristics, given });
    if (resolved.ok) return [{ use, index, specification, characteristics: resolved.values }];
    const { type, name, message } = resolved.refusal;
    return refuse(type, `${specification.id}: ${message}`, {
      item: product.item.id,
      field: { characteristic: name },
    });
  });
}

export const serviceSpecification = (id: string, catalog: Catalog): ServiceSpecification =>
  must(entryIn(catalog.serviceSpecifications, id), `service specification ${id}`);

export const failed = (item: Pick<RequestedItem, 'id'>, where: string, message: string): never =>
  refuse('ExpressionFailed', `the catalogue's expression ${where} has no value here: ${message}`, {
    item: item.id,
  });

const addition = (orderId: string, { item, instance }: ProductDraft, path: string) => ({
  id: derivedId(orderId, item.id, instance, `service/${path}`),
  serviceOrder: derivedId(orderId, item.id, instance, `serviceOrder/${path}`),
  action: 'add' as const,
});

const modification = (orderId: string, { item, instance }: ProductDraft, existing: Service) => ({
  id: existing.id,
  serviceOrder: derivedId(orderId, item.id, instance, `modify/${existing.id}`),
  action: 'modify' as const,
  existing,
});

const draftDelete = (
  orderId: string,
  product: ProductDraft,
  existing: Service,
  catalog: Catalog,
): ServiceDraft => ({
  id: existing.id,
  serviceOrder: derivedId(orderId, product.item.id, product.instance, `delete/${existing.id}`),
  product,
  action: 'delete',
  specification: entryIn(catalog.serviceSpecifications, existing.specification) ?? gone(existing),
  characteristics: existing.characteristics,
  existing,
});

/** A delete works from the footprint alone, so a specification that is no longer in the catalogue is no obstacle. */
export const gone = ({ specification, domain }: Service): ServiceSpecification => ({
  kind: 'serviceSpecification',
  id: specification,
  name: specification,
  version: '',
  domain,
  characteristics: {},
  reliesOn: {},
  steps: {},
  results: {},
});
