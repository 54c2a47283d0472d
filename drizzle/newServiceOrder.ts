import type { ServiceItemRow, ServiceOrderRow } from './serviceOrderStore.ts';

type OrderWish = 'id' | 'domain' | 'orderedAt';
type OrderWishMaybe =
  | 'orderId'
  | 'orderItemId'
  | 'ordinal'
  | 'after'
  | 'compensates'
  | 'client'
  | 'externalId'
  | 'fingerprint'
  | 'carried'
  | 'requestedStart';

/** Nothing has happened to it yet: only what is wanted is named, so that nothing of another is taken over with it. */
export const newServiceOrder = (
  tenantId: string,
  wanted: Pick<ServiceOrderRow, OrderWish> & Partial<Pick<ServiceOrderRow, OrderWishMaybe>>,
): ServiceOrderRow => ({
  ...{ tenantId, orderId: null, orderItemId: null, ordinal: 0, after: [], compensates: null },
  ...{ client: null, externalId: null, fingerprint: null, carried: null, requestedStart: null },
  ...wanted,
  ...{ state: 'acknowledged', version: 1, runChain: null, heldBy: null, abortedBy: null },
  ...{ recordedTurn: null, retreat: null, startedAt: null, completedAt: null },
});

type ItemWish =
  | 'serviceOrderId'
  | 'action'
  | 'serviceId'
  | 'specification'
  | 'characteristics'
  | 'types'
  | 'results'
  | 'snapshot';

export const newServiceItem = (
  tenantId: string,
  wanted: Pick<ServiceItemRow, ItemWish> & Partial<Pick<ServiceItemRow, 'ordinal' | 'itemId'>>,
): ServiceItemRow => ({
  ...{ tenantId, ordinal: 1, itemId: null },
  ...wanted,
  ...{ state: 'acknowledged', changed: [], code: null, before: null },
});
