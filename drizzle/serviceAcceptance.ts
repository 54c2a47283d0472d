import { emptyCatalog } from '../src/catalog/snapshot.ts';
import { planServices, type ServicePlan } from '../src/decomposition/servicePlan.ts';
import { claimedAs } from '../src/inventory/inventory.ts';
import { sameJson } from '../src/kernel/json.ts';
import type { Decided, OrderRefusal } from '../src/order/refusal.ts';
import { type RequestedServiceOrder, servicesNamedBy } from '../src/serviceOrder/request.ts';
import { type AcceptanceOf, acceptOnce, type OrderRefused, type Posted } from './acceptOnce.ts';
import { currentCatalog } from './catalogStore.ts';
import { exclusiveClaims, takeClaims } from './claimStore.ts';
import type { Database, Tx } from './client.ts';
import { enqueueStart } from './dispatchStore.ts';
import { inventoryAroundServices } from './inventoryStore.ts';
import { insertOutsideOrder, outsideOrderWithExternalId } from './outsideOrderStore.ts';
import type { ServiceOrderRead } from './reads/serviceOrders.ts';

export interface ServiceAcceptanceRequest extends Posted<ServiceOrderRead> {
  readonly orderId: string;
  readonly now: string;
  readonly request: RequestedServiceOrder;
  readonly limits: { readonly serviceItemsMax: number; readonly dispatchDelayMs: number };
}

export type ServiceAcceptance = AcceptanceOf<ServiceOrderRead>;

/** Service order, items, claims, event, start command and reply in one transaction. Works while Temporal is down. */
export const acceptServiceOrder = (
  db: Database,
  request: ServiceAcceptanceRequest,
): Promise<ServiceAcceptance> =>
  acceptOnce(db, request, {
    known: async (tx) => {
      const { externalId } = request.request;
      if (externalId === undefined) return undefined;
      const order = await outsideOrderWithExternalId(tx, request.tenant, request.client, externalId);
      return order && { order, fingerprint: order.fingerprint };
    },
    acceptNew: (tx) => acceptNew(tx, request),
  });

async function acceptNew(
  tx: Tx,
  given: ServiceAcceptanceRequest,
): Promise<ServiceOrderRead | OrderRefused | 'tryAgain'> {
  const { tenant, orderId, client, fingerprint, request, now, limits } = given;
  const current = await currentCatalog(tx, tenant);
  const decide = () => plan(tx, given, current?.content ?? emptyCatalog);
  const decided = await decide();
  if (!decided.ok) return decided;
  const { items, claims } = decided.value;
  const snapshot = current?.hash ?? '';
  const order = { id: orderId, client, fingerprint, request, snapshot, items, now };
  const inserted = await insertOutsideOrder(tx, tenant, order);
  if (inserted === 'externalIdTaken') return 'tryAgain';
  const taken = await takeClaims(tx, tenant, orderId, claims);
  if (taken?.order !== undefined) return { refusal: inUse(taken.product, taken.order, decided.value) };
  if (taken) return 'tryAgain';
  // Another order may have ended between the look at the inventory and the claims: now that they hold, look again.
  const again = servicesNamedBy(request).length === 0 ? decided : await decide();
  if (!again.ok || !sameJson(again.value, decided.value)) return 'tryAgain';
  await enqueueStart(tx, tenant, orderId, limits.dispatchDelayMs, 'startServiceOrder');
  return inserted;
}

async function plan(
  tx: Tx,
  { tenant, orderId, request, limits }: ServiceAcceptanceRequest,
  catalog: typeof emptyCatalog,
): Promise<Decided<ServicePlan>> {
  const inventory = await inventoryAroundServices(tx, tenant, servicesNamedBy(request));
  const claims = Object.values(inventory.services).map(claimedAs);
  const taken = await exclusiveClaims(tx, tenant, claims, orderId);
  const { serviceItemsMax } = limits;
  return planServices({ orderId, items: request.items, catalog, inventory, taken, serviceItemsMax });
}

function inUse(claimed: string, order: string, { items }: ServicePlan): OrderRefusal {
  const item = items.find((candidate) => candidate.claimed === claimed);
  return {
    type: 'ServiceInUse',
    message: `${item ? `the service ${item.service}` : claimed} is in use by order ${order}`,
    ...(item && { item: item.id, field: 'service' }),
  };
}
