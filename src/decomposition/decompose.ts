import { type Catalog, entryIn } from '../catalog/model.ts';
import { typesOf } from '../catalog/characteristics.ts';
import { claimedAs, type Inventory, type Service } from '../inventory/inventory.ts';
import { must } from '../kernel/assert.ts';
import { derivedId } from '../kernel/ids.ts';
import type { RequestedItem } from '../order/order.ts';
import { type Decided, deciding, refuse } from '../order/refusal.ts';
import { claimsOf } from './claims.ts';
import { failureModeOf, optionalPartsOf, policyOf } from './failure.ts';
import type { Plan, PlannedProduct, PlannedServiceOrder, PlannedStep } from './plan.ts';
import { draftProducts, type ProductDraft } from './products.ts';
import { bindingsOf } from './reliance.ts';
import { draftServices, serviceSpecification, type ServiceDraft } from './services.ts';
import { modificationsOf } from './modifications.ts';
import { reportingSteps, stepsOfAdd, stepsOfDelete, type SteppedService } from './steps.ts';

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
  const bound = drafts.map((draft) => ({
    ...draft,
    item: draft.product.item,
    bindings: bindingsOf(draft, drafts, items, inventory),
  }));
  const worked = [
    ...bound
      .filter(({ action }) => action === 'add')
      .map((draft) => ({
        ...draft,
        steps: stepsOfAdd(draft),
        skippable: false,
      })),
    ...modificationsOf<ServiceDraft & SteppedService>(bound, inventory, (service, cause) =>
      dependantOf(orderId, service, cause, catalog),
    ).filter(({ isIdle }) => !isIdle),
    ...bound.flatMap((draft) =>
      draft.action === 'delete'
        ? [
            {
              ...draft,
              steps: stepsOfDelete(existingOf(draft), reportingSteps(draft.specification)),
              skippable: false,
            },
          ]
        : [],
    ),
  ];
  refuseTooLarge(worked.length, serviceItemsMax);
  const optionalParts = optionalPartsOf(items, catalog, inventory);
  const serviceOrders = worked.map((draft) => serviceOrderOf(draft, worked, optionalParts));
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
    const relying = dependant.product === null ? `service ${id}` : `product ${dependant.product}`;
    const message = `the product ${product.id} cannot go: the ${relying} relies on it`;
    refuse('ProductReliedOn', message, { item: product.item.id, field: 'product' });
  }
}

/** A service that nobody ordered to change, but whose foundation this order changes; it belongs to the item that does. */
function dependantOf(
  orderId: string,
  service: Service,
  { product }: ServiceDraft,
  catalog: Catalog,
): ServiceDraft & SteppedService {
  return {
    id: service.id,
    serviceOrder: derivedId(orderId, product.item.id, product.instance, `dependant/${service.id}`),
    product,
    item: product.item,
    action: 'modify',
    specification: serviceSpecification(service.specification, catalog),
    characteristics: service.characteristics,
    existing: service,
  };
}

const existingOf = (draft: ServiceDraft): Service => must(draft.existing, `the service ${draft.id}`);

function serviceOrderOf(
  draft: Worked,
  worked: readonly Worked[],
  optionalParts: ReadonlyMap<string, string>,
): PlannedServiceOrder {
  const { existing } = draft;
  const part = optionalParts.get(draft.product.item.id);
  const isOptional = draft.product.action !== 'delete' && (draft.optional === true || part !== undefined);
  const recovery = policyOf(draft.specification);
  return {
    id: draft.serviceOrder,
    item: draft.product.item.id,
    product: existing ? claimedAs(existing) : draft.product.id,
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
    ...(isOptional && { optional: true }),
    ...(isOptional && !draft.optional && part !== undefined && { optionalWith: part }),
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
    .filter((product): product is string => typeof product === 'string' && product !== id);
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
