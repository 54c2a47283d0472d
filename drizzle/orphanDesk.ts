import { and, eq, isNull } from 'drizzle-orm';
import { isFinal } from '../src/kernel/machine.ts';
import type { CommandAnswer } from '../src/operator/answer.ts';
import { orderMachine } from '../src/order/machine.ts';
import { serviceOrderMachine } from '../src/serviceOrder/machine.ts';
import type { AuditRow, CommandedOrder } from './auditStore.ts';
import type { Database, Tx } from './client.ts';
import { auditOf, type FalloutAsk, placeOf, refusalFor } from './falloutDesk.ts';
import { orderWaitingFor } from './falloutStore.ts';
import { type Checked, type DeskAnswer, refused, runCommand } from './operatorDesk.ts';
import { stateOfOrder } from './orderStore.ts';
import { somethingMayGo } from './pastReturn.ts';
import { readFallout } from './reads/fallout.ts';
import { fallout } from './schema.ts';
import { standOf } from './serviceOrderStore.ts';
import { restartOrphan, restartOrphanedServiceOrder } from './sweepStore.ts';

/** Another run for what has lost its own. */

type Objection = ReturnType<typeof refused>;

/** Why it cannot be commanded any more, or at all. */
export const objectionTo = {
  productOrder: async (tx: Tx, tenant: string, id: string): Promise<Objection | undefined> => {
    const state = await stateOfOrder(tx, tenant, id);
    if (state === undefined) return refused('ResourceUnknown', 'there is no such productOrder');
    return isFinal(orderMachine, state) ? refused('OrderOver', `the order is ${state}`) : undefined;
  },
  serviceOrder: async (tx: Tx, tenant: string, id: string): Promise<Objection | undefined> => {
    const known = await standOf(tx, tenant, id);
    if (known === undefined) return refused('ResourceUnknown', 'there is no such serviceOrder');
    const { state, orderId } = known;
    // What belongs to a product order goes and comes with it.
    if (orderId !== null) {
      const message = `it belongs to the product order ${orderId}: command that one`;
      return refused('ServiceOrderOfProductOrder', message);
    }
    const isOver = isFinal(serviceOrderMachine, state);
    return isOver ? refused('ServiceOrderOver', `the service order is ${state}`) : undefined;
  },
} as const satisfies Record<CommandedOrder['kind'], unknown>;

export const takeUp = {
  productOrder: restartOrphan,
  serviceOrder: restartOrphanedServiceOrder,
} as const satisfies Record<CommandedOrder['kind'], unknown>;

/** Gives it another run; a service order that lost its own gets it from the run of its product order. */
export async function checkRestart(tx: Tx, tenant: string, { kind, id }: CommandedOrder): Promise<Checked> {
  const orderId = kind === 'serviceOrder' ? await orderWaitingFor(tx, tenant, id) : undefined;
  if (orderId !== undefined) return { type: 'send', found: { orderId } };
  const objected = await objectionTo[kind](tx, tenant, id);
  if (objected) return objected;
  if (await takeUp[kind](tx, tenant, id, { resolution: 'restart' })) return { type: 'done' };
  return refused('OrderNotOrphaned', 'there is no open fallout of class orphaned for it');
}

/** Has an orphan's next run take it back, where there is anything to; a run that is there decides by itself. */
export async function checkAbort(
  tx: Tx,
  tenant: string,
  { kind, id }: CommandedOrder,
  audit: string,
): Promise<Checked> {
  const lost =
    kind === 'productOrder'
      ? and(eq(fallout.orderId, id), isNull(fallout.serviceOrderId))
      : and(eq(fallout.serviceOrderId, id), isNull(fallout.orderId));
  const [orphan] = await tx
    .select({ mayGo: somethingMayGo })
    .from(fallout)
    .where(and(eq(fallout.tenantId, tenant), eq(fallout.class, 'orphaned'), isNull(fallout.closedAt), lost));
  if (orphan?.mayGo === false) return refused('NothingToTakeBack', 'all of it goes back, or cannot any more');
  await takeUp[kind](tx, tenant, id, { resolution: 'abort', abortedBy: audit });
  return { type: 'send' };
}

/** Has the run of a product order give another to one of its service orders. */
export type Rejoin = (
  order: { readonly tenant: string; readonly orderId: string },
  serviceOrder: string,
  audit: string,
) => Promise<CommandAnswer>;

export const sendRejoin = (
  rejoin: Rejoin,
  { tenantId, id, orderId, serviceOrderId }: AuditRow,
): Promise<CommandAnswer> =>
  orderId === null || serviceOrderId === null
    ? Promise.resolve({ type: 'runMissing' })
    : rejoin({ tenant: tenantId, orderId }, serviceOrderId, id);

/** The same by its fallout, as a bulk has it. */
export const restartFallout = (
  db: Database,
  ask: FalloutAsk<'restart'>,
  rejoin: Rejoin,
): Promise<DeskAnswer> =>
  runCommand(db, {
    tenant: ask.tenant,
    audit: auditOf(ask),
    check: (tx) => checkFallout(tx, ask),
    send: (row) => sendRejoin(rejoin, row),
  });

async function checkFallout(tx: Tx, { tenant, fallout, command }: FalloutAsk<'restart'>): Promise<Checked> {
  const row = await readFallout(tx, tenant, fallout);
  const refusal = refusalFor(row, command);
  if (refusal) return { type: 'refused', refusal };
  if (row === undefined) return refused('ResourceUnknown', 'there is no such fallout');
  const { orderId, serviceOrderId } = row;
  const orphan: CommandedOrder =
    serviceOrderId === null
      ? { kind: 'productOrder', id: orderId ?? '' }
      : { kind: 'serviceOrder', id: serviceOrderId };
  const checked = await checkRestart(tx, tenant, orphan);
  return checked.type === 'refused' ? checked : { ...checked, found: { ...placeOf(row), ...checked.found } };
}
