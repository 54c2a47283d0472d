import type { ProductRead } from '../../drizzle/reads/products.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { characteristicList, dateTime, type Links, present } from '../resource.ts';
import { productStatusToTmf } from './states.ts';

export const toTmf = (product: ProductRead, links: Links): JsonObject => ({
  ...present({
    id: product.id,
    href: links.href('product', product.id),
    name: product.name,
    status: productStatusToTmf[product.status],
    isBundle: product.relationships.some(({ type }) => type === 'bundles'),
    orderDate: dateTime(product.createdAt),
    startDate: dateTime(product.startedAt),
    terminationDate: dateTime(product.endedAt),
    '@type': 'Product',
    ...product.carried,
    productOffering: {
      id: product.offering,
      href: links.href('productOffering', product.offering),
      '@referredType': 'ProductOffering',
    },
    productSpecification: {
      id: product.specification,
      href: links.href('productSpecification', product.specification),
      '@referredType': 'ProductSpecification',
    },
    productRelationship: product.relationships.map(({ type, relatedId }) => ({
      relationshipType: type,
      product: { id: relatedId, href: links.href('product', relatedId) },
    })),
    productOrderItem: product.orderItems.map(({ order, item, action }) => ({
      orderItemId: item,
      orderItemAction: action,
      productOrderId: order,
      productOrderHref: links.href('productOrder', order),
      '@referredType': 'ProductOrderItem',
    })),
    realizingService: product.services.map((id) => ({ id, href: links.href('service', id) })),
  }),
  productCharacteristic: characteristicList(product.characteristics),
});
