import { evaluateText } from '../../src/catalog/expressions.ts';
import { entryIn, type ServiceSpecification, type StepSpecification } from '../../src/catalog/model.ts';
import { type Json, type JsonObject, sameJson } from '../../src/kernel/json.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { grouped } from '../../src/order/ties.ts';
import { serviceOrderMachine, type ServiceOrderState } from '../../src/serviceOrder/machine.ts';
import { type Books, nameOf, type Row, rowsOf } from './books.ts';
import { catalogueIn, typesOf } from './catalogueIn.ts';
import { leftoversOf } from './leftovers.ts';
import { orderNamedIn } from './orderNamedIn.ts';
import { overriddenIn } from './overriding.ts';
import type { Violation } from './reckoning.ts';

const becameOfOrders = 'services are what became of their service orders';

/** Services are what their service orders made of them, and hold what their specification says, with its values. */
export function checkInventory(books: Books): readonly Violation[] {
  const items = itemsByService(books);
  const isOver = ({ order }: Ordered) => order === undefined || isFinal(serviceOrderMachine, order.state);
  const settled = rowsOf(books, 'service').filter(({ id }) => (items.get(id) ?? []).every(isOver));
  const known = new Set(rowsOf(books, 'service').map(({ id }) => id));
  const missing = [...items.keys()].filter((id) => !known.has(id));
  return [
    ...missing.map((id) => ({
      law: becameOfOrders,
      what: `service ${id} was ordered and is not there`,
      orders: orderNamedIn(id),
    })),
    ...settled.flatMap((service) => servicesAreOrders(service, items.get(service.id) ?? [])),
    ...settled.flatMap(servicesHoldTheirObjects(books)),
    ...completedMeansDone(books),
    ...finishedStepsHaveTheirSay(books),
  ];
}

interface Ordered {
  readonly item: Row;
  /** Undefined where it is gone. */
  readonly order: { readonly state: ServiceOrderState } | undefined;
}

/** What was ordered of each service, in the order in which it ended. */
function itemsByService(books: Books): ReadonlyMap<string, readonly Ordered[]> {
  const orders = new Map<string, Row>(rowsOf(books, 'service_order').map((row) => [row.id, row]));
  const ordered = rowsOf(books, 'service_item')
    .map((item) => ({ item, order: orders.get(item.service_order_id) }))
    .sort((left, right) => endOf(left.order) - endOf(right.order));
  return grouped(ordered, ({ item }) => item.service_id as string);
}

/** What has not ended comes last. */
const endOf = (order: Row): number =>
  (order?.completed_at ?? null) === null ? Number.MAX_VALUE : Date.parse(order.completed_at);

function servicesAreOrders(service: Row, ordered: readonly Ordered[]): Violation[] {
  const law = becameOfOrders;
  let state = 'none';
  let characteristics: unknown;
  if (ordered.some(({ order }) => order === undefined))
    return [{ law, what: `a service order of ${service.id} is not there`, orders: orderNamedIn(service.id) }];
  for (const { item } of ordered) {
    const isDone = item.state === 'completed';
    if (item.action === 'add') state = isDone ? 'active' : 'terminated';
    if (item.action === 'delete' && isDone) state = 'terminated';
    if (item.action !== 'delete' && isDone) characteristics = item.characteristics;
  }
  const orders = orderNamedIn(service.id);
  if (service.state !== state)
    return [
      { law, what: `service ${service.id} is ${service.state}; its service orders make it ${state}`, orders },
    ];
  if (state !== 'active' || sameJson(service.characteristics, characteristics)) return [];
  const what = `service ${service.id} has ${JSON.stringify(service.characteristics)}; ordered was ${JSON.stringify(characteristics)}`;
  return [{ law, what, orders }];
}

/** Each object of the specification, no other, each with the values that the service's own make it. */
function servicesHoldTheirObjects(books: Books): (service: Row) => Violation[] {
  const law = 'a service holds what its specification says';
  const leftovers = leftoversOf(books);
  const catalogue = catalogueIn(books);
  const held = grouped(
    rowsOf(books, 'footprint').filter(({ presence }) => presence !== 'absent'),
    ({ service_id }) => service_id as string,
  );
  const bindingsOf = bindingsIn(books, leftovers.attestedThere);
  const overridden = overriddenIn(books);
  const isTold = (one: NamedObject) =>
    leftovers.objects.has(nameOf(one)) || leftovers.attestedGone.has(nameOf(one));
  return (service) => {
    const holds = (held.get(service.id) ?? []).filter((one) => !isTold(one));
    const complain = (what: string): Violation => ({
      law,
      what: `service ${service.id} is ${service.state}; ${what}`,
      orders: orderNamedIn(service.id),
    });
    const specification = entryIn(catalogue?.serviceSpecifications ?? {}, service.specification);
    if (specification === undefined) return [complain('its specification is unknown')];
    if (service.state !== 'active') return holds.map((one) => complain(`it holds ${nameOf(one)}`));
    const answerOf = answersOf(service, specification, bindingsOf(service));
    const wanted = wantedOf(specification, answerOf, (step) => overridden.builtWith(service.id, step));
    const results = Object.entries(specification.results).filter(
      ([name, text]) => !sameJson(service.results[name], answerOf(text)),
    );
    const names = new Set(wanted.map(nameOf));
    const lacking = wanted
      .filter((one) => !one.optional && !leftovers.objects.has(nameOf(one)))
      .filter((one) => !holds.some((print) => nameOf(print) === nameOf(one)));
    const different = holds.flatMap((print) => {
      const one = wanted.find((other) => nameOf(other) === nameOf(print));
      if (one === undefined || one.values.some((values) => sameJson(values, print.values))) return [];
      const [is, ...should] = [print.values, ...one.values].map((values) => JSON.stringify(values));
      return [complain(`${nameOf(print)} has ${is}; what was ordered makes it ${should.join(' or ')}`)];
    });
    return [
      ...lacking.map((one) => complain(`it does not hold ${nameOf(one)}`)),
      ...holds
        .filter((one) => !names.has(nameOf(one)))
        .map((one) => complain(`it holds ${nameOf(one)} besides`)),
      ...different,
      ...results.map(([name, text]) =>
        complain(`its result ${name} is ${service.results[name]}, and not ${answerOf(text)}`),
      ),
    ];
  };
}

interface Bindings {
  readonly steps: Record<string, Row>;
  readonly reliesOn: Record<string, Row>;
}

/** The results that a person gave against the evidence count like those that were seen. */
function bindingsIn(books: Books, attestedThere: ReadonlySet<string>): (service: Row) => Bindings {
  const services = new Map<string, Row>(rowsOf(books, 'service').map((row) => [row.id, row]));
  const ofService = (table: string, id: string): readonly Row[] =>
    rowsOf(books, table).filter(({ service_id }) => service_id === id);
  const named = (rows: readonly (readonly [string, Row])[]) => Object.fromEntries(rows);
  return ({ id }) => ({
    steps: named(
      ofService('footprint', id)
        .filter(
          (one) =>
            one.presence === 'present' || (one.presence === 'doubtful' && attestedThere.has(nameOf(one))),
        )
        .map(({ step, results }) => [step, results]),
    ),
    reliesOn: named(
      ofService('service_binding', id).map(({ alias, relies_on_id }) => [
        alias,
        services.get(relies_on_id)?.results ?? {},
      ]),
    ),
  });
}

interface NamedObject {
  readonly system: string;
  readonly object: string;
}

interface WantedObject extends NamedObject {
  /** One for each moment at which people may have set something else. */
  readonly values: readonly Readonly<Record<string, Json | undefined>>[];
  readonly optional: boolean;
}

type Answers = (text: string) => Json | undefined;

function answersOf(service: Row, specification: ServiceSpecification, bindings: Bindings): Answers {
  const { steps, reliesOn } = bindings;
  const { characteristics } = service;
  const bound = { service: { id: service.id }, characteristics, steps, reliesOn };
  const types = typesOf(specification.characteristics);
  return (text) => {
    const evaluated = evaluateText(text, bound, types);
    return evaluated.ok ? evaluated.value : undefined;
  };
}

const wantedOf = (
  { steps }: ServiceSpecification,
  answerOf: Answers,
  builtWith: (step: string) => readonly JsonObject[],
): WantedObject[] =>
  Object.entries(steps).map(([name, step]: [string, StepSpecification]) => ({
    system: step.system,
    object: String(answerOf(step.object)),
    values: builtWith(name).map((set) =>
      Object.fromEntries(
        Object.entries(step.values).map(([value, text]) => [value, set[value] ?? answerOf(text)]),
      ),
    ),
    optional: step.optional === true,
  }));

function completedMeansDone(books: Books): Violation[] {
  const over: readonly string[] = ['done', 'skipped', 'leftBehind'];
  const completed = new Set(
    rowsOf(books, 'service_order')
      .filter(({ state }) => state === 'completed')
      .map(({ id }) => id),
  );
  return rowsOf(books, 'step')
    .filter(({ service_order_id, state }) => completed.has(service_order_id) && !over.includes(state))
    .map(({ service_order_id, name, state }) => ({
      law: 'a completed service order has done all its steps',
      what: `${name} of ${service_order_id} is ${state}`,
      orders: orderNamedIn(service_order_id),
    }));
}

/** What the last finished step about an object did to it is what the footprint says. */
function finishedStepsHaveTheirSay(books: Books): Violation[] {
  const leftovers = leftoversOf(books);
  const present = new Set(
    rowsOf(books, 'footprint')
      .filter(({ presence }) => presence !== 'absent')
      .map(nameOf),
  );
  const tried = rowsOf(books, 'step').filter(({ attempt }) => attempt > 0);
  return [...grouped<Row>(tried, nameOf)].flatMap(([name, steps]) => {
    const [last] = steps.toSorted((left, right) => Date.parse(right.ended_at) - Date.parse(left.ended_at));
    if (leftovers.objects.has(name) || leftovers.attestedGone.has(name)) return [];
    if (steps.some(({ ended_at }) => ended_at === null)) return [];
    if (last?.state !== 'done' || (last.verb === 'apply') === present.has(name)) return [];
    const what = `${last.verb} of ${name} by ${last.service_order_id} is done, and its footprint is not so`;
    return [{ law: 'what a step did stands', what, orders: orderNamedIn(name) }];
  });
}
