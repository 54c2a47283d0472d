import { webUi } from '../src/operator/audit.ts';
import { askCommand, type CommandedOrder, markRefused, type NewAudit } from './auditStore.ts';
import type { Tx } from './client.ts';
import { standOf } from './serviceOrderStore.ts';

/** Nobody asked the API for an abort that comes from the Temporal Web UI. */
export const webUiAbort = ({ kind, id }: CommandedOrder, audit: string): NewAudit => ({
  ...{ id: audit, client: webUi, subject: webUi, command: 'abort', entity: kind, entityId: id },
  ...(kind === 'productOrder' ? { orderId: id } : { serviceOrderId: id }),
  reason: 'requested in the Temporal Web UI',
});

interface Why {
  readonly code: string;
  readonly message: string;
}

/** Nobody would hear that it is refused. Without a reason it is one of a service order of a product order. */
export async function refuseWebUiAbort(
  tx: Tx,
  tenant: string,
  commanded: CommandedOrder,
  audit: string,
  why?: Why,
): Promise<void> {
  const orderId = commanded.kind === 'serviceOrder' ? await ownerOf(tx, tenant, commanded.id) : null;
  const asked = webUiAbort(commanded, audit);
  await askCommand(tx, tenant, orderId === null ? asked : { ...asked, orderId });
  await markRefused(tx, tenant, audit, why ?? belongsTo(orderId));
}

const ownerOf = async (tx: Tx, tenant: string, id: string): Promise<string | null> =>
  (await standOf(tx, tenant, id))?.orderId ?? null;

const belongsTo = (orderId: string | null): Why => ({
  code: 'ServiceOrderOfProductOrder',
  message: `it belongs to the product order ${orderId}: abort that one`,
});
