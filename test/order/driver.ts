import type {
  CompactPlan,
  CompactServiceOrder,
  CompactStep,
  ServiceAction,
} from '../../src/decomposition/plan.ts';
import { advance } from '../../src/order/advance.ts';
import { beginOrder, type OrderCommand, type OrderEvent, type OrderRun } from '../../src/order/run.ts';
import type { ItemState } from '../../src/order/machine.ts';
import type { FailureMode } from '../../src/catalog/model.ts';
import { type PolicyRow, rowsBySpecification } from '../../src/serviceOrder/recovery.ts';
import type { Need } from '../../src/serviceOrder/run.ts';
import { policy } from '../serviceOrder/driver.ts';

export interface ServiceOrderSketch {
  readonly item?: string;
  readonly action?: ServiceAction;
  readonly after?: readonly string[];
  readonly reliesOn?: Readonly<Record<string, string>>;
  readonly skippable?: boolean;
  readonly steps?: readonly CompactStep[];
  readonly optional?: boolean;
  readonly optionalWith?: string;
  readonly irreversible?: boolean;
  readonly recovery?: readonly PolicyRow[];
}

/** Each is of a specification of its own, so its policy is known by it. */
export type Sketched = CompactServiceOrder & Pick<ServiceOrderSketch, 'recovery'>;

export const sketch = (id: string, given: ServiceOrderSketch = {}): Sketched => ({
  id,
  item: given.item ?? id,
  action: given.action ?? 'add',
  specification: id,
  domain: id,
  after: given.after ?? [],
  reliesOn: given.reliesOn ?? {},
  skippable: given.skippable ?? false,
  ...(given.steps && { steps: given.steps }),
  ...(given.optional && { optional: true }),
  ...(given.optionalWith !== undefined && { optionalWith: given.optionalWith }),
  ...((given.irreversible ?? isIrreversible(given)) && { irreversible: true }),
  ...(given.recovery && { recovery: given.recovery }),
});

const isIrreversible = ({ action, steps = [] }: ServiceOrderSketch): boolean =>
  action === 'delete' ||
  steps.some(({ verb, pointOfNoReturn }) => verb === 'revoke' || pointOfNoReturn === true);

export const planOf = (
  sketched: readonly Sketched[],
  openChildrenMax = 200,
  onFailure: FailureMode = 'allOrNothing',
): CompactPlan => ({
  format: 1,
  rules: 1,
  settings: {
    openChildrenMax,
    step: { callTimeoutMs: 1_000, heartbeatTimeoutMs: 1_000, historyEventsMax: 5_000 },
    policy,
  },
  onFailure,
  recovery: rowsBySpecification(sketched),
  serviceOrders: sketched.map(({ recovery, ...planned }) => planned),
});

export interface Circumstances {
  readonly window?: number;
  /** Items without service orders of their own. */
  readonly bundles?: readonly string[];
  readonly parents?: Readonly<Record<string, string>>;
  readonly onFailure?: FailureMode;
}

/** An opened order: every item of the plan in progress, and those items that need no service order. */
export function begin(
  serviceOrders: readonly Sketched[],
  { window = 200, bundles = [], parents = {}, onFailure = 'allOrNothing' }: Circumstances = {},
): OrderRun {
  const ids = [...new Set([...bundles, ...Object.values(parents), ...serviceOrders.map(({ item }) => item)])];
  const items = Object.fromEntries(ids.map((id): [string, ItemState] => [id, 'inProgress']));
  return beginOrder(planOf(serviceOrders, window, onFailure), 'inProgress', items, parents);
}

export const opened: OrderEvent = { type: 'Opened' };
export const settled = (id: string, ...changed: readonly string[]): OrderEvent => ({
  type: 'ServiceOrderSettled',
  id,
  outcome: 'completed',
  code: null,
  changed,
});
export const failed = (id: string, code = 'why'): OrderEvent => ({
  type: 'ServiceOrderSettled',
  id,
  outcome: 'failed',
  code,
  changed: [],
});
export const cancelled = (id: string): OrderEvent => ({
  type: 'ServiceOrderSettled',
  id,
  outcome: 'cancelled',
  code: 'stopped',
  changed: [],
});
export const stands = (id: string): OrderEvent => ({ type: 'ServiceOrderStands', id });
/** The service orders that take back these have been written. */
export const compensating = (...ids: readonly string[]): OrderEvent => ({
  type: 'CompensationOpened',
  serviceOrders: ids.map((id) => ({ ...sketch(`${id}.c`, { item: id, action: 'delete' }), compensates: id })),
});
export const ready = (id: string, ...changed: readonly string[]): OrderEvent => ({
  type: 'ServiceOrderReady',
  id,
  changed,
});
export const held = (id: string, code = 'why'): OrderEvent => ({
  type: 'ServiceOrderHeld',
  id,
  code,
  needs: [need(code)],
});
export const need = (code: string): Need => ({ class: 'lied', code, reason: `a person: ${code}` });
export const needs = (id: string, ...codes: readonly string[]): OrderEvent => ({
  type: 'ServiceOrderNeeds',
  id,
  needs: codes.map(need),
});
/** It takes itself back. */
export const failing = (id: string): OrderEvent => ({ type: 'ServiceOrderFailing', id });
export const resumed = (id: string): OrderEvent => ({ type: 'ServiceOrderResumed', id });

export function tell(
  run: OrderRun,
  ...events: readonly OrderEvent[]
): { run: OrderRun; told: readonly (readonly OrderCommand[])[]; last: readonly OrderCommand[] } {
  let now = run;
  const told = events.map((event) => {
    const advanced = advance(now, event);
    now = advanced.run;
    return advanced.commands;
  });
  return { run: now, told, last: told.at(-1) ?? [] };
}

export const startedBy = (commands: readonly OrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'startServiceOrder' ? [command.id] : []));
export const stoppedBy = (commands: readonly OrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'stopServiceOrder' ? [command.id] : []));
export const compensatedBy = (commands: readonly OrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'openCompensation' ? command.ids : []));
export const releasedBy = (commands: readonly OrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'releaseServiceOrder' ? [command.id] : []));
