import { arrowBetween, follow, type Machine } from '../kernel/machine.ts';
import { must } from '../kernel/assert.ts';
import {
  itemMachine,
  orderMachine,
  type ItemArrow,
  type ItemState,
  type OrderArrow,
  type OrderState,
} from './machine.ts';
import type { Unwanted } from './run.ts';

/** One arrow of an item or of the order. A running order moves by these and by nothing else. */
export type OrderChange =
  | { readonly type: 'item'; readonly item: string; readonly arrow: ItemArrow; readonly code?: string }
  | { readonly type: 'order'; readonly arrow: OrderArrow };

export interface OrderStates {
  readonly state: OrderState;
  readonly items: Readonly<Record<string, ItemState>>;
}

export function evolve<States extends OrderStates>(order: States, change: OrderChange): States {
  if (change.type === 'order')
    return { ...order, state: follow<OrderState, OrderArrow>(orderMachine, order.state, change.arrow) };
  const state = must(order.items[change.item], `item ${change.item}`);
  return {
    ...order,
    items: { ...order.items, [change.item]: follow<ItemState, ItemArrow>(itemMachine, state, change.arrow) },
  };
}

/** Where no arrow leads: by which state the contract's machine gets there. */
const detours: Readonly<Record<string, OrderState>> = {
  'acknowledged cancelled': 'assessingCancellation',
  'inProgress pendingCancellation': 'assessingCancellation',
  'inProgress cancelled': 'assessingCancellation',
  'held completed': 'inProgress',
  'assessingCancellation cancelled': 'pendingCancellation',
  'assessingCancellation completed': 'inProgress',
  'assessingCancellation failed': 'inProgress',
  'assessingCancellation partial': 'inProgress',
  'pendingCancellation inProgress': 'held',
  'pendingCancellation completed': 'held',
  'pendingCancellation failed': 'held',
};

function pathBetween<State extends OrderState, Arrow extends string>(
  machine: Machine<State, Arrow>,
  from: State,
  to: State,
): Arrow[] {
  if (from === to) return [];
  const via = detours[`${from} ${to}`] as State | undefined;
  return via === undefined
    ? [arrowBetween<State, Arrow>(machine, from, to)]
    : [...pathBetween(machine, from, via), ...pathBetween(machine, via, to)];
}

/** The arrows that bring the order where its items already are; none if it is there. */
export const orderArrows = (from: OrderState, to: OrderState): OrderChange[] =>
  pathBetween<OrderState, OrderArrow>(orderMachine, from, to).map((arrow) => ({ type: 'order', arrow }));

export const itemArrows = (item: string, from: ItemState, to: ItemState, code?: string): OrderChange[] =>
  pathBetween<ItemState, ItemArrow>(itemMachine, from, to).map((arrow) => ({
    type: 'item',
    item,
    arrow,
    ...(code !== undefined && { code }),
  }));

const each = ({ items }: OrderStates, arrow: ItemArrow, code?: string): OrderChange[] =>
  Object.keys(items).map((item) => ({ type: 'item', item, arrow, ...(code !== undefined && { code }) }));

/** Order treatment starts with every item at once. */
export const openingChanges = (order: OrderStates): OrderChange[] => [
  ...each(order, 'Started'),
  { type: 'order', arrow: 'Started' },
];

/** A person or its client does not want it any more, before it was opened. */
export const dropping = ({ state, items }: OrderStates, code: Unwanted): OrderChange[] => [
  ...Object.entries(items).flatMap(([item, from]) => itemArrows(item, from, 'cancelled', code)),
  ...orderArrows(state, 'cancelled'),
];

/** What was sound at acceptance is not any more, before anything was done. */
export const rejection = (order: OrderStates, code: string): OrderChange[] => [
  ...each(order, 'Rejected', code),
  { type: 'order', arrow: 'Rejected' },
];
