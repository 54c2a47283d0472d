import { arrowBetween, follow } from '../kernel/machine.ts';
import { must } from '../kernel/assert.ts';
import {
  itemMachine,
  orderMachine,
  type ItemArrow,
  type ItemState,
  type OrderArrow,
  type OrderState,
} from './machine.ts';

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

/** The arrow that brings the order where its items already are; none if it is there. */
export const orderArrow = (from: OrderState, to: OrderState): OrderChange[] =>
  from === to ? [] : [{ type: 'order', arrow: arrowBetween<OrderState, OrderArrow>(orderMachine, from, to) }];

const each = ({ items }: OrderStates, arrow: ItemArrow, code?: string): OrderChange[] =>
  Object.keys(items).map((item) => ({ type: 'item', item, arrow, ...(code !== undefined && { code }) }));

/** Order treatment starts with every item at once. */
export const openingChanges = (order: OrderStates): OrderChange[] => [
  ...each(order, 'Started'),
  { type: 'order', arrow: 'Started' },
];

/** A person does not want it any more, before it was opened. */
export const dropping = (order: OrderStates): OrderChange[] =>
  (['CancellationRequested', 'CancellationAccepted', 'Cancelled'] as const).flatMap(
    (arrow): OrderChange[] => [
      ...each(order, arrow, ...(arrow === 'Cancelled' ? ['aborted'] : [])),
      { type: 'order', arrow },
    ],
  );

/** What was sound at acceptance is not any more, before anything was done. */
export const rejection = (order: OrderStates, code: string): OrderChange[] => [
  ...each(order, 'Rejected', code),
  { type: 'order', arrow: 'Rejected' },
];
