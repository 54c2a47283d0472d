import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine } from '../../src/order/machine.ts';
import { type Books, type Row, rowsOf } from './books.ts';
import { leftoversOf } from './leftovers.ts';
import { orderNamedIn } from './orderNamedIn.ts';
import type { Violation } from './reckoning.ts';

/** Services are what their footprints say, products what became of their orders. */
export function checkInventory(books: Books): readonly Violation[] {
  return [...servicesAreFootprints(books), ...productsAreOrders(books), ...servicesFollowProducts(books)];
}

function servicesAreFootprints(books: Books): Violation[] {
  const leftovers = leftoversOf(books);
  const held = new Map<string, number>();
  for (const { service_id, presence } of rowsOf(books, 'footprint'))
    if (presence !== 'absent') held.set(service_id, (held.get(service_id) ?? 0) + 1);
  return rowsOf(books, 'service').flatMap(({ id, state }) => {
    const holds = held.get(id) ?? 0;
    const fits = state === 'active' ? holds > 0 : state === 'terminated' ? holds === 0 : true;
    if (fits || leftovers.services.has(id)) return [];
    const what = `service ${id} is ${state} and holds ${holds} objects`;
    return [{ law: 'a service holds objects while it is active', what, orders: orderNamedIn(id) }];
  });
}

/** What the ended items of a product's orders, one after the other, make of it. */
function statusAfter(items: readonly { readonly action: string; readonly state: string }[]): string {
  let status = 'none';
  for (const { action, state } of items) {
    if (action === 'add') status = { completed: 'active', cancelled: 'cancelled' }[state] ?? 'aborted';
    if (action === 'delete' && state === 'completed') status = 'terminated';
  }
  return status;
}

function productsAreOrders(books: Books): Violation[] {
  const items = new Map<string, Row>(
    rowsOf(books, 'order_item').map((row) => [`${row.order_id} ${row.id}`, row]),
  );
  const ended = new Set(
    rowsOf(books, 'product_order')
      .filter(({ state }) => isFinal(orderMachine, state))
      .map(({ id }) => id),
  );
  return rowsOf(books, 'product').flatMap(({ id, status, order_items }) => {
    const refs = order_items as readonly { order: string; item: string; action: string }[];
    if (!refs.every(({ order }) => ended.has(order))) return [];
    const expected = statusAfter(
      refs.map(({ order, item, action }) => ({ action, state: items.get(`${order} ${item}`)?.state })),
    );
    if (expected === status) return [];
    const what = `product ${id} is ${status}; its orders make it ${expected}`;
    return [
      { law: 'products are what became of their orders', what, orders: refs.map(({ order }) => order) },
    ];
  });
}

const serviceOfProduct: Readonly<Record<string, string>> = {
  active: 'active',
  terminated: 'terminated',
  aborted: 'terminated',
  cancelled: 'terminated',
};

function servicesFollowProducts(books: Books): Violation[] {
  const leftovers = leftoversOf(books);
  const products = new Map<string, Row>(rowsOf(books, 'product').map((row) => [row.id, row]));
  return rowsOf(books, 'service').flatMap(({ id, state, product_id, characteristics }) => {
    const product = products.get(product_id);
    const law = 'services are what their products say';
    const expected = serviceOfProduct[product?.status];
    if (leftovers.services.has(id)) return [];
    if (expected !== undefined && state !== expected) {
      const what = `service ${id} is ${state}, product ${product_id} is ${product?.status}`;
      return [{ law, what, orders: orderNamedIn(id) }];
    }
    const { downstreamMbps } = characteristics;
    const wanted = product?.characteristics.downstreamMbps;
    if (state !== 'active' || downstreamMbps === undefined || downstreamMbps === wanted) return [];
    const what = `service ${id} has ${downstreamMbps} Mbit/s, its product ${wanted}`;
    return [{ law, what, orders: orderNamedIn(id) }];
  });
}
