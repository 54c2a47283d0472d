import { listProducts, productColumns, type ProductRead } from '../../drizzle/reads/products.ts';
import type { Readable } from '../resource.ts';
import { productStatusFromTmf } from './states.ts';
import { toTmf } from './toTmf.ts';

export const products: Readable<ProductRead> = {
  name: 'product',
  list: listProducts,
  toTmf,
  columns: productColumns,
  attributes: {
    id: { column: 'id' },
    name: { column: 'name' },
    status: { column: 'status', values: productStatusFromTmf },
    orderDate: { column: 'createdAt' },
    startDate: { column: 'startedAt' },
    terminationDate: { column: 'endedAt' },
    'productOffering.id': { column: 'offering' },
    'productSpecification.id': { column: 'specification' },
    'productOrderItem.productOrderId': { column: 'order' },
    'relatedParty.id': { column: 'party' },
    'billingAccount.id': { column: 'account' },
  },
};
