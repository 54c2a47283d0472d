import type { OrderRefusal } from '../../src/order/refusal.ts';
import type { ProductOrderCreate, ProductOrderItem } from './schema.ts';

interface Found {
  readonly item: ProductOrderItem;
  readonly path: string;
}

/** Where in the posted order a refusal points, in the words of TMF622. */
export function pathOf(order: ProductOrderCreate, { item: id, field }: OrderRefusal): string | undefined {
  if (id === undefined) return 'productOrderItem';
  const found = lastWithId(order.productOrderItem, id, 'productOrderItem');
  if (found === undefined) return 'productOrderItem';
  const inside = field && pathInItem(found.item, field);
  return inside === undefined ? found.path : `${found.path}.${inside}`;
}

function pathInItem(item: ProductOrderItem, field: NonNullable<OrderRefusal['field']>): string | undefined {
  if (typeof field === 'string') return pathsOfFields[field];
  const list = item.product?.productCharacteristic ?? [];
  const index = list.findIndex(({ name }) => name === field.characteristic);
  return index === -1 ? 'product.productCharacteristic' : `product.productCharacteristic[${index}].value`;
}

const pathsOfFields: Partial<Record<string, string>> = {
  id: 'id',
  quantity: 'quantity',
  offering: 'productOffering.id',
  product: 'product.id',
  relationship: 'productOrderItemRelationship',
  productRelationship: 'product.productRelationship',
};

/** Of two items with one id the later is the one too many. A part that was not posted is told by its bundle. */
function lastWithId(items: readonly ProductOrderItem[], id: string, path: string): Found | undefined {
  const all = flat(items, path);
  for (let wanted = id; wanted !== ''; wanted = wanted.slice(0, Math.max(0, wanted.lastIndexOf('.')))) {
    const found = all.findLast(({ item }) => item.id === wanted);
    if (found) return found;
  }
  return undefined;
}

const flat = (items: readonly ProductOrderItem[], path: string): Found[] =>
  items.flatMap((item, index) => {
    const here = `${path}[${index}]`;
    return [{ item, path: here }, ...flat(item.productOrderItem ?? [], `${here}.productOrderItem`)];
  });
