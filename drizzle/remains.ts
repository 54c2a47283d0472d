import { and, asc, eq, getTableColumns, inArray, isNotNull, isNull } from 'drizzle-orm';
import type { CompactServiceOrder } from '../src/decomposition/plan.ts';
import { stepId } from '../src/decomposition/plan.ts';
import type { Remains } from '../src/order/resume.ts';
import { inWords } from '../src/serviceOrder/needs.ts';
import type { StandingServiceOrder, StandingStep } from '../src/serviceOrder/resume.ts';
import type { Tx } from './client.ts';
import { compensate } from './compensationStore.ts';
import { changedByStep } from './itemResults.ts';
import { openCancelOf } from './cancelStore.ts';
import { isDoubted } from './doubt.ts';
import { fallout, productOrder, serviceItem, serviceOrder, step } from './schema.ts';
import { lockServiceOrder, type ServiceOrderRow } from './serviceOrderStore.ts';

/** What an order's service orders have come to, for a run that takes over. */
export async function remainsOf(
  tx: Tx,
  tenant: string,
  orderId: string,
  now: string,
): Promise<Omit<Remains, 'wishes'>> {
  const rows = await tx
    .select({
      id: serviceOrder.id,
      state: serviceOrder.state,
      compensates: serviceOrder.compensates,
      retreat: serviceOrder.retreat,
      completedAt: serviceOrder.completedAt,
      code: serviceItem.code,
      changed: serviceItem.changed,
    })
    .from(serviceOrder)
    .innerJoin(
      serviceItem,
      and(eq(serviceItem.tenantId, serviceOrder.tenantId), eq(serviceItem.serviceOrderId, serviceOrder.id)),
    )
    .where(and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.orderId, orderId)))
    .orderBy(asc(serviceOrder.ordinal), asc(serviceOrder.id));
  const open = await tx
    .select()
    .from(fallout)
    .where(
      and(
        eq(fallout.tenantId, tenant),
        isNull(fallout.closedAt),
        isNotNull(fallout.step),
        inArray(
          fallout.serviceOrderId,
          rows.map(({ id }) => id),
        ),
      ),
    );
  const compensations: CompactServiceOrder[] = [];
  for (const { compensates } of rows)
    if (compensates !== null) compensations.push(await compensate(tx, tenant, compensates, now));
  return {
    compensations,
    serviceOrders: rows.map(({ id, state, code, changed, retreat, completedAt }) => {
      const needs = open
        .filter(({ serviceOrderId }) => serviceOrderId === id)
        .map(({ class: falloutClass, code, step, system }) => ({
          class: falloutClass,
          code,
          reason: inWords(step ?? '', system ?? '', falloutClass, code),
        }));
      const failing = completedAt === null && retreat?.outcome === 'failed';
      return { id, state, code: needs[0]?.code ?? code, needs, changed, failing };
    }),
  };
}

/** A service order as its rows have it, and what people want of it where it is one of its own. */
export interface RemainingServiceOrder extends StandingServiceOrder {
  readonly abortedBy: string | null;
  /** A wish to cancel that nobody has heard. */
  readonly cancelTask: string | null;
}

/** What the steps of a service order have come to, for a run that takes over. */
export async function standingServiceOrder(
  tx: Tx,
  tenant: string,
  id: string,
): Promise<RemainingServiceOrder> {
  const { row } = await lockServiceOrder(tx, tenant, id);
  const rows = await tx
    .select({ ...getTableColumns(step), doubted: isDoubted })
    .from(step)
    .where(and(eq(step.tenantId, tenant), eq(step.serviceOrderId, id)))
    .orderBy(asc(step.item), asc(step.ordinal));
  const steps: StandingStep[] = [];
  for (const { item, name, state, way, attempt, doubted, errorClass, errorCode, ...told } of rows) {
    // Where items may rely on each other, a step's report named what it changed for all of them.
    const isTold = row.orderId === null && state === 'done';
    const changed = isTold ? await changedByStep(tx, tenant, id, item, told.changed) : told.changed;
    steps.push({
      id: stepId(item, name),
      ...{ state, way, attempts: attempt, doubted, changed },
      trouble: errorClass === null ? null : { class: errorClass, code: errorCode ?? '' },
    });
  }
  const { state, retreat, orderId, abortedBy } = row;
  const cancel = orderId === null ? await openCancelOf(tx, tenant, 'serviceOrder', id) : undefined;
  const cancelTask = cancel?.accepted === false ? cancel.id : null;
  const tasks = cancel?.accepted ? [cancel.id] : [];
  return { state, retreat, steps, abortedBy, cancelTask, tasks, onHold: await isHeld(tx, tenant, row) };
}

/** By a person: itself, or with its product order. */
async function isHeld(tx: Tx, tenant: string, { heldBy, orderId }: ServiceOrderRow): Promise<boolean> {
  if (orderId === null) return heldBy !== null;
  const where = and(eq(productOrder.tenantId, tenant), eq(productOrder.id, orderId));
  const [order] = await tx.select({ heldBy: productOrder.heldBy }).from(productOrder).where(where);
  return (order?.heldBy ?? null) !== null;
}
