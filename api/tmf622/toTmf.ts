import { itemReason } from '../itemReason.ts';
import type { ProductOrderRead } from '../../drizzle/reads/productOrders.ts';
import { together } from '../../drizzle/reads/together.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import type { Order, OrderItem } from '../../src/order/order.ts';
import { characteristicList, dateTime, type Links, present } from '../resource.ts';
import { itemStateToTmf, orderStateToTmf } from './states.ts';

export function toTmf(order: ProductOrderRead, links: Links): JsonObject {
  const partsOf = together(order.items, containers(order.items));
  const render = (item: OrderItem): JsonObject => itemToTmf(item, order, links, partsOf(item.id).map(render));
  return present({
    id: order.id,
    href: links.href('productOrder', order.id),
    state: orderStateToTmf[order.state],
    externalId: order.externalId,
    category: order.category,
    description: order.description,
    priority: order.priority,
    orderDate: dateTime(order.orderedAt),
    completionDate: dateTime(order.completedAt),
    cancellationDate: dateTime(order.cancellation?.effectiveAt),
    cancellationReason: order.cancellation?.reason,
    '@type': 'ProductOrder',
    ...order.carried,
    productOrderItem: partsOf(topLevel).map(render),
  });
}

const topLevel = '';

/** Nested as they were ordered: a part that its bundle names by a relationship stands beside it. */
function containers(items: readonly OrderItem[]): (item: OrderItem) => string {
  const related = new Set(
    items.flatMap(({ id, relationships }) =>
      relationships.flatMap(({ type, itemId }) => {
        if (type === 'bundles') return [`${id} ${itemId}`];
        return type === 'bundledBy' ? [`${itemId} ${id}`] : [];
      }),
    ),
  );
  return ({ id, parent }) => (parent === undefined || related.has(`${parent} ${id}`) ? topLevel : parent);
}

function itemToTmf(item: OrderItem, order: Order, links: Links, parts: readonly JsonObject[]): JsonObject {
  const { place: _, product: __, ...carried } = item.carried;
  return present({
    id: item.id,
    action: item.action,
    state: itemStateToTmf[item.state],
    quantity: item.quantity,
    ...carried,
    productOffering: referenceTo('productOffering', item.offering, carried.productOffering, links),
    product: productOf(item, order, links),
    productOrderItemRelationship: item.relationships.map(({ type, itemId }) => ({
      id: itemId,
      relationshipType: type,
    })),
    productOrderItem: parts,
    errorMessage:
      item.code === undefined ? [] : [{ code: item.code, reason: itemReason(item.code, item.state) }],
  });
}

function productOf(item: OrderItem, order: Order, links: Links): JsonObject {
  const carried = item.carried.product as JsonObject | undefined;
  const [only, ...more] = productsOf(item, order, links);
  return present({
    ...(more.length === 0 ? only : {}),
    ...carried,
    productSpecification: referenceTo(
      'productSpecification',
      item.specification,
      carried?.productSpecification,
      links,
    ),
    productCharacteristic: characteristicList(item.characteristics),
    productRelationship: item.productRelationships.map(({ type, productId }) => ({
      relationshipType: type,
      product: { id: productId, href: links.href('product', productId) },
    })),
    place: item.carried.place,
    product: more.length === 0 || only === undefined ? [] : [only, ...more],
    '@type': carried?.['@type'] ?? 'Product',
  });
}

/** What an add makes can be read once the order has opened; what is changed or ended is there already. */
function productsOf(item: OrderItem, order: Order, links: Links): JsonObject[] {
  const ids = item.productId === undefined ? item.products : [item.productId];
  const exists = item.productId !== undefined || order.decomposedAt !== undefined;
  return ids.map((id) => ({ id, ...(exists && { href: links.href('product', id) }) }));
}

/** The reference as the client wrote it, with the address where it leads. */
const referenceTo = (
  resource: 'productOffering' | 'productSpecification',
  id: string | undefined,
  carried: unknown,
  links: Links,
): JsonObject | undefined =>
  id === undefined ? undefined : { ...(carried as JsonObject), id, href: links.href(resource, id) };
