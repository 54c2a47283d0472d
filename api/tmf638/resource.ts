import { listServices, serviceColumns, type ServiceRead } from '../../drizzle/reads/services.ts';
import type { Readable } from '../resource.ts';
import { toTmf } from './toTmf.ts';

export const services: Readable<ServiceRead> = {
  name: 'service',
  list: listServices,
  toTmf,
  columns: serviceColumns,
  attributes: {
    id: { column: 'id' },
    state: { column: 'state' },
    serviceType: { column: 'domain' },
    serviceDate: { column: 'createdAt' },
    startDate: { column: 'startedAt' },
    endDate: { column: 'endedAt' },
    'serviceSpecification.id': { column: 'specification' },
    'serviceOrderItem.serviceOrderId': { column: 'serviceOrder' },
    'relatedEntity.id': { column: 'product' },
  },
};
