import type { JsonObject } from '../kernel/json.ts';
import type { ServiceState } from './service.ts';
import type { ProductStatus } from './product.ts';

export const presences = ['present', 'doubtful', 'absent'] as const;
export type Presence = (typeof presences)[number];

/** What a service holds in the network, per step and object. */
export interface Footprint {
  readonly step: string;
  readonly system: string;
  readonly object: string;
  readonly values: JsonObject;
  readonly results: JsonObject;
  readonly version: string;
  /** Objects of the same service that stood before this one was built: `system object` pairs. */
  readonly builtAfter: readonly string[];
  readonly presence: Presence;
  readonly key: string;
}

export interface Service {
  readonly id: string;
  /** Null where it was ordered by itself. */
  readonly product: string | null;
  readonly specification: string;
  readonly domain: string;
  readonly state: ServiceState;
  readonly characteristics: JsonObject;
  readonly results: JsonObject;
  readonly bindings: Readonly<Record<string, string>>;
  readonly footprint: readonly Footprint[];
  /** Step → values that a person set in place of the step's mapping. */
  readonly overrides: Readonly<Record<string, JsonObject>>;
}

export interface Product {
  readonly id: string;
  readonly status: ProductStatus;
  readonly offering: string;
  readonly specification: string;
  readonly characteristics: JsonObject;
  readonly reliesOn: readonly string[];
  readonly bundles: readonly string[];
}

/** The part of the inventory that an order can touch: its products, what they rely on, what relies on them. */
export interface Inventory {
  readonly products: Readonly<Record<string, Product>>;
  readonly services: Readonly<Record<string, Service>>;
}

export const emptyInventory: Inventory = { products: {}, services: {} };

/** What an order on the service claims: the product it belongs to, else the service itself. */
export const claimedAs = ({ id, product }: Pick<Service, 'id' | 'product'>): string => product ?? id;

export const footprintName = (footprint: Pick<Footprint, 'system' | 'object'>): string =>
  `${footprint.system} ${footprint.object}`;

export const standing = (service: Pick<Service, 'footprint'>): Footprint[] =>
  service.footprint.filter((footprint) => footprint.presence !== 'absent');
