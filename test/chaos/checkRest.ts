import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine, type OrderState } from '../../src/order/machine.ts';
import { foundLateCodes } from '../../src/serviceOrder/fallout.ts';
import { serviceOrderMachine } from '../../src/serviceOrder/machine.ts';
import { type Books, type Row, rowsOf } from './books.ts';
import { onHoldIn } from './leftovers.ts';
import { orderNamedIn } from './orderNamedIn.ts';
import type { Violation } from './reckoning.ts';

const law = 'everything is terminal or waits for a person';

/** Whether nobody but a person can move this order any more, and a person knows of it. */
export const isAtRest = (order: {
  readonly state: OrderState;
  readonly held_by: string | null;
  /** It has open fallout. */
  readonly told: boolean;
}): boolean =>
  order.state === 'held' ? order.told || order.held_by !== null : isFinal(orderMachine, order.state);

export function checkRest(books: Books): readonly Violation[] {
  const inTime = books.settled ? [] : [{ law, what: 'not everything came to rest in time', orders: [] }];
  return [
    ...ordersRest(books),
    ...serviceOrdersRest(books),
    ...nothingWaits(books),
    ...falloutIsOfOpenOrders(books),
    ...inTime,
  ];
}

const openFallout = (books: Books): readonly Row[] =>
  rowsOf(books, 'fallout').filter(({ closed_at }) => closed_at === null);

function ordersRest(books: Books): Violation[] {
  const told = new Set(openFallout(books).map(({ order_id }) => order_id));
  return rowsOf(books, 'product_order')
    .filter(({ id, state, held_by }) => !isAtRest({ state, held_by: held_by ?? null, told: told.has(id) }))
    .map(({ id, state }) => ({
      law,
      what: state === 'held' ? `${id} is held, and nobody has been told` : `${id} is ${state}`,
      orders: [id],
    }));
}

/** One of a held order may not have begun; anything else that is open is held, for a reason that is told. */
function serviceOrdersRest(books: Books): Violation[] {
  const told = new Set(openFallout(books).map(({ service_order_id }) => service_order_id));
  const onHold = onHoldIn(books);
  const open = new Set(
    rowsOf(books, 'product_order')
      .filter(({ state }) => !isFinal(orderMachine, state))
      .map(({ id }) => id),
  );
  return rowsOf(books, 'service_order').flatMap(({ id, state, order_id }) => {
    if (isFinal(serviceOrderMachine, state) || onHold.has(id)) return [];
    if (state === 'held' && told.has(id)) return [];
    const orders = order_id === null ? orderNamedIn(id) : [order_id];
    if (order_id !== null && !open.has(order_id))
      return [{ law, what: `service order ${id} is ${state}, its order has ended`, orders }];
    if (order_id !== null && state === 'acknowledged') return [];
    const why = state === 'held' ? ', and nobody has been told' : '';
    return [{ law, what: `service order ${id} is ${state}${why}`, orders }];
  });
}

/** Whoever should have worked it off did not; a watch rests while somebody works on its product. */
function nothingWaits(books: Books): Violation[] {
  const claimed = new Set(rowsOf(books, 'claim').map(({ product_id }) => product_id));
  const services = new Map<string, Row>(rowsOf(books, 'service').map((row) => [row.id, row]));
  const isBusy = (service: string) => claimed.has(services.get(service)?.product_id ?? service);
  const holderOf = ({ system, object }: Row): string =>
    rowsOf(books, 'footprint').find(
      (row) => row.system === system && row.object === object && row.presence !== 'absent',
    )?.service_id;
  const watches = rowsOf(books, 'watch').filter((row) => !isBusy(row.service_id) && !isBusy(holderOf(row)));
  return [
    ...rowsOf(books, 'dispatch').map(({ order_id, command, last_error }) => ({
      law,
      what: `${command} of ${order_id} was never sent: ${last_error}`,
      orders: [order_id],
    })),
    ...watches.map(({ system, object }) => ({
      law,
      what: `${system} ${object} is still watched`,
      orders: orderNamedIn(object),
    })),
    ...rowsOf(books, 'bulk_entry')
      .filter(({ state }) => state === 'waiting')
      .map(({ task_id, fallout_id }) => ({
        law,
        what: `${fallout_id} of bulk task ${task_id} still waits`,
        orders: [],
      })),
    ...rowsOf(books, 'callback')
      .filter(({ state }) => state === 'waiting')
      .map(({ system, message_id, service_order_id }) => ({
        law,
        what: `callback ${message_id} of ${system} still waits`,
        orders: orderNamedIn(service_order_id ?? ''),
      })),
  ];
}

/** Only what a watch found is opened when its order is over. */
function falloutIsOfOpenOrders(books: Books): Violation[] {
  const states = new Map<string, string>([
    ...rowsOf(books, 'product_order').map(({ id, state }) => [id, state] as const),
    ...rowsOf(books, 'service_order').map(({ id, state }) => [id, state] as const),
  ]);
  const isOver = (id: string | null): boolean =>
    id !== null && isFinal(serviceOrderMachine, (states.get(id) ?? 'failed') as OrderState);
  return openFallout(books)
    .filter(({ code }) => !(foundLateCodes as readonly string[]).includes(code))
    .filter(({ order_id, service_order_id }) => isOver(order_id) || isOver(service_order_id))
    .map(({ id, order_id, service_order_id, class: of, code }) => ({
      law: 'fallout is open as long as what it is about',
      what: `${id} (${of} ${code}) is open, ${service_order_id ?? order_id} has ended`,
      orders: order_id === null ? orderNamedIn(service_order_id) : [order_id],
    }));
}
