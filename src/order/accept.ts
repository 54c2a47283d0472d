import { type Catalog, entryIn } from '../catalog/model.ts';
import { decompose } from '../decomposition/decompose.ts';
import type { Plan } from '../decomposition/plan.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { soundItems } from './items.ts';
import type { Order, RequestedItem, RequestedOrder } from './order.ts';
import { type Decided, deciding, refuse } from './refusal.ts';

export interface AcceptanceInput {
  readonly orderId: string;
  readonly client: string;
  readonly now: string;
  readonly request: RequestedOrder;
  readonly snapshot: string;
  readonly catalog: Catalog;
  readonly inventory: Inventory;
  /** Product → another order that holds it for itself. */
  readonly taken: Readonly<Record<string, string>>;
  readonly serviceItemsMax: number;
}

export interface Accepted {
  readonly order: Order;
  readonly claims: Plan['claims'];
}

/** Whether an order can be taken, and as what. The plan itself is made again when the order opens. */
export function accept(input: AcceptanceInput): Decided<Accepted> {
  const { orderId, catalog, inventory, serviceItemsMax, request } = input;
  const items = deciding(() => {
    const sound = soundItems(request.items, catalog, inventory);
    refuseTaken(sound, input.taken);
    return sound;
  });
  if (!items.ok) return items;
  const plan = decompose({ orderId, items: items.value, catalog, inventory, serviceItemsMax });
  if (!plan.ok) return plan;
  return {
    ok: true,
    value: { order: acknowledged(input, items.value, plan.value), claims: plan.value.claims },
  };
}

function refuseTaken(items: readonly RequestedItem[], taken: Readonly<Record<string, string>>): void {
  for (const { id, action, productId } of items) {
    const order = productId === undefined || action === 'noChange' ? undefined : entryIn(taken, productId);
    if (order === undefined) continue;
    refuse('ProductInUse', `the product ${productId} is in use by order ${order}`, {
      item: id,
      field: 'product',
    });
  }
}

function acknowledged(
  { orderId, client, now, request, snapshot }: AcceptanceInput,
  items: readonly RequestedItem[],
  plan: Plan,
): Order {
  return {
    ...request,
    id: orderId,
    client,
    state: 'acknowledged',
    version: 1,
    snapshot,
    orderedAt: now,
    items: items.map((item) => ({
      ...item,
      state: 'acknowledged',
      products: plan.products.filter((product) => product.item === item.id).map(({ id }) => id),
    })),
  };
}
