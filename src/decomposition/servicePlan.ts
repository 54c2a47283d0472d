import { typesOf } from '../catalog/characteristics.ts';
import { type Catalog, entryIn } from '../catalog/model.ts';
import { claimedAs, type Inventory, type Service } from '../inventory/inventory.ts';
import { productMachine } from '../inventory/product.ts';
import { must } from '../kernel/assert.ts';
import type { JsonObject } from '../kernel/json.ts';
import { isFinal } from '../kernel/machine.ts';
import { refuseCircle } from '../order/items.ts';
import { type Decided, deciding, refuse } from '../order/refusal.ts';
import { isReliance, type RequestedServiceItem } from '../serviceOrder/request.ts';
import type { PolicyRow } from '../serviceOrder/recovery.ts';
import { claimsOn } from './claims.ts';
import { policyOf } from './failure.ts';
import { modificationsOf } from './modifications.ts';
import { type Plan, type PlannedStep, type ServiceAction, stepId } from './plan.ts';
import { checkServiceItems, draftOfItem, type ServiceItemDraft } from './serviceItems.ts';
import { serviceBindingsOf } from './serviceReliance.ts';
import { serviceSpecification } from './services.ts';
import { reportingSteps, stepsOfAdd, stepsOfDelete } from './steps.ts';

export interface ServicePlanInput {
  readonly orderId: string;
  readonly items: readonly RequestedServiceItem[];
  readonly catalog: Catalog;
  readonly inventory: Inventory;
  /** Product or service → another order that holds it for itself. */
  readonly taken: Readonly<Record<string, string>>;
  readonly serviceItemsMax: number;
}

/** One item of a service order that was ordered by itself. Edges to steps of other items are whole step ids. */
export interface PlannedServiceItem {
  readonly id: string;
  readonly ordinal: number;
  readonly action: ServiceAction;
  readonly service: string;
  /** What the order claims for it. */
  readonly claimed: string;
  readonly specification: string;
  readonly domain: string;
  readonly characteristics: JsonObject;
  readonly types: Readonly<Record<string, string>>;
  readonly bindings: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, string>>;
  readonly steps: readonly PlannedStep[];
  readonly recovery: readonly PolicyRow[];
}

export interface ServicePlan {
  readonly items: readonly PlannedServiceItem[];
  readonly claims: Plan['claims'];
}

/** The same order, catalogue and inventory give the same plan: what was accepted is what opens. */
export const planServices = (input: ServicePlanInput): Decided<ServicePlan> => deciding(() => planOf(input));

interface Worked extends ServiceItemDraft {
  readonly bindings: Readonly<Record<string, string>>;
  readonly steps: readonly PlannedStep[];
}

function planOf({
  orderId,
  items,
  catalog,
  inventory,
  taken,
  serviceItemsMax,
}: ServicePlanInput): ServicePlan {
  checkServiceItems(items);
  refuseTaken(items, inventory, taken);
  refuseOfProducts(items, inventory);
  const drafts = items.flatMap((item) => draftOfItem(orderId, item, catalog, inventory));
  refuseReliedOn(drafts, inventory);
  const worked = [...stepped(items, drafts, catalog, inventory)];
  if (worked.length > serviceItemsMax) {
    refuse(
      'PlanTooLarge',
      `the order touches ${worked.length} services; at most ${serviceItemsMax} are possible`,
    );
  }
  const before = predecessors(worked, items);
  refuseCircle(before);
  const planned = worked.map((draft, index) => plannedItem(draft, index + 1));
  return {
    items: stepsAcross(planned, before),
    claims: claimsOn(
      planned.map(({ claimed }) => claimed),
      planned,
      inventory,
    ),
  };
}

function refuseTaken(
  items: readonly RequestedServiceItem[],
  { services }: Inventory,
  taken: ServicePlanInput['taken'],
): void {
  for (const { id, action, serviceId } of items) {
    const service = action === 'noChange' ? undefined : entryIn(services, serviceId ?? '');
    const order = service && entryIn(taken, claimedAs(service));
    if (order === undefined) continue;
    const message = `the service ${serviceId} is in use by order ${order}`;
    refuse('ServiceInUse', message, { item: id, field: 'service' });
  }
}

/** What a product consists of changes with the product, or its inventory would no longer be true. */
function refuseOfProducts(items: readonly RequestedServiceItem[], { services, products }: Inventory): void {
  for (const { id, action, serviceId } of items) {
    const service = action === 'noChange' ? undefined : entryIn(services, serviceId ?? '');
    const product = entryIn(products, service?.product ?? '');
    if (product === undefined || isFinal(productMachine, product.status)) continue;
    const message = `the service ${serviceId} is part of the product ${product.id}`;
    refuse('ServiceOfProduct', message, { item: id, field: 'service' });
  }
}

/** What others rely on may go only together with them. */
function refuseReliedOn(drafts: readonly ServiceItemDraft[], { services }: Inventory): void {
  const leaving = new Map(
    drafts.filter(({ action }) => action === 'delete').map((draft) => [draft.id, draft]),
  );
  for (const id of Object.keys(services).sort()) {
    const dependant = must(services[id], id);
    if (dependant.state === 'terminated' || leaving.has(id)) continue;
    const needed = Object.values(dependant.bindings).find((foundation) => leaving.has(foundation));
    if (needed === undefined) continue;
    const { item } = must(leaving.get(needed), 'the leaving service');
    const message = `the service ${needed} cannot go: the service ${id} relies on it`;
    refuse('ServiceReliedOn', message, { item: item.id, field: 'service' });
  }
}

/** The ordered items in their order, then those of dependants that read what the order changes. */
function stepped(
  items: readonly RequestedServiceItem[],
  drafts: readonly ServiceItemDraft[],
  catalog: Catalog,
  inventory: Inventory,
): Worked[] {
  const freshId = freshIds(items);
  const modified = new Map(
    modificationsOf(drafts, inventory, (service, { item }) => dependantOf(service, item, catalog))
      .filter(({ isIdle, id }) => !isIdle || drafts.some((draft) => draft.id === id))
      .map((draft) => [draft.id, draft]),
  );
  const ordered = drafts.map((draft): Worked => {
    const bindings = serviceBindingsOf(draft, drafts, items, inventory);
    if (draft.action === 'add') return { ...draft, bindings, steps: stepsOfAdd(draft) };
    if (draft.action === 'modify') return must(modified.get(draft.id), draft.id);
    const existing = must(draft.existing, draft.id);
    return { ...draft, bindings, steps: stepsOfDelete(existing, reportingSteps(draft.specification)) };
  });
  const dependants = [...modified.values()]
    .filter(({ id }) => !drafts.some((draft) => draft.id === id))
    .map((draft) => ({ ...draft, item: { id: freshId(draft.item.id) } }));
  return [...ordered, ...dependants];
}

const dependantOf = (
  service: Service,
  item: ServiceItemDraft['item'],
  catalog: Catalog,
): ServiceItemDraft => ({
  id: service.id,
  item,
  action: 'modify',
  specification: serviceSpecification(service.specification, catalog),
  characteristics: service.characteristics,
  existing: service,
});

/** An item that was not posted is told by the one that causes it: `1` causes `1.1`. */
function freshIds(items: readonly RequestedServiceItem[]): (cause: string) => string {
  const known = new Set(items.map(({ id }) => id));
  return (cause) => {
    let number = 1;
    while (known.has(`${cause}.${number}`)) number += 1;
    known.add(`${cause}.${number}`);
    return `${cause}.${number}`;
  };
}

/** Item → the items that are done before it: what it builds upon; of what goes, those that rely on it. */
function predecessors(
  worked: readonly Worked[],
  items: readonly RequestedServiceItem[],
): ReadonlyMap<string, readonly string[]> {
  const requested = new Map(items.map((item) => [item.id, item]));
  return new Map(
    worked.map((draft) => {
      const related = (requested.get(draft.item.id)?.relationships ?? []).filter(isReliance);
      const isBefore = (other: Worked): boolean =>
        draft.action === 'delete'
          ? other.action === 'delete' && Object.values(other.bindings).includes(draft.id)
          : other.action !== 'delete' &&
            (Object.values(draft.bindings).includes(other.id) ||
              related.some(({ itemId }) => itemId === other.item.id));
      return [draft.item.id, worked.filter(isBefore).map(({ item }) => item.id)];
    }),
  );
}

const plannedItem = (draft: Worked, ordinal: number): PlannedServiceItem => ({
  id: draft.item.id,
  ordinal,
  action: draft.action,
  service: draft.id,
  claimed: draft.existing ? claimedAs(draft.existing) : draft.id,
  specification: draft.specification.id,
  domain: draft.existing?.domain ?? draft.specification.domain,
  characteristics: draft.characteristics,
  types: typesOf(draft.specification.characteristics),
  bindings: draft.bindings,
  results: draft.specification.results,
  steps: draft.steps,
  recovery: policyOf(draft.specification),
});

/**
 * Of each item its steps, the first ones after the last ones of the items before it. Names whose change makes a
 * step necessary are told apart by item: `2/reliesOn.access.vlan`.
 */
function stepsAcross(
  planned: readonly PlannedServiceItem[],
  before: ReadonlyMap<string, readonly string[]>,
): PlannedServiceItem[] {
  const lastSteps = new Map<string, readonly string[]>();
  const itemsById = new Map(planned.map((item) => [item.id, item]));
  const lastOf = (id: string): readonly string[] => {
    const known = lastSteps.get(id);
    if (known) return known;
    const { ordinal, steps, action } = must(itemsById.get(id), `item ${id}`);
    const own = steps.filter(({ verb }) => verb === verbOf(action));
    const ends = own.filter(({ name }) => !own.some(({ after }) => after.includes(name)));
    const last = ends.length > 0 ? ends.map(({ name }) => stepId(ordinal, name)) : awaitedBy(id);
    lastSteps.set(id, last);
    return last;
  };
  const awaitedBy = (id: string): string[] => [...new Set((before.get(id) ?? []).flatMap(lastOf))].sort();
  return planned.map((item) => {
    const awaited = awaitedBy(item.id);
    const steps = item.steps.map((step) => ({
      ...step,
      ...(step.after.length === 0 && step.verb === verbOf(item.action) && { after: awaited }),
      ...(step.ifChanged && { ifChanged: step.ifChanged.map((name) => nameOfItem(item.ordinal, name)) }),
    }));
    return { ...item, steps };
  });
}

const verbOf = (action: ServiceAction) => (action === 'delete' ? 'revoke' : 'apply');

/** What a step of one item reads, told apart from what steps of other items read. */
export const nameOfItem = (ordinal: number, name: string): string => `${ordinal}/${name}`;
