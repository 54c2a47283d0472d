import { together } from '../../drizzle/reads/together.ts';
import type { OneServiceOrder, OrderDetails } from '../../drizzle/reads/orderDetails.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import { dateTime, given } from '../resource.ts';
import { holdView } from './holds.ts';

type ServiceOrders = OrderDetails['serviceOrders'];
type ServiceOrder = ServiceOrders['orders'][number];
type Step = ServiceOrders['steps'][number];
type Attempt = ServiceOrders['attempts'][number];
type Footprint = ServiceOrders['footprints'][number];
type Override = ServiceOrders['overrides'][number];

/** Everything that TMF has no place for: what an operator needs to see why an order does not move. */
export function orderView(details: OrderDetails): JsonObject {
  const { order, items } = details;
  return given({
    id: order.id,
    externalId: order.externalId,
    state: order.state,
    version: order.version,
    orderedAt: dateTime(order.orderedAt),
    decomposedAt: dateTime(order.decomposedAt),
    completedAt: dateTime(order.completedAt),
    catalogueHash: order.snapshot,
    runChain: order.runChain,
    items: items.map(({ id, action, state, code, offering, products }) =>
      given({ id, action, state, code, offering, products }),
    ),
    plan: planView(details),
    serviceOrders: serviceOrderViews(details.serviceOrders),
    ...openView(details),
  });
}

/** The same for one service order. Its items are told one by one: from outside there may be several. */
export function serviceOrderView(details: OneServiceOrder): JsonObject {
  const { order, serviceOrders } = details;
  const [view = {}] = serviceOrderViews(serviceOrders);
  const { item, action: _, service: __, specification: ___, changedResults: ____, ...rest } = view;
  return given({
    ...rest,
    ...{ productOrder: order.orderId, productOrderItem: item, compensates: order.compensates },
    ...{ externalId: order.externalId, runChain: order.runChain },
    requestedStart: dateTime(order.requestedStart),
    items: serviceOrders.items.map(({ ordinal, action, state, code, serviceId, specification, changed }) =>
      given({
        ...{ item: ordinal, action, state, code, service: serviceId, specification },
        changedResults: changed,
      }),
    ),
    footprints: serviceOrders.footprints.map((row) => ({ service: row.serviceId, ...footprintView(row) })),
    ...openView(details),
  });
}

/** What is open about an order: who holds it, what waits for a person, what it holds on to, what is still to be sent. */
const openView = ({
  onHold,
  fallout,
  claims,
  commands,
}: Pick<OrderDetails, 'onHold' | 'fallout' | 'claims' | 'commands'>) => ({
  onHold: onHold && holdView(onHold),
  fallout: fallout.map(({ id, serviceOrderId, item, step, system, class: falloutClass, code, openedAt }) =>
    given({
      ...{ id, serviceOrder: serviceOrderId, item, step, system, class: falloutClass, code },
      openedAt: dateTime(openedAt),
    }),
  ),
  claims: claims.map(({ productId, mode, holders }) => ({ product: productId, mode, holders })),
  commands: commands.map(({ command, dueAt, tries, lastError }) =>
    given({ command, dueAt: dateTime(dueAt), tries, lastError }),
  ),
});

function planView({ order }: OrderDetails): JsonObject | undefined {
  const { plan, compactPlan, planHash } = order;
  if (plan === null) return undefined;
  return given({
    hash: planHash,
    format: plan.format,
    rules: plan.rules,
    settings: compactPlan?.settings as unknown as Json | undefined,
    serviceOrders: plan.serviceOrders.map(({ id, item, action, service, specification, domain, after }) => ({
      id,
      item,
      action,
      service,
      specification,
      domain,
      after,
    })),
  });
}

function serviceOrderViews({
  orders,
  items,
  steps,
  attempts,
  footprints,
  overrides,
}: ServiceOrders): JsonObject[] {
  const itemsOf = together(items, ({ serviceOrderId }) => serviceOrderId);
  const stepsOf = together(steps, ({ serviceOrderId }) => serviceOrderId);
  const attemptsOf = together(attempts, attemptOwner);
  const footprintsOf = together(footprints, ({ serviceId }) => serviceId);
  const overridesOf = together(overrides, ({ serviceId }) => serviceId);
  return orders.map((serviceOrder) => {
    const [item] = itemsOf(serviceOrder.id);
    return {
      ...headView(serviceOrder),
      ...(item && {
        action: item.action,
        service: item.serviceId,
        specification: item.specification,
        changedResults: item.changed,
      }),
      steps: stepsOf(serviceOrder.id).map((step) =>
        stepView(
          step,
          attemptsOf(attemptOwner({ ...step, step: step.name })),
          overridesOf(item?.serviceId ?? '').find((set) => isMapped(step) && set.step === step.name),
        ),
      ),
      footprints: item ? footprintsOf(item.serviceId).map(footprintView) : [],
    };
  });
}

/** A step whose values are computed, and may be overridden; all others go back to what is known. */
const isMapped = ({ verb, fixed }: Step): boolean => verb === 'apply' && fixed === null;

const attemptOwner = ({ serviceOrderId, item, step }: Pick<Attempt, 'serviceOrderId' | 'item' | 'step'>) =>
  `${serviceOrderId} ${item} ${step}`;

const headView = (serviceOrder: ServiceOrder): JsonObject =>
  given({
    id: serviceOrder.id,
    item: serviceOrder.orderItemId,
    state: serviceOrder.state,
    version: serviceOrder.version,
    domain: serviceOrder.domain,
    after: serviceOrder.after,
    orderedAt: dateTime(serviceOrder.orderedAt),
    startedAt: dateTime(serviceOrder.startedAt),
    completedAt: dateTime(serviceOrder.completedAt),
  });

const stepView = (step: Step, attempts: readonly Attempt[], override: Override | undefined): JsonObject =>
  given({
    name: step.name,
    item: step.item,
    system: step.system,
    verb: step.verb,
    object: step.object,
    after: step.after,
    state: step.state,
    tries: step.attempt,
    generation: step.generation,
    startedAt: dateTime(step.startedAt),
    endedAt: dateTime(step.endedAt),
    wanted: step.wanted,
    override: override && overrideView(override),
    before: step.before as Json,
    error:
      step.errorClass === null
        ? undefined
        : given({ class: step.errorClass, code: step.errorCode, message: step.errorMessage }),
    attempts: attempts.map(attemptView),
  });

export const attemptView = (attempt: Attempt): JsonObject =>
  given({
    number: attempt.number,
    key: attempt.key,
    notedAt: dateTime(attempt.notedAt),
    endedAt: dateTime(attempt.endedAt),
    outcome: attempt.outcome,
    code: attempt.code,
    message: attempt.message,
    seen: attempt.seen,
  });

const overrideView = ({ values, setBy, setAt }: Override): JsonObject =>
  given({ values, setBy, setAt: dateTime(setAt) });

const footprintView = ({
  step,
  system,
  object,
  presence,
  values,
  results,
  version,
  key,
  builtAfter,
}: Footprint): JsonObject => ({ step, system, object, presence, values, results, version, key, builtAfter });
