import type { JsonObject } from '../kernel/json.ts';
import type { Action } from '../order/machine.ts';
import type { ItemRelationship } from '../order/order.ts';

/** What a service is to rely on; `alias` says as what, where its specification knows several. */
export interface ServiceRelationship {
  readonly type: string;
  readonly serviceId: string;
  readonly alias?: string;
}

/** What somebody wants of one service, without a product. */
export interface RequestedServiceItem {
  readonly id: string;
  readonly action: Action;
  readonly quantity: number;
  readonly serviceId?: string;
  readonly specification?: string;
  readonly characteristics: JsonObject;
  readonly relationships: readonly ItemRelationship[];
  readonly serviceRelationships: readonly ServiceRelationship[];
  /** What is kept and shown, and not interpreted. */
  readonly carried: JsonObject;
}

export interface RequestedServiceOrder {
  readonly externalId?: string;
  readonly requestedStart?: string;
  readonly description?: string;
  readonly category?: string;
  readonly priority?: string;
  readonly carried: JsonObject;
  readonly items: readonly RequestedServiceItem[];
}

/** Relationships that say "not without it": between items, and from an item to a service that stands. */
export const isReliance = ({ type }: { readonly type: string }): boolean => relianceTypes.has(type);
const relianceTypes = new Set(['reliesOn', 'dependsOn', 'requires']);

/** Services that exist already and that the order mentions. */
export const servicesNamedBy = ({ items }: { readonly items: readonly RequestedServiceItem[] }): string[] => [
  ...new Set(
    items.flatMap(({ serviceId, serviceRelationships }) => [
      ...(serviceId === undefined ? [] : [serviceId]),
      ...serviceRelationships.map((related) => related.serviceId),
    ]),
  ),
];
