import type { Catalog } from '../../src/catalog/model.ts';
import { decompose, type DecompositionInput } from '../../src/decomposition/decompose.ts';
import type { Plan, PlannedServiceOrder, PlannedStep } from '../../src/decomposition/plan.ts';
import { emptyInventory } from '../../src/inventory/inventory.ts';
import { must } from '../../src/kernel/assert.ts';
import { soundItems } from '../../src/order/items.ts';
import type { RequestedItem } from '../../src/order/order.ts';
import { deciding, type OrderRefusal } from '../../src/order/refusal.ts';
import { catalogOf, documentsIn } from '../catalog/catalogFiles.ts';

export const demo: Catalog = catalogOf(...documentsIn('catalogue'), ...documentsIn('more'));

export const bundleOffering = 'OFF-BIZ-FIBRE-BUNDLE';
export const fibreOffering = 'OFF-FIBRE-1G';
export const fasterOffering = 'OFF-FIBRE-2G';
export const ipOffering = 'OFF-STATIC-IP-29';
export const routerOffering = 'OFF-CPE-MANAGED';

export const item = (id: string, given: Partial<RequestedItem> = {}): RequestedItem => ({
  id,
  action: 'add',
  quantity: 1,
  characteristics: {},
  relationships: [],
  productRelationships: [],
  carried: {},
  ...given,
});

export const reliesOnItem = (itemId: string) => ({ type: 'reliesOn', itemId });
export const reliesOnProduct = (productId: string) => ({ type: 'reliesOn', productId });

type Ordered = Partial<Omit<DecompositionInput, 'items'>>;

/** As acceptance does it: sound items first, then the plan. */
function decided(items: readonly RequestedItem[], given: Ordered) {
  const input = { orderId: 'o1', catalog: demo, inventory: emptyInventory, serviceItemsMax: 1_000, ...given };
  const sound = deciding(() => soundItems(items, input.catalog, input.inventory));
  return sound.ok ? decompose({ ...input, items: sound.value }) : sound;
}

export function planned(items: readonly RequestedItem[], given: Ordered = {}): Plan {
  const plan = decided(items, given);
  if (!plan.ok) throw new Error(`refused: ${JSON.stringify(plan.refusal)}`);
  return plan.value;
}

export function refused(items: readonly RequestedItem[], given: Ordered = {}): OrderRefusal {
  const plan = decided(items, given);
  if (plan.ok) throw new Error('not refused');
  return plan.refusal;
}

/** The only service order of that specification. */
export function orderFor(plan: Plan, specification: string): PlannedServiceOrder {
  const [first, ...others] = plan.serviceOrders.filter((order) => order.specification === specification);
  if (others.length > 0) throw new Error(`more than one service order for ${specification}`);
  return must(first, `a service order for ${specification}`);
}

export const actionsOf = (plan: Plan): string[] =>
  plan.serviceOrders.map(({ action, specification }) => `${action} ${specification}`).sort();

export const stepsOf = ({ steps }: PlannedServiceOrder): string[] =>
  steps.map(({ verb, name }: PlannedStep) => `${verb} ${name}`);

/** The specifications of the service orders that come before. */
export const predecessorsOf = (plan: Plan, specification: string): string[] =>
  orderFor(plan, specification)
    .after.map(
      (id) =>
        must(
          plan.serviceOrders.find((order) => order.id === id),
          id,
        ).specification,
    )
    .sort();
