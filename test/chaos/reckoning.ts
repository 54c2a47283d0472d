import { isFinal } from '../../src/kernel/machine.ts';
import { orderMachine, type OrderState } from '../../src/order/machine.ts';
import { serviceOrderMachine, type ServiceOrderState } from '../../src/serviceOrder/machine.ts';
import { type Books, type Row, rowsOf } from './books.ts';
import { checkEvents } from './checkEvents.ts';
import { checkInventory } from './checkInventory.ts';
import { checkNetwork } from './checkNetwork.ts';
import { checkPeople } from './checkPeople.ts';
import { checkPromises } from './checkPromises.ts';
import { checkRest } from './checkRest.ts';
import { orderNamedIn } from './orderNamedIn.ts';

export interface Violation {
  /** What should have held. */
  readonly law: string;
  readonly what: string;
  /** The product orders concerned. */
  readonly orders: readonly string[];
}

export type Check = (books: Books) => readonly Violation[];

const openStates = (rows: readonly Row[]): ReadonlyMap<string, OrderState> =>
  new Map(rows.filter(({ state }) => !isFinal(orderMachine, state)).map(({ id, state }) => [id, state]));

/** Service orders of no product order, such as those that take away what came late. */
const openByThemselves = (books: Books): ReadonlyMap<string, ServiceOrderState> =>
  new Map(
    rowsOf(books, 'service_order')
      .filter(({ state, order_id }) => order_id === null && !isFinal(serviceOrderMachine, state))
      .map(({ id, state }) => [id, state]),
  );

const nothingLost: Check = (books) => {
  const known = new Set(
    [...rowsOf(books, 'product_order'), ...rowsOf(books, 'service_order')].map(({ id }) => id),
  );
  const lost = [...books.acknowledged, ...books.acknowledgedServiceOrders].filter(
    ({ order }) => !known.has(order),
  );
  return lost.map(({ order, key }) => ({
    law: 'no acknowledged order is lost',
    what: `${order} was acknowledged under ${key} and is gone`,
    orders: [order],
  }));
};

const oneOrderForEachKey: Check = (books) => {
  const law = 'each key made one order';
  const acknowledged = new Set(books.acknowledged.map(({ order }) => order));
  const twice = books.acknowledged.length - acknowledged.size;
  const unasked = rowsOf(books, 'product_order').filter(({ id }) => !acknowledged.has(id));
  return [
    ...(twice === 0
      ? []
      : [{ law, what: `${twice} keys were answered with the order of another`, orders: [] }]),
    ...unasked.map(({ id }) => ({ law, what: `${id} was never acknowledged to anybody`, orders: [id] })),
  ];
};

const properAnswers: Check = ({ badAnswers }) =>
  badAnswers.map(({ what }) => ({ law: 'clients get proper answers', what, orders: [] }));

/** A run that goes on for ever, or is gone while its order is open. */
const runsMatchOrders: Check = (books) => {
  const law = 'an order has a run as long as it is open';
  const orders = openStates(rowsOf(books, 'product_order'));
  const runs = new Map<string, string>([
    ...[...orders].map(([id, state]) => [`productOrder:default:${id}`, state] as const),
    ...[...openByThemselves(books)].map(([id, state]) => [`serviceOrder:default:${id}`, state] as const),
  ]);
  const ended = rowsOf(books, 'service_order')
    .filter(({ state }) => isFinal(serviceOrderMachine, state))
    .map(({ id }) => `serviceOrder:default:${id}`);
  const running = new Set(books.running);
  const idle = [...running].filter((id) => id.startsWith('productOrder:') && !runs.has(id));
  const gone = [...runs].filter(([id]) => !running.has(id));
  return [
    ...[...idle, ...ended.filter((id) => running.has(id))].map((id) => ({
      law,
      what: `${id} still runs`,
      orders: orderNamedIn(id),
    })),
    ...gone.map(([id, state]) => ({
      law,
      what: `${id} is ${state} and has no run`,
      orders: orderNamedIn(id),
    })),
  ];
};

const claimsOfOpenOrders: Check = (books) => {
  const open = new Map<string, string>([
    ...openStates(rowsOf(books, 'product_order')),
    ...openByThemselves(books),
  ]);
  return rowsOf(books, 'claim').flatMap(({ product_id, holders }) =>
    (holders as string[])
      .filter((holder) => !open.has(holder))
      .map((holder) => ({
        law: 'only open orders hold claims',
        what: `${product_id} is claimed by ${holder}, which has ended`,
        orders: [holder],
      })),
  );
};

const checks: readonly Check[] = [
  nothingLost,
  oneOrderForEachKey,
  properAnswers,
  checkRest,
  runsMatchOrders,
  checkNetwork,
  checkPromises,
  checkInventory,
  claimsOfOpenOrders,
  checkPeople,
  checkEvents,
];

/** What does not add up, the worst first. */
export const reckon = (books: Books): Violation[] => checks.flatMap((check) => [...check(books)]);
