import { evaluateText } from '../../src/catalog/expressions.ts';
import { type Catalog, entryIn, type ServiceUse } from '../../src/catalog/model.ts';
import { type Json, type JsonObject, sameJson } from '../../src/kernel/json.ts';
import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { grouped } from '../../src/order/ties.ts';
import { type Books, type Row, rowsOf } from './books.ts';
import { catalogueIn, typesOf } from './catalogueIn.ts';
import { leftoversOf } from './leftovers.ts';
import { orderNamedIn } from './orderNamedIn.ts';
import type { Violation } from './reckoning.ts';

/** From what was ordered to products, and from products to services, by the catalogue and not by any plan. */
export function checkPromises(books: Books): readonly Violation[] {
  const catalogue = catalogueIn(books);
  if (catalogue === undefined)
    return [{ law: 'products are what became of their orders', what: 'there is no catalogue', orders: [] }];
  return [
    ...completedOrdersHaveProducts(books),
    ...nobodyIsMissing(books),
    ...productsAreOrders(books, catalogue),
    ...servicesFollowProducts(books, catalogue),
  ];
}

function completedOrdersHaveProducts(books: Books): Violation[] {
  const law = 'a completed order has what it ordered';
  const products = new Map<string, Row>(rowsOf(books, 'product').map((row) => [row.id, row]));
  const states = new Map<string, string>(rowsOf(books, 'service_order').map(({ id, state }) => [id, state]));
  return rowsOf(books, 'product_order').flatMap(({ id: order, state, plan }) => {
    if (state !== 'completed') return [];
    const complain = (what: string): Violation => ({ law, what: `${order}: ${what}`, orders: [order] });
    const items = rowsOf(books, 'order_item').filter(({ order_id }) => order_id === order);
    if (items.length === 0) return [complain('it has no items')];
    const lacking = items.flatMap(({ id, action, state: of, products: named }) => {
      if (of !== 'completed') return [complain(`item ${id} is ${of}`)];
      if (action === 'noChange') return [];
      if (named.length === 0) return [complain(`item ${id} names no product`)];
      const isThere = (product: string) =>
        products.get(product)?.order_items.some((ref: Row) => ref.order === order && ref.item === id);
      const missing = (named as string[]).filter((product) => !isThere(product));
      return missing.map((product) => complain(`product ${product} of item ${id} is not there for it`));
    });
    const undone = ((plan?.serviceOrders ?? []) as Row[])
      .filter(({ id }) => states.get(id) !== 'completed')
      .filter(({ skippable, optional }) => !skippable && !optional)
      .map(({ id }) => complain(`its service order ${id} is ${states.get(id) ?? 'not there'}`));
    return [...(plan ? [] : [complain('it has no plan')]), ...lacking, ...undone];
  });
}

/** Whatever became of it: an order that was decomposed has its products, and a service of a product has that. */
function nobodyIsMissing(books: Books): Violation[] {
  const law = 'products and services are never lost';
  const known = new Set(rowsOf(books, 'product').map(({ id }) => id));
  const planned = rowsOf(books, 'product_order').flatMap(({ id, plan }) =>
    ((plan?.products ?? []) as Row[]).map((product) => ({ id: product.id, of: `order ${id}` })),
  );
  const served = rowsOf(books, 'service')
    .filter(({ product_id }) => (product_id ?? null) !== null)
    .map(({ id, product_id }) => ({ id: product_id, of: `service ${id}` }));
  return [...planned, ...served]
    .filter(({ id }) => !known.has(id))
    .map(({ id, of }) => ({ law, what: `product ${id} of ${of} is not there`, orders: orderNamedIn(of) }));
}

interface Expected {
  readonly status: string;
  readonly offering: string | null;
  readonly characteristics: JsonObject;
}

/** What one ended item makes of a product: its status, and the values that were ordered last. */
function after(before: Expected, item: Row, specification: string, catalogue: Catalog): Expected {
  const { action, state } = item;
  if (action === 'delete') return state === 'completed' ? { ...before, status: 'terminated' } : before;
  const isAdd = action === 'add';
  const ended = { completed: 'active', cancelled: 'cancelled' }[state as string] ?? 'aborted';
  const status = isAdd ? ended : before.status;
  if (!isAdd && state !== 'completed') return before;
  const offering = item.offering ?? before.offering;
  const fixes = entryIn(catalogue.productOfferings, offering ?? '')?.fixes ?? {};
  const specified = entryIn(catalogue.productSpecifications, specification)?.characteristics ?? {};
  const defaults = Object.fromEntries(
    Object.entries(specified).flatMap(([name, one]) =>
      one.default === undefined ? [] : [[name, one.default]],
    ),
  );
  const base: Readonly<Record<string, Json>> = isAdd ? defaults : before.characteristics;
  return { status, offering, characteristics: { ...base, ...item.characteristics, ...fixes } };
}

function productsAreOrders(books: Books, catalogue: Catalog): Violation[] {
  const law = 'products are what became of their orders';
  const items = itemsByName(books);
  const ended = endedOrders(books);
  return rowsOf(books, 'product').flatMap((product) => {
    const { id, order_items, specification } = product;
    const refs = order_items as readonly { order: string; item: string }[];
    if (!refs.every(({ order }) => ended.has(order))) return [];
    const orders = refs.map(({ order }) => order);
    let expected: Expected = { status: 'none', offering: null, characteristics: {} };
    for (const { order, item } of refs) {
      const row = items.get(`${order} ${item}`);
      if (row === undefined) return [{ law, what: `item ${item} of product ${id} is not there`, orders }];
      expected = after(expected, row, specification, catalogue);
    }
    return (['status', 'offering', 'characteristics'] as const)
      .filter((name) => !sameJson(product[name], expected[name]))
      .map((name) => {
        const [is, should] = [product[name], expected[name]].map((value) => JSON.stringify(value));
        return { law, what: `the ${name} of product ${id} is ${is}; its orders make it ${should}`, orders };
      });
  });
}

const itemsByName = (books: Books): ReadonlyMap<string, Row> =>
  new Map(rowsOf(books, 'order_item').map((row) => [`${row.order_id} ${row.id}`, row]));

const endedOrders = (books: Books): ReadonlySet<string> =>
  new Set(
    rowsOf(books, 'product_order')
      .filter(({ state }) => isFinal(orderMachine, state))
      .map(({ id }) => id),
  );

/** An item of a partial order that was not completed may have a service that stands, past its point of no return. */
function mayStandAlone(books: Books): (product: Row) => boolean {
  const items = itemsByName(books);
  const partial = new Set(
    rowsOf(books, 'product_order')
      .filter(({ state }) => state === 'partial')
      .map(({ id }) => id),
  );
  return ({ order_items }) => {
    const last = order_items.at(-1);
    return partial.has(last?.order) && items.get(`${last.order} ${last.item}`)?.state !== 'completed';
  };
}

function servicesFollowProducts(books: Books, catalogue: Catalog): Violation[] {
  const leftovers = leftoversOf(books);
  const ended = endedOrders(books);
  const standsAlone = mayStandAlone(books);
  const services = grouped(rowsOf(books, 'service'), ({ product_id }) => product_id ?? '');
  return rowsOf(books, 'product').flatMap((product) => {
    const refs = product.order_items as readonly { order: string }[];
    const own = services.get(product.id) ?? [];
    if (!refs.every(({ order }) => ended.has(order)) || standsAlone(product)) return [];
    if (own.some(({ id }) => leftovers.services.has(id))) return [];
    const specification = entryIn(catalogue.productSpecifications, product.specification);
    const complain = (what: string): Violation => ({
      law: 'services are what their products say',
      what: `product ${product.id} is ${product.status}; ${what}`,
      orders: orderNamedIn(product.id),
    });
    if (specification === undefined) return [complain('its specification is unknown')];
    const types = typesOf(specification.characteristics);
    return [
      ...own
        .filter(({ specification: of }) => !specification.services.some((use) => use.specification === of))
        .map(({ id, specification: of }) => complain(`${id} is a ${of}, which is none of its services`)),
      ...specification.services.flatMap((use) => differencesIn(product, own, use, types).map(complain)),
    ];
  });
}

/** How what stands of one service differs from what the product says of it. */
function differencesIn(
  product: Row,
  own: readonly Row[],
  use: ServiceUse,
  types: Readonly<Record<string, string>>,
): string[] {
  const answerOf = (text: string): Json | undefined => {
    const evaluated = evaluateText(text, { characteristics: product.characteristics }, types);
    return evaluated.ok ? evaluated.value : undefined;
  };
  const active = own.filter(
    ({ specification, state }) => specification === use.specification && state === 'active',
  );
  const wanted = product.status === 'active' && answerOf(use.when) === true ? 1 : 0;
  const fits = active.length === wanted || (use.optional === true && active.length === 0);
  if (!fits) return [`of its ${use.specification} ${active.length} are active, and not ${wanted}`];
  return active.flatMap(({ id, characteristics }) =>
    Object.entries(use.map)
      .filter(([name, text]) => !sameJson(characteristics[name], answerOf(text)))
      .map(([name, text]) => `${name} of service ${id} is ${characteristics[name]}, not ${answerOf(text)}`),
  );
}
