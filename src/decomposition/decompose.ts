import { type Catalog, entryIn } from '../catalog/model.ts';
import { typesOf } from '../catalog/characteristics.ts';
import type { Inventory, Service } from '../inventory/inventory.ts';
import { must } from '../kernel/assert.ts';
import { derivedId } from '../kernel/ids.ts';
import { sameJson } from '../kernel/json.ts';
import type { RequestedItem } from '../order/order.ts';
import { type Decided, deciding, refuse } from '../order/refusal.ts';
import { claimsOf } from './claims.ts';
import { failureModeOf, optionalItemsOf, policyOf } from './failure.ts';
import type { Plan, PlannedProduct, PlannedServiceOrder, PlannedStep } from './plan.ts';
import { draftProducts, type ProductDraft } from './products.ts';
import { bindingsOf } from './reliance.ts';
import { draftServices, serviceSpecification, type ServiceDraft } from './services.ts';
import {
  forecastOfUntouched,
  type ResultForecast,
  stepsOfAdd,
  stepsOfDelete,
  stepsOfModify,
} from './steps.ts';

export interface DecompositionInput {
  readonly orderId: string;
  readonly items: readonly RequestedItem[];
  readonly catalog: Catalog;
  readonly inventory: Inventory;
  readonly serviceItemsMax: number;
}

/** A service draft that knows what it relies on and which steps it needs. */
interface Worked extends ServiceDraft {
  readonly bindings: Readonly<Record<string, string>>;
  readonly steps: readonly PlannedStep[];
  readonly skippable: boolean;
}

/** The same order, catalogue and inventory give the same plan, byte for byte. */
export const decompose = (input: DecompositionInput): Decided<Plan> => deciding(() => planOf(input));

function planOf({ orderId, items, catalog, inventory, serviceItemsMax }: DecompositionInput): Plan {
  const products = draftProducts(orderId, items, catalog, inventory);
  const drafts = draftServices(orderId, products, catalog, inventory);
  refuseTooLarge(drafts.length, serviceItemsMax);
  refuseReliedOn(drafts, inventory);
  const bound = drafts.map((draft) => ({ ...draft, bindings: bindingsOf(draft, drafts, items, inventory) }));
  const worked = [
    ...bound
      .filter(({ action }) => action === 'add')
      .map((draft) => ({
        ...draft,
        steps: stepsOfAdd(draft),
        skippable: false,
      })),
    ...modifications(orderId, bound, catalog, inventory),
    ...bound.flatMap((draft) =>
      draft.action === 'delete'
        ? [{ ...draft, steps: stepsOfDelete(existingOf(draft)), skippable: false }]
        : [],
    ),
  ];
  refuseTooLarge(worked.length, serviceItemsMax);
  const optionalItems = optionalItemsOf(items, catalog, inventory);
  const serviceOrders = worked.map((draft) => serviceOrderOf(draft, worked, optionalItems));
  return {
    format: 1,
    rules: 1,
    products: products.map((product) => productOf(product, products, bound, inventory, catalog)),
    serviceOrders,
    claims: claimsOf(products, serviceOrders, inventory),
    onFailure: failureModeOf(items, catalog, inventory),
  };
}

function refuseTooLarge(services: number, most: number): void {
  if (services <= most) return;
  refuse('PlanTooLarge', `the order needs ${services} services; at most ${most} are possible`);
}

/** What others rely on may go only together with them. */
function refuseReliedOn(drafts: readonly ServiceDraft[], inventory: Inventory): void {
  const leaving = new Map(
    drafts.filter(({ action }) => action === 'delete').map((draft) => [draft.id, draft]),
  );
  for (const id of Object.keys(inventory.services).sort()) {
    const dependant = must(inventory.services[id], id);
    if (dependant.state === 'terminated' || leaving.has(id)) continue;
    const needed = Object.values(dependant.bindings)
      .sort()
      .find((foundation) => leaving.has(foundation));
    if (needed === undefined) continue;
    const { product } = must(leaving.get(needed), 'the leaving service');
    const message = `the product ${product.id} cannot go: the product ${dependant.product} relies on it`;
    refuse('ProductReliedOn', message, { item: product.item.id, field: 'product' });
  }
}

/**
 * The modified services and, through them, every dependant that reads what may change, each after what it
 * relies on. A service that stays as it is is left out.
 */
function modifications(
  orderId: string,
  bound: readonly (ServiceDraft & Pick<Worked, 'bindings'>)[],
  catalog: Catalog,
  inventory: Inventory,
): Worked[] {
  const explicit = new Map(
    bound.filter(({ action }) => action === 'modify').map((draft) => [draft.id, draft]),
  );
  const leaving = new Set(bound.filter(({ action }) => action === 'delete').map(({ id }) => id));
  const forecasts: Record<string, ResultForecast> = {};
  const causes = new Map<string, ProductDraft>();
  const worked: Worked[] = [];
  for (const service of foundationsFirst(inventory)) {
    if (leaving.has(service.id) || service.state === 'terminated') continue;
    const draft = explicit.get(service.id) ?? dependantOf(orderId, service, causes, catalog);
    if (draft === undefined) {
      forecasts[service.id] = forecastOfUntouched(service);
      continue;
    }
    const { steps, forecast } = stepsOfModify(draft, service, forecasts, !explicit.has(service.id));
    forecasts[service.id] = forecast;
    if (forecast.differing.length + forecast.uncertain.length > 0) causes.set(service.id, draft.product);
    const skippable = forecast.differing.length === 0 && !forecast.passesOn;
    const changesNothing = skippable && sameJson(draft.characteristics, service.characteristics);
    if (steps.length > 0 || !changesNothing) {
      worked.push({ ...draft, bindings: service.bindings, steps, skippable });
    }
  }
  return worked;
}

/** A service that nobody ordered to change, but whose foundation this order changes; it belongs to the item that does. */
function dependantOf(
  orderId: string,
  service: Service,
  causes: ReadonlyMap<string, ProductDraft>,
  catalog: Catalog,
): ServiceDraft | undefined {
  const cause = Object.values(service.bindings)
    .sort()
    .find((id) => causes.has(id));
  if (cause === undefined || service.state !== 'active') return undefined;
  const product = must(causes.get(cause), 'the cause');
  return {
    id: service.id,
    serviceOrder: derivedId(orderId, product.item.id, product.instance, `dependant/${service.id}`),
    product,
    action: 'modify',
    specification: serviceSpecification(service.specification, catalog),
    characteristics: service.characteristics,
    existing: service,
  };
}

function foundationsFirst({ services }: Inventory): Service[] {
  const ordered: Service[] = [];
  const visited = new Set<string>();
  const visit = (service: Service): void => {
    if (visited.has(service.id)) return;
    visited.add(service.id);
    for (const id of Object.values(service.bindings).sort()) {
      const foundation = services[id];
      if (foundation) visit(foundation);
    }
    ordered.push(service);
  };
  for (const id of Object.keys(services).sort()) visit(must(services[id], id));
  return ordered;
}

const existingOf = (draft: ServiceDraft): Service => must(draft.existing, `the service ${draft.id}`);

function serviceOrderOf(
  draft: Worked,
  worked: readonly Worked[],
  optionalItems: ReadonlySet<string>,
): PlannedServiceOrder {
  const { existing } = draft;
  const optional = draft.action !== 'delete' && (draft.optional || optionalItems.has(draft.product.item.id));
  const recovery = policyOf(draft.specification);
  return {
    id: draft.serviceOrder,
    item: draft.product.item.id,
    product: existing?.product ?? draft.product.id,
    service: draft.id,
    action: draft.action,
    specification: draft.specification.id,
    domain: existing?.domain ?? draft.specification.domain,
    characteristics: draft.characteristics,
    types: typesOf(draft.specification.characteristics),
    bindings: draft.bindings,
    results: draft.specification.results,
    after: predecessorsOf(draft, worked),
    skippable: draft.skippable,
    steps: draft.steps,
    ...(optional && { optional }),
    ...(recovery.length > 0 && { recovery }),
  };
}

/** Builders after what they rely on; those that go, after those that rely on them. */
function predecessorsOf(draft: Worked, worked: readonly Worked[]): string[] {
  const isBefore = (other: Worked): boolean =>
    draft.action === 'delete'
      ? other.action === 'delete' && Object.values(other.bindings).includes(draft.id)
      : other.action !== 'delete' && Object.values(draft.bindings).includes(other.id);
  return worked
    .filter(isBefore)
    .map(({ serviceOrder }) => serviceOrder)
    .sort();
}

function productOf(
  draft: ProductDraft,
  products: readonly ProductDraft[],
  services: readonly (ServiceDraft & Pick<Worked, 'bindings'>)[],
  inventory: Inventory,
  catalog: Catalog,
): PlannedProduct {
  const { id, item, action, existing } = draft;
  const made = new Map(services.map((service) => [service.id, service.product.id]));
  const foundations = services
    .filter((service) => service.product.id === id && service.action !== 'delete')
    .flatMap(({ bindings }) => Object.values(bindings))
    .map((service) => made.get(service) ?? inventory.services[service]?.product)
    .filter((product): product is string => product !== undefined && product !== id);
  return {
    id,
    item: item.id,
    action,
    offering: draft.offering,
    name: entryIn(catalog.productOfferings, draft.offering)?.name ?? draft.offering,
    specification: draft.specification.id,
    characteristics: draft.characteristics,
    reliesOn: action === 'delete' ? (existing?.reliesOn ?? []) : [...new Set(foundations)].sort(),
    bundles: existing?.bundles ?? partsOf(draft, products),
  };
}

/** The parts of this very bundle: an item's products are dealt out evenly, in their order. */
const partsOf = (bundle: ProductDraft, products: readonly ProductDraft[]): string[] =>
  products
    .filter(({ item, action }) => item.parent === bundle.item.id && action === 'add')
    .filter(({ item, instance }) => {
      const share = item.quantity / bundle.item.quantity;
      return Math.floor(instance / share) === bundle.instance;
    })
    .map(({ id }) => id)
    .sort();
