import {
  type CompactPlan,
  type CompactServiceOrder,
  type CompactStep,
  type Plan,
  type PlannedServiceOrder,
  type PlannedStep,
  stepId,
} from '../../src/decomposition/plan.ts';
import type { Inventory } from '../../src/inventory/inventory.ts';
import { must } from '../../src/kernel/assert.ts';
import type { Draw } from '../kernel/random.ts';

/**
 * A plan of the engine in the words of the model: service orders are s0, s1 and so on, a step whose object was not
 * there ends in +, and of what a service order may change, what does change is called r and its name.
 */
export function inWordsOf(plan: Plan, compacted: CompactPlan, inventory: Inventory, draw: Draw): CompactPlan {
  const ids = new Map(compacted.serviceOrders.map(({ id }, index) => [id, `s${index}`]));
  const idOf = (id: string): string => must(ids.get(id), id);
  const serviceOrders = compacted.serviceOrders.map((one, index): CompactServiceOrder => {
    const planned = must(plan.serviceOrders[index], one.id);
    const reliesOn = Object.entries(one.reliesOn).map(([alias, id]) => [alias, idOf(id)] as const);
    const isChanged = draw(2) === 0;
    const spoken = (read: string): string => {
      const [, alias] = read.split('.');
      const id = reliesOn.find(([name]) => name === alias)?.[1];
      return isChanged && id !== undefined ? `reliesOn.${alias}.r${id}` : read;
    };
    return {
      ...one,
      id: idOf(one.id),
      after: one.after.map(idOf),
      reliesOn: Object.fromEntries(reliesOn),
      steps: stepsInWords(one.steps ?? [], planned, inventory, spoken),
    };
  });
  return { ...compacted, serviceOrders };
}

function stepsInWords(
  steps: readonly CompactStep[],
  planned: PlannedServiceOrder,
  inventory: Inventory,
  spoken: (read: string) => string,
): CompactStep[] {
  const standing = inventory.services[planned.service]?.footprint ?? [];
  const isNew = ({ verb, name, system, object }: PlannedStep): boolean =>
    verb === 'apply' &&
    !standing.some((print) => print.step === name && print.system === system && print.object === object);
  const isRenewed = new Set(planned.steps.filter(isNew).map(({ name }) => stepId(1, name)));
  const named = (id: string): string => (isRenewed.has(id) && planned.action !== 'add' ? `${id}+` : id);
  return steps.map((step) => {
    const words = { ...step, id: named(step.id), after: step.after.map(named) };
    const { ifChanged, ...always } = words;
    if (ifChanged === undefined) return words;
    const reads = readsOf(ifChanged, steps, spoken);
    return reads === 'surely changed' ? always : { ...words, ifChanged: reads };
  });
}

/** The model knows no results of steps: what reads one waits for what that step waits for, if for anything. */
function readsOf(
  ifChanged: readonly string[],
  steps: readonly CompactStep[],
  spoken: (read: string) => string,
): string[] | 'surely changed' {
  const reads: string[] = [];
  for (const read of ifChanged) {
    const [root, name = ''] = read.split('.');
    const below = root === 'steps' ? steps.find(({ id }) => id === stepId(1, name)) : undefined;
    if (below === undefined) {
      reads.push(spoken(read));
      continue;
    }
    const further = below.ifChanged ? readsOf(below.ifChanged, steps, spoken) : 'surely changed';
    if (further === 'surely changed') return further;
    reads.push(...further);
  }
  return reads;
}
