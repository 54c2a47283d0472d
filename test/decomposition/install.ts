import { evaluateText } from '../../src/catalog/expressions.ts';
import type { Bindings } from '../../src/catalog/model.ts';
import type { Plan, PlannedServiceOrder } from '../../src/decomposition/plan.ts';
import {
  emptyInventory,
  type Footprint,
  type Inventory,
  type Product,
  type Service,
} from '../../src/inventory/inventory.ts';
import { must } from '../../src/kernel/assert.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';

/** What the systems of the demo choose themselves. */
const chosen: JsonObject = { vlan: 101, cidr: '198.51.100.8/29' };

/** The inventory as it is once every add of the plan is done. */
export function installed(plan: Plan, before: Inventory = emptyInventory): Inventory {
  const products = plan.products
    .filter(({ action }) => action === 'add')
    .map(({ item: _item, action: _action, ...product }): Product => ({ ...product, status: 'active' }));
  const services: Record<string, Service> = { ...before.services };
  for (const order of inOrder(plan)) services[order.service] = serviceOf(order, services);
  return {
    products: { ...before.products, ...Object.fromEntries(products.map((product) => [product.id, product])) },
    services,
  };
}

function inOrder({ serviceOrders }: Plan): PlannedServiceOrder[] {
  const left = serviceOrders.filter(({ action }) => action === 'add');
  const ordered: PlannedServiceOrder[] = [];
  while (left.length > 0) {
    const index = left.findIndex(({ after }) => !left.some(({ id }) => after.includes(id)));
    ordered.push(...left.splice(index, 1));
  }
  return ordered;
}

function serviceOf(order: PlannedServiceOrder, services: Readonly<Record<string, Service>>): Service {
  const steps: Record<string, JsonObject> = {};
  const bindings: Bindings = {
    service: { id: order.service },
    characteristics: order.characteristics,
    steps,
    reliesOn: Object.fromEntries(
      Object.entries(order.bindings).map(([alias, id]) => [alias, must(services[id], id).results]),
    ),
  };
  const evaluated = (texts: Readonly<Record<string, string>>, observed?: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(texts).map(([name, text]): [string, Json] => {
        const value = evaluateText(text, { ...bindings, ...(observed && { observed }) }, order.types);
        if (!value.ok) throw new Error(`${name}: ${value.message}`);
        return [name, value.value];
      }),
    );
  const footprint = order.steps.map((step): Footprint => {
    const values = evaluated(step.values);
    const results = evaluated(step.results, { ...values, ...chosen });
    steps[step.name] = results;
    const below = order.steps.filter(({ name }) => step.builtAfter.includes(name));
    return {
      step: step.name,
      system: step.system,
      object: step.object,
      values,
      results,
      version: '1',
      builtAfter: below.map(({ system, object }) => `${system} ${object}`),
      presence: 'present',
      key: `${order.id}/1/${step.name}/1/do`,
    };
  });
  return {
    id: order.service,
    product: order.product,
    specification: order.specification,
    domain: order.domain,
    state: 'active',
    characteristics: order.characteristics,
    results: evaluated(order.results),
    bindings: order.bindings,
    footprint,
    overrides: {},
  };
}

export const productOf = ({ products }: Inventory, offering: string): Product =>
  must(
    Object.values(products).find((product) => product.offering === offering),
    `a product of ${offering}`,
  );

export const serviceFor = ({ services }: Inventory, specification: string): Service =>
  must(
    Object.values(services).find((service) => service.specification === specification),
    `a service of ${specification}`,
  );

export const withService = (inventory: Inventory, service: Service): Inventory => ({
  ...inventory,
  services: { ...inventory.services, [service.id]: service },
});
