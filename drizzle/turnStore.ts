import { and, eq } from 'drizzle-orm';
import { isDue, type Turn } from '../src/kernel/turn.ts';
import type { CommandedOrder } from './auditStore.ts';
import type { Tx } from './client.ts';
import { productOrder, serviceOrder } from './schema.ts';

/**
 * Whether a run's record is to be written: a regular activity whose answer was lost is run again, perhaps after
 * what came next. Only for the transaction that writes it, with the order locked.
 */
export async function takeTurn(
  tx: Tx,
  tenant: string,
  { kind, id }: CommandedOrder,
  last: Turn | null,
  turn: Turn,
): Promise<boolean> {
  if (!isDue(last, turn)) return false;
  const table = kind === 'productOrder' ? productOrder : serviceOrder;
  await tx
    .update(table)
    .set({ recordedTurn: turn })
    .where(and(eq(table.tenantId, tenant), eq(table.id, id)));
  return true;
}
