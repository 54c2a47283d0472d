import type { FailureMode } from '../catalog/model.ts';
import type { JsonObject } from '../kernel/json.ts';
import {
  type PolicyRow,
  type RecoveryPolicy,
  type ReportTimes,
  rowsBySpecification,
  type RowsBySpecification,
} from '../serviceOrder/recovery.ts';

export type Verb = 'apply' | 'revoke';
export type ServiceAction = 'add' | 'modify' | 'delete';

/** One object in one system, with everything an activity needs to bring it to its wanted state. */
export interface PlannedStep {
  readonly name: string;
  readonly system: string;
  readonly verb: Verb;
  readonly object: string;
  /** Expressions, evaluated when the step is attempted. A revoke has none. */
  readonly values: Readonly<Record<string, string>>;
  /** Instead of expressions: the state to go back to, with the results it had. */
  readonly fixed?: { readonly values: JsonObject; readonly results: JsonObject };
  readonly results: Readonly<Record<string, string>>;
  readonly verify: 'always' | 'never';
  /** Steps whose objects this one builds upon, whether or not they are part of this plan. */
  readonly builtAfter: readonly string[];
  /** Steps of this plan that must be over before. */
  readonly after: readonly string[];
  /** Present on a step that is needed only if one of these names changes meanwhile. */
  readonly ifChanged?: readonly string[];
  /** The service is of use without it: it may be skipped. */
  readonly optional?: true;
  /** Once it is scheduled, its item is never undone any more. */
  readonly pointOfNoReturn?: true;
  /** For a system that reports later; absent where the specification does not say. */
  readonly reports?: ReportTimes;
}

export interface PlannedServiceOrder {
  readonly id: string;
  readonly item: string;
  readonly product: string;
  readonly service: string;
  readonly action: ServiceAction;
  readonly specification: string;
  readonly domain: string;
  readonly characteristics: JsonObject;
  /** Declared type per characteristic: expressions need it long after the catalogue has moved on. */
  readonly types: Readonly<Record<string, string>>;
  readonly bindings: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, string>>;
  readonly after: readonly string[];
  /** No result changes for certain: if no step turns out to be needed, there is nothing to do at all. */
  readonly skippable: boolean;
  readonly steps: readonly PlannedStep[];
  /** The product, or the bundle around it, is of use without it. */
  readonly optional?: true;
  /** Its product needs it: the item that is optional, and of no use without it. */
  readonly optionalWith?: string;
  /** Absent where the specification says nothing about trouble. */
  readonly recovery?: readonly PolicyRow[];
}

export interface PlannedProduct {
  readonly id: string;
  readonly item: string;
  readonly action: ServiceAction;
  readonly offering: string;
  readonly name: string;
  readonly specification: string;
  readonly characteristics: JsonObject;
  readonly reliesOn: readonly string[];
  readonly bundles: readonly string[];
}

export interface Plan {
  readonly format: 1;
  readonly rules: 1;
  readonly products: readonly PlannedProduct[];
  readonly serviceOrders: readonly PlannedServiceOrder[];
  readonly claims: { readonly exclusive: readonly string[]; readonly shared: readonly string[] };
  readonly onFailure: FailureMode;
}

/** What a workflow knows of a step: no objects, values or texts enter Temporal. */
export interface CompactStep {
  readonly id: string;
  readonly system: string;
  readonly verb: Verb;
  readonly after: readonly string[];
  readonly ifChanged?: readonly string[];
  readonly optional?: true;
  readonly pointOfNoReturn?: true;
  /** Its system has a task queue of its own. */
  readonly queue?: true;
  readonly reports?: ReportTimes;
}

export interface CompactServiceOrder {
  readonly id: string;
  readonly item: string;
  readonly action: ServiceAction;
  readonly specification: string;
  readonly domain: string;
  readonly after: readonly string[];
  /** Alias → the service order of this plan that changes the service relied on. */
  readonly reliesOn: Readonly<Record<string, string>>;
  readonly skippable: boolean;
  /** Absent in plans above the inline limit: the child then loads them itself. */
  readonly steps?: readonly CompactStep[];
  readonly optional?: true;
  readonly optionalWith?: string;
  /** Once it is done, it cannot be taken back: it takes something away, or passes a point of no return. */
  readonly irreversible?: true;
  /** The service order that this one takes back. */
  readonly compensates?: string;
}

/** Frozen when the order opens: later configuration and code leave a running order as it is. */
export interface PlanSettings {
  readonly openChildrenMax: number;
  readonly step: {
    readonly callTimeoutMs: number;
    readonly heartbeatTimeoutMs: number;
    /** A run of a service order with a longer history goes on as a new one. */
    readonly historyEventsMax: number;
  };
  readonly policy: RecoveryPolicy;
}

export interface CompactPlan {
  readonly format: 1;
  readonly rules: 1;
  readonly settings: PlanSettings;
  readonly onFailure: FailureMode;
  /** Absent where no specification says anything about trouble. */
  readonly recovery?: RowsBySpecification;
  readonly serviceOrders: readonly CompactServiceOrder[];
}

/** Waits on names that did not change. */
export const isUnneeded = ({ ifChanged }: CompactStep, changed: readonly string[]): boolean =>
  ifChanged !== undefined && !ifChanged.some((name) => changed.includes(name));

const inlineServiceItemsMax = 100;

/** A service order's item ordinal and step name: one step of one item. */
export const stepId = (ordinal: number, name: string): string => `${ordinal}/${name}`;
export const stepItem = (id: string): string => id.slice(0, id.indexOf('/'));
export const stepName = (id: string): string => id.slice(id.indexOf('/') + 1);

/** A catalogue's name of a step, and what takes away the object that it no longer has: `<step>.gone`, `.gone2`. */
export const stepIdPattern = /^[1-9]\d{0,5}\/[A-Za-z0-9_-]{1,64}(\.gone\d{0,4})?$/;

/** Systems with limits, whose steps go to task queues of their own. */
export type LimitedSystems = ReadonlySet<string>;

export const compactSteps = (steps: readonly PlannedStep[], limited: LimitedSystems): CompactStep[] =>
  steps.map((step) => ({
    id: stepId(1, step.name),
    system: step.system,
    verb: step.verb,
    after: step.after.map((name) => stepId(1, name)),
    ...(step.ifChanged && { ifChanged: step.ifChanged }),
    ...(step.optional && { optional: true }),
    ...(step.pointOfNoReturn && { pointOfNoReturn: true }),
    ...(limited.has(step.system) && { queue: true }),
    ...(step.reports && { reports: step.reports }),
  }));

const isIrreversible = ({ action, steps }: PlannedServiceOrder): boolean =>
  action === 'delete' ||
  steps.some(({ verb, pointOfNoReturn }) => verb === 'revoke' || pointOfNoReturn === true);

export function compact(
  plan: Plan,
  settings: PlanSettings,
  limited: LimitedSystems = new Set(),
): CompactPlan {
  const inline = plan.serviceOrders.length <= inlineServiceItemsMax;
  const orderByService = new Map(
    plan.serviceOrders.map((serviceOrder) => [serviceOrder.service, serviceOrder.id]),
  );
  const recovery = rowsBySpecification(plan.serviceOrders);
  return {
    format: plan.format,
    rules: plan.rules,
    settings,
    onFailure: plan.onFailure,
    ...(Object.keys(recovery).length > 0 && { recovery }),
    serviceOrders: plan.serviceOrders.map((serviceOrder) => ({
      id: serviceOrder.id,
      item: serviceOrder.item,
      action: serviceOrder.action,
      specification: serviceOrder.specification,
      domain: serviceOrder.domain,
      after: serviceOrder.after,
      reliesOn: Object.fromEntries(
        Object.entries(serviceOrder.bindings).flatMap(([alias, service]) => {
          const other = orderByService.get(service);
          return other === undefined ? [] : [[alias, other]];
        }),
      ),
      skippable: serviceOrder.skippable,
      ...(inline && { steps: compactSteps(serviceOrder.steps, limited) }),
      ...(serviceOrder.optional && { optional: true }),
      ...(serviceOrder.optionalWith !== undefined && { optionalWith: serviceOrder.optionalWith }),
      ...(isIrreversible(serviceOrder) && { irreversible: true }),
    })),
  };
}
