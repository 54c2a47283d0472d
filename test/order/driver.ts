import type {
  CompactPlan,
  CompactServiceOrder,
  CompactStep,
  ServiceAction,
} from '../../src/decomposition/plan.ts';
import {
  advance,
  beginOrder,
  type OrderCommand,
  type OrderEvent,
  type OrderRun,
} from '../../src/order/advance.ts';
import type { ItemState } from '../../src/order/machine.ts';
import { policy } from '../serviceOrder/driver.ts';

export interface ServiceOrderSketch {
  readonly item?: string;
  readonly action?: ServiceAction;
  readonly after?: readonly string[];
  readonly reliesOn?: Readonly<Record<string, string>>;
  readonly skippable?: boolean;
  readonly steps?: readonly CompactStep[];
}

export const sketch = (id: string, given: ServiceOrderSketch = {}): CompactServiceOrder => ({
  id,
  item: given.item ?? id,
  action: given.action ?? 'add',
  specification: id,
  domain: id,
  after: given.after ?? [],
  reliesOn: given.reliesOn ?? {},
  skippable: given.skippable ?? false,
  ...(given.steps && { steps: given.steps }),
});

export const planOf = (
  serviceOrders: readonly CompactServiceOrder[],
  openChildrenMax = 200,
): CompactPlan => ({
  format: 1,
  rules: 1,
  settings: { openChildrenMax, step: { callTimeoutMs: 1_000, heartbeatTimeoutMs: 1_000 }, policy },
  serviceOrders,
});

/** An opened order: every item of the plan in progress, and those items that need no service order. */
export function begin(
  serviceOrders: readonly CompactServiceOrder[],
  { window = 200, bundles = [] }: { window?: number; bundles?: readonly string[] } = {},
): OrderRun {
  const ids = [...new Set([...bundles, ...serviceOrders.map(({ item }) => item)])];
  const items = Object.fromEntries(ids.map((id): [string, ItemState] => [id, 'inProgress']));
  return beginOrder(planOf(serviceOrders, window), 'inProgress', items);
}

export const opened: OrderEvent = { type: 'Opened' };
export const settled = (id: string, ...changed: readonly string[]): OrderEvent => ({
  type: 'ServiceOrderSettled',
  id,
  changed,
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
  reason: `a person: ${code}`,
});
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
export const releasedBy = (commands: readonly OrderCommand[]): string[] =>
  commands.flatMap((command) => (command.type === 'releaseServiceOrder' ? [command.id] : []));
