import type { Json, JsonObject } from '../kernel/json.ts';
import type { ErrorClass, LastResort } from '../serviceOrder/recovery.ts';

export const characteristicTypes = ['integer', 'number', 'string', 'boolean'] as const;
export type CharacteristicType = (typeof characteristicTypes)[number];
export type CharacteristicValue = string | number | boolean;

/** What a product or a service may be told; a limit that is absent does not limit. */
export interface CharacteristicSpecification {
  readonly type: CharacteristicType;
  readonly min?: number;
  readonly max?: number;
  readonly values?: readonly CharacteristicValue[];
  readonly maxLength?: number;
  readonly default?: CharacteristicValue;
  readonly required: boolean;
}
export type CharacteristicSpecifications = Readonly<Record<string, CharacteristicSpecification>>;

/** One object in one system. `object`, `values` and `results` hold expressions. */
export interface StepSpecification {
  readonly system: string;
  readonly object: string;
  readonly values: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, string>>;
  readonly after: readonly string[];
  readonly verify: 'always' | 'never';
  /** The service is of use without it. */
  readonly optional?: boolean;
  /** Once it is attempted, the service is not undone any more. */
  readonly pointOfNoReturn?: boolean;
  /** The system may take the call now and report later: how long it may take, how often it is asked meanwhile. */
  readonly reports?: { readonly within: string; readonly poll: string };
}

/** What to do about trouble that has all that is named here. Durations are as written: `2s`, `5m`. */
export interface RecoveryRow {
  readonly system?: string;
  readonly step?: string;
  readonly class?: ErrorClass;
  readonly code?: string;
  readonly retry?: { readonly attempts: number; readonly from: string; readonly upTo: string };
  readonly then: LastResort;
}

export interface ServiceSpecification {
  readonly kind: 'serviceSpecification';
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly domain: string;
  readonly characteristics: CharacteristicSpecifications;
  readonly reliesOn: Readonly<Record<string, { readonly specification: string }>>;
  readonly steps: Readonly<Record<string, StepSpecification>>;
  readonly results: Readonly<Record<string, string>>;
  readonly recovery?: readonly RecoveryRow[];
}

/** `when` says whether the product needs the service, `map` what the service is told. */
export interface ServiceUse {
  readonly specification: string;
  readonly when: string;
  readonly map: Readonly<Record<string, string>>;
  /** The product is of use without it. */
  readonly optional?: boolean;
}

export interface ProductSpecification {
  readonly kind: 'productSpecification';
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly characteristics: CharacteristicSpecifications;
  readonly services: readonly ServiceUse[];
}

/** What an offering leaves of a characteristic's own limits. */
export interface Allowance {
  readonly values?: readonly CharacteristicValue[];
  readonly min?: number;
  readonly max?: number;
}

export const failureModes = ['allOrNothing', 'bestEffort'] as const;
/** Whether one part that fails takes all others with it. */
export type FailureMode = (typeof failureModes)[number];

export interface ProductOffering {
  readonly kind: 'productOffering';
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly lifecycle: 'active' | 'retired';
  readonly specification: string;
  readonly fixes: Readonly<Record<string, CharacteristicValue>>;
  readonly allows: Readonly<Record<string, Allowance>>;
  readonly bundles: readonly { readonly offering: string; readonly optional?: boolean }[];
  readonly onFailure?: FailureMode;
}

export type CatalogEntry = ServiceSpecification | ProductSpecification | ProductOffering;

export interface Catalog {
  readonly serviceSpecifications: Readonly<Record<string, ServiceSpecification>>;
  readonly productSpecifications: Readonly<Record<string, ProductSpecification>>;
  readonly productOfferings: Readonly<Record<string, ProductOffering>>;
}

/** What expressions read. An absent part is one the expression may not read. */
export interface Bindings {
  readonly service?: { readonly id: string };
  readonly characteristics?: Readonly<Record<string, Json>>;
  readonly steps?: Readonly<Record<string, JsonObject>>;
  readonly reliesOn?: Readonly<Record<string, JsonObject>>;
  readonly observed?: JsonObject;
}

export interface CatalogRefusal {
  readonly type: 'CatalogInvalid';
  readonly code: string;
  /** Such as `serviceSpecification/ip-prefix`. */
  readonly entry: string;
  /** Such as `steps.route.values.cidr`; empty for the entry as a whole. */
  readonly path: string;
  readonly message: string;
}

export const entryName = (entry: CatalogEntry): string => `${entry.kind}/${entry.id}`;

/** The entry of that key, and never something every object inherits, such as `constructor`. */
export const entryIn = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
