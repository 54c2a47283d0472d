import {
  listProductOrders,
  productOrderColumns,
  type ProductOrderRead,
} from '../../drizzle/reads/productOrders.ts';
import type { Readable } from '../resource.ts';
import { toTmf } from './toTmf.ts';

export const productOrders: Readable<ProductOrderRead> = {
  name: 'productOrder',
  list: listProductOrders,
  toTmf,
  columns: productOrderColumns,
  attributes: {
    id: { column: 'id' },
    externalId: { column: 'externalId' },
    state: { column: 'state' },
    category: { column: 'category' },
    priority: { column: 'priority' },
    orderDate: { column: 'orderedAt' },
    completionDate: { column: 'completedAt' },
    requestedStartDate: { column: 'requestedStart' },
    requestedCompletionDate: { column: 'requestedCompletion' },
    'relatedParty.id': { column: 'party' },
  },
};
