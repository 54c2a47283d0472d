import type { Json, JsonObject } from '../../src/kernel/json.ts';
import type { ProductRelationship, RequestedItem, RequestedOrder } from '../../src/order/order.ts';
import { given, inUtc, itemsMax, valuesByName, without } from '../given.ts';
import { refuse } from '../problem.ts';
import type { ProductOrderCreate, ProductOrderItem } from './schema.ts';

const nestingMax = 10;

/**
 * What is not carried as it came. Ordering interprets the first of each; only the provider sets the others, and
 * as clients echo them, they are ignored rather than refused.
 */
const notCarried = {
  order: new Set([
    ...['externalId', 'description', 'category', 'priority', 'productOrderItem'],
    ...['id', 'href', 'state', 'orderDate', 'completionDate', 'expectedCompletionDate'],
    ...['cancellationDate', 'cancellationReason'],
  ]),
  item: new Set([
    ...['id', 'action', 'quantity', 'product', 'productOrderItem', 'productOrderItemRelationship'],
    ...['state', 'errorMessage'],
  ]),
  product: new Set([
    ...['id', 'productCharacteristic', 'productRelationship', 'place'],
    ...['href', 'status', 'orderDate', 'startDate', 'terminationDate', 'productOrderItem'],
    ...['realizingResource', 'realizingService', 'product'],
  ]),
};

export function toDomain(order: ProductOrderCreate): RequestedOrder {
  const items = flattened(order.productOrderItem, undefined, 'productOrderItem', 1);
  if (items.length > itemsMax) {
    refuse('ItemsTooMany', `an order has at most ${itemsMax} items`, { path: 'productOrderItem' });
  }
  return {
    ...given({
      externalId: order.externalId,
      description: order.description,
      category: order.category,
      priority: order.priority,
      requestedStart: inUtc(order.requestedStartDate),
      requestedCompletion: inUtc(order.requestedCompletionDate),
    }),
    carried: without(order, notCarried.order),
    items,
  };
}

/** One list of items; what was nested names its parent. */
function flattened(
  items: readonly ProductOrderItem[],
  parent: string | undefined,
  path: string,
  depth: number,
): RequestedItem[] {
  if (depth > nestingMax) refuse('ItemsTooMany', `items are nested at most ${nestingMax} deep`, { path });
  return items.flatMap((item, index) => {
    const here = `${path}[${index}]`;
    const parts = flattened(item.productOrderItem ?? [], item.id, `${here}.productOrderItem`, depth + 1);
    return [itemToDomain(item, parent, here), ...parts];
  });
}

function itemToDomain(item: ProductOrderItem, parent: string | undefined, path: string): RequestedItem {
  const { product } = item;
  if (product?.status === 'suspended') {
    refuse('ChangeUnsupported', 'suspend and resume cannot be ordered yet', {
      path: `${path}.product.status`,
    });
  }
  return {
    id: item.id,
    action: item.action,
    quantity: item.quantity ?? 1,
    ...given({
      parent,
      offering: item.productOffering?.id ?? product?.productOffering?.id,
      specification: product?.productSpecification?.id,
      productId: product?.id,
    }),
    characteristics: valuesByName(
      product?.productCharacteristic ?? [],
      `${path}.product.productCharacteristic`,
    ),
    relationships: (item.productOrderItemRelationship ?? []).map((related) => ({
      type: related.relationshipType,
      itemId: related.id,
    })),
    productRelationships: (product?.productRelationship ?? []).map(
      (related): ProductRelationship => ({ type: related.relationshipType, productId: related.product.id }),
    ),
    carried: carriedOf(item),
  };
}

function carriedOf(item: ProductOrderItem): JsonObject {
  const product = item.product && without(item.product, notCarried.product);
  return {
    ...without(item, notCarried.item),
    ...(product && Object.keys(product).length > 0 && { product }),
    ...given({ place: item.product?.place as Json | undefined }),
  };
}
