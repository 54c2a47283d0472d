import {
  listServiceOrders,
  serviceOrderColumns,
  type ServiceOrderRead,
} from '../../drizzle/reads/serviceOrders.ts';
import type { Readable } from '../resource.ts';
import { serviceOrderStatesFromTmf } from './states.ts';
import { toTmf } from './toTmf.ts';

export const serviceOrders: Readable<ServiceOrderRead> = {
  name: 'serviceOrder',
  list: listServiceOrders,
  toTmf,
  columns: serviceOrderColumns,
  attributes: {
    id: { column: 'id' },
    externalId: { column: 'externalId' },
    requestedStartDate: { column: 'requestedStart' },
    state: { column: 'state', values: serviceOrderStatesFromTmf },
    category: { column: 'category' },
    'relatedParty.id': { column: 'party' },
    orderDate: { column: 'orderedAt' },
    startDate: { column: 'startedAt' },
    completionDate: { column: 'completedAt' },
    'orderRelationship.id': { column: 'order' },
    'serviceOrderItem.service.id': { column: 'service' },
  },
};
