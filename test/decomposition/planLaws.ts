import { entryIn, type ServiceSpecification } from '../../src/catalog/model.ts';
import { decompose, type DecompositionInput } from '../../src/decomposition/decompose.ts';
import type { Plan, PlannedServiceOrder } from '../../src/decomposition/plan.ts';
import { standing } from '../../src/inventory/inventory.ts';
import { assert, must } from '../../src/kernel/assert.ts';
import { canonicalJson } from '../../src/kernel/json.ts';
import type { Decided } from '../../src/order/refusal.ts';
import { findCycle } from '../../src/catalog/cycles.ts';

/** What holds for every plan, told from its input alone. Items are sound already. */
export function checkPlan(plan: Plan, input: DecompositionInput): void {
  checkOnce(plan);
  checkEdges(plan);
  for (const one of plan.serviceOrders) {
    checkSteps(one);
    checkOptional(one, plan, input);
    if (one.action === 'delete') checkDelete(one, plan, input);
  }
  checkClaims(plan, input);
  checkProducts(plan, input);
}

/** The same input leads to the same, byte for byte, however its keys are written down. */
export function checkSame(decided: Decided<Plan>, inputs: readonly DecompositionInput[]): void {
  for (const input of inputs)
    assert(canonicalJson(decompose(input)) === canonicalJson(decided), 'the same input, the same plan');
}

const isSameSet = (values: readonly string[], others: readonly string[]): boolean =>
  [...values].sort().join() === [...others].sort().join();

const isUnique = (values: readonly string[]): boolean => new Set(values).size === values.length;

function checkOnce({ serviceOrders, products }: Plan): void {
  assert(isUnique(serviceOrders.map(({ id }) => id)), 'no two service orders have one id');
  assert(isUnique(serviceOrders.map(({ service }) => service)), 'a service is at most once in a plan');
  assert(isUnique(products.map(({ id }) => id)), 'a product is at most once in a plan');
}

/** Builders after what they rely on, takers after what relied on them, and nobody else. */
function checkEdges({ serviceOrders }: Plan): void {
  for (const one of serviceOrders) {
    const isDelete = one.action === 'delete';
    const expected = serviceOrders.filter(
      (other) =>
        (other.action === 'delete') === isDelete &&
        (isDelete ? reliesOn(other, one.service) : reliesOn(one, other.service)),
    );
    assert(
      isSameSet(
        one.after,
        expected.map(({ id }) => id),
      ),
      `${one.action} of ${one.specification} comes after what it relies on, or what relied on it`,
    );
  }
  const afterOf = new Map(serviceOrders.map(({ id, after }) => [id, after]));
  assert(
    !findCycle([...afterOf.keys()], (id) => afterOf.get(id) ?? []),
    'no service orders wait in a circle',
  );
}

const reliesOn = ({ bindings }: PlannedServiceOrder, service: string): boolean =>
  Object.values(bindings).includes(service);

function checkSteps({ steps, specification, action }: PlannedServiceOrder): void {
  const names = steps.map(({ name }) => name);
  assert(isUnique(names), `${specification}: each step has a name of its own`);
  const objects = steps.map(({ system, object }) => `${system} ${object}`);
  assert(isUnique(objects), `${specification}: an object is written by one step`);
  for (const { name, after, verb } of steps) {
    assert(
      after.every((other) => names.includes(other)),
      `${specification}: ${name} comes after steps of its own`,
    );
    assert(action !== 'delete' || verb === 'revoke', `${specification}: a delete only takes away`);
    assert(action !== 'add' || verb === 'apply', `${specification}: an add only builds`);
  }
  const afterOf = new Map(steps.map(({ name, after }) => [name, after]));
  assert(!findCycle(names, (name) => afterOf.get(name) ?? []), `${specification}: no steps wait in a circle`);
}

/** All that stands of it goes; what relied on it goes, too. */
function checkDelete(one: PlannedServiceOrder, { serviceOrders }: Plan, { inventory }: DecompositionInput) {
  const service = must(inventory.services[one.service], one.service);
  const there = standing(service).map(({ system, object }) => `${system} ${object}`);
  const taken = one.steps.map(({ system, object }) => `${system} ${object}`);
  assert(isSameSet(there, taken), 'all that stands of it goes');
  const leaving = serviceOrders.filter(({ action }) => action === 'delete').map((other) => other.service);
  for (const other of Object.values(inventory.services)) {
    const isUpon = other.state !== 'terminated' && Object.values(other.bindings).includes(one.service);
    assert(!isUpon || leaving.includes(other.id), 'nothing goes that others rely on');
  }
  for (const other of serviceOrders) {
    assert(other.action === 'delete' || !reliesOn(other, one.service), 'nothing is built on what goes');
  }
}

/** Only where the catalogue says that it can be done without. */
function checkOptional(
  one: PlannedServiceOrder,
  { products }: Plan,
  { items, catalog, inventory }: DecompositionInput,
): void {
  const specification = entryIn(catalog.serviceSpecifications, one.specification);
  for (const step of one.steps) {
    const says = specification && entryIn(specification.steps, step.name)?.optional === true;
    assert(!step.optional || says, `${one.specification}: ${step.name} is optional by its specification`);
  }
  if (!one.optional) {
    assert(one.optionalWith === undefined, 'what is needed is optional with nothing');
    return;
  }
  const product = products.find(({ id }) => id === one.product);
  assert(product?.action !== 'delete', `${one.specification} goes with its product, surely`);
  const offered = Object.values(catalog.productSpecifications).filter(({ services }) =>
    services.some((use) => use.specification === one.specification && use.optional === true),
  );
  if (one.optionalWith === undefined) {
    assert(offered.length > 0, `${one.specification} is optional by its product specification`);
    return;
  }
  const part = must(
    items.find(({ id }) => id === one.optionalWith),
    'the optional part',
  );
  const offering = part.offering ?? inventory.products[part.productId ?? '']?.offering;
  const named = Object.values(catalog.productOfferings).flatMap(({ bundles }) => bundles);
  assert(
    named.some((bundled) => bundled.offering === offering && bundled.optional === true),
    `${offering} is an optional part of its bundle`,
  );
}

/** Exclusive on all that the order touches, shared on what that is built on and stays as it is. */
function checkClaims({ claims, products, serviceOrders }: Plan, { inventory }: DecompositionInput): void {
  const { exclusive, shared } = claims;
  assert(isUnique([...exclusive, ...shared]), 'a product is claimed once');
  for (const { id } of products) assert(exclusive.includes(id), `${id} is claimed`);
  for (const { product, action, bindings, specification } of serviceOrders) {
    assert(exclusive.includes(product), `the product of ${specification} is claimed`);
    const below = Object.values(bindings).flatMap((id) => inventory.services[id]?.product ?? []);
    assert(
      action === 'delete' || below.every((id) => exclusive.includes(id) || shared.includes(id)),
      `what ${specification} relies on is claimed`,
    );
  }
}

/** A new product has the services its specification wants, one of each; whose services go, goes. */
function checkProducts({ products, serviceOrders }: Plan, { catalog }: DecompositionInput): void {
  for (const { id, action, specification, characteristics } of products) {
    if (action !== 'add') continue;
    const uses = catalog.productSpecifications[specification]?.services ?? [];
    const wanted = uses.filter(({ when }) => when === 'true' || characteristics.extra === true);
    const made = serviceOrders.filter((one) => one.product === id);
    assert(
      isSameSet(
        made.map((one) => one.specification),
        wanted.map((use) => use.specification),
      ),
      `${specification} is made of the services it needs`,
    );
    for (const one of made) checkAdd(one, catalog.serviceSpecifications[one.specification]);
  }
}

function checkAdd(one: PlannedServiceOrder, specification: ServiceSpecification | undefined): void {
  const { steps = {}, reliesOn: aliases = {} } = specification ?? {};
  assert(one.action === 'add', 'a new product has new services');
  assert(
    isSameSet(Object.keys(aliases), Object.keys(one.bindings)),
    `${one.specification} is bound to all it relies on`,
  );
  for (const name of Object.keys(steps)) {
    const step = one.steps.find((other) => other.name === name);
    assert(step !== undefined && !step.ifChanged, `${one.specification} is built with ${name}, surely`);
    assert(
      isSameSet(step.after, steps[name]?.after ?? []),
      `${one.specification}: ${name} comes after what it is built on`,
    );
  }
}
