import type { JsonObject } from '../kernel/json.ts';
import type { Action, ItemState, OrderState } from './machine.ts';

export interface ItemRelationship {
  readonly type: string;
  readonly itemId: string;
}

export interface ProductRelationship {
  readonly type: string;
  readonly productId: string;
}

/** What the customer wants of one product. `parent` is the bundle item that contains it. */
export interface RequestedItem {
  readonly id: string;
  readonly parent?: string;
  readonly action: Action;
  readonly quantity: number;
  readonly offering?: string;
  readonly specification?: string;
  readonly productId?: string;
  readonly characteristics: JsonObject;
  readonly relationships: readonly ItemRelationship[];
  readonly productRelationships: readonly ProductRelationship[];
  /** What ordering keeps and shows but does not interpret: places, prices, appointments. */
  readonly carried: JsonObject;
}

export interface RequestedOrder {
  readonly externalId?: string;
  readonly requestedStart?: string;
  readonly requestedCompletion?: string;
  readonly description?: string;
  readonly category?: string;
  readonly priority?: string;
  /** Parties, accounts, channels, notes: kept and shown, not interpreted. */
  readonly carried: JsonObject;
  readonly items: readonly RequestedItem[];
}

export interface OrderItem extends RequestedItem {
  readonly state: ItemState;
  /** Products this item made, changes or ends. */
  readonly products: readonly string[];
  /** Why the item failed, was rejected or is held: a stable code. */
  readonly code?: string;
}

export interface Order extends Omit<RequestedOrder, 'items'> {
  readonly id: string;
  readonly client: string;
  readonly state: OrderState;
  readonly version: number;
  readonly snapshot: string;
  readonly orderedAt: string;
  readonly decomposedAt?: string;
  readonly completedAt?: string;
  readonly items: readonly OrderItem[];
}

/** Products that exist already and that the order's items mention. */
export const productsNamedBy = ({ items }: { readonly items: readonly RequestedItem[] }): string[] => [
  ...new Set(
    items.flatMap(({ productId, productRelationships }) => [
      ...(productId === undefined ? [] : [productId]),
      ...productRelationships.map((related) => related.productId),
    ]),
  ),
];

/** The order as its machine sees it. */
export const statesOf = ({ state, items }: Order) => ({
  state,
  items: Object.fromEntries(items.map((item) => [item.id, item.state])),
});
