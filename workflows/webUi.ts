import { isFromWebUi } from '../src/operator/audit.ts';
import type { CommandRefusal } from '../src/serviceOrder/refusal.ts';
import { recordDecision } from './bookkeeping.ts';

/** Who is commanded. */
interface Commanded {
  readonly tenant: string;
  readonly kind: 'productOrder' | 'serviceOrder';
  readonly id: string;
}

type Event = { readonly type: string; readonly audit?: string };

/** Nobody hears that an abort from the Temporal Web UI is refused: the audit says so. */
export const refuseUnheard =
  ({ tenant, ...commanded }: Commanded) =>
  async (event: Event, { type: code, message }: CommandRefusal): Promise<void> => {
    if (event.type !== 'AbortRequested' || !isFromWebUi(event.audit ?? '')) return;
    await recordDecision('refuseFromWebUi', tenant, commanded, event.audit ?? '', { code, message });
  };

/** A service order of a product order is not aborted by itself, and goes on. */
export const refuseAsPart = (
  tenant: string,
  id: string,
  { audit }: { readonly audit: string },
): Promise<void> => recordDecision('refuseFromWebUi', tenant, { kind: 'serviceOrder', id }, audit);
