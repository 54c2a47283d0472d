import { and, eq, inArray } from 'drizzle-orm';
import { must } from '../src/kernel/assert.ts';
import { follow, hasFollowed, isFinal } from '../src/kernel/machine.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import { type CancelRefusal, type CancelTarget, refusalOfCancel } from '../src/order/cancelRefusal.ts';
import {
  type CancelTaskArrow,
  cancelTaskMachine,
  type CancelTaskState,
  cancelTaskStates,
} from '../src/order/cancelTask.ts';
import { orderMachine } from '../src/order/machine.ts';
import { serviceOrderMachine } from '../src/serviceOrder/machine.ts';
import { type AcceptanceOf, acceptOnce, type OrderRefused, type Posted } from './acceptOnce.ts';
import { askCommand, markDone, markRefused, type NewAudit } from './auditStore.ts';
import type { Database, Tx } from './client.ts';
import { enqueueCancel } from './dispatchStore.ts';
import { insertEvents, type NewEvent } from './events.ts';
import { cancelTask, productOrder, serviceOrder } from './schema.ts';

export type CancelTask = Omit<typeof cancelTask.$inferSelect, 'tenantId'>;
export type CancelKind = CancelTask['kind'];

/** A task that was taken, with the row that carries it to its order's run. */
export interface TakenCancel extends CancelTask {
  readonly sequence: number;
}

export interface CancelRequest extends Posted<TakenCancel> {
  readonly taskId: string;
  readonly subject: string;
  readonly now: string;
  readonly dispatchDelayMs: number;
  readonly kind: CancelKind;
  /** The order that is to be cancelled. */
  readonly target: string;
  readonly reason: string | null;
  readonly requestedAt: string | null;
  readonly carried: JsonObject;
}

export type CancelAcceptance = AcceptanceOf<TakenCancel, CancelRefusal>;

/** Task, event, audit, command and reply in one transaction. Works while Temporal is down. */
export const acceptCancel = (db: Database, request: CancelRequest): Promise<CancelAcceptance> =>
  acceptOnce<TakenCancel, CancelRefusal>(db, request, {
    known: async () => undefined,
    acceptNew: (tx) => acceptNew(tx, request),
  });

/** The order's lock keeps it as it is: nobody settles it, or takes another cancel of it, meanwhile. */
async function acceptNew(tx: Tx, request: CancelRequest): Promise<TakenCancel | OrderRefused<CancelRefusal>> {
  const { tenant, kind, target, subject, dispatchDelayMs } = request;
  const locked = await lockTarget(tx, tenant, kind, target);
  const refusal = refusalOfCancel(locked?.target);
  if (refusal) return { refusal };
  const task = taskOf(request);
  await tx.insert(cancelTask).values({ tenantId: tenant, ...task });
  await insertEvents(tx, tenant, [cancelEvent(task, 'created')]);
  await askCommand(tx, tenant, auditOf(task, subject, must(locked, 'the order').version));
  return { ...task, sequence: await enqueueCancel(tx, tenant, target, dispatchDelayMs) };
}

const taskOf = ({ taskId, now, kind, target, client, reason, requestedAt, carried }: CancelRequest) =>
  ({
    ...{ id: taskId, kind, target, client, state: 'acknowledged', version: 1, accepted: false },
    ...{ reason, requestedAt, code: null, message: null, carried, createdAt: now, effectiveAt: null },
  }) satisfies CancelTask;

/** In the audit a cancel has the id of its task. */
const auditOf = (task: CancelTask, subject: string, orderVersion: number): NewAudit => ({
  ...{ id: task.id, client: task.client, subject, command: 'cancel', entity: task.kind },
  ...{ entityId: task.target, at: task.createdAt, before: orderVersion, reason: task.reason ?? undefined },
  ...(task.kind === 'productOrder' ? { orderId: task.target } : { serviceOrderId: task.target }),
  ...(task.requestedAt !== null && { given: { requestedAt: task.requestedAt } }),
});

interface LockedTarget {
  readonly target: CancelTarget;
  readonly version: number;
}

async function lockTarget(
  tx: Tx,
  tenant: string,
  kind: CancelKind,
  id: string,
): Promise<LockedTarget | undefined> {
  const found =
    kind === 'productOrder' ? await lockProductOrder(tx, tenant, id) : await lockOwnOrder(tx, tenant, id);
  if (found === undefined) return undefined;
  const { version, ...target } = found;
  const open = await openCancelOf(tx, tenant, kind, id);
  return { version, target: { kind, id, ...target, openTask: open?.id } };
}

async function lockProductOrder(tx: Tx, tenant: string, id: string) {
  const [row] = await tx
    .select({ state: productOrder.state, version: productOrder.version })
    .from(productOrder)
    .where(and(eq(productOrder.tenantId, tenant), eq(productOrder.id, id)))
    .for('update');
  return row && { ...row, isOver: isFinal(orderMachine, row.state), productOrder: null };
}

async function lockOwnOrder(tx: Tx, tenant: string, id: string) {
  const [row] = await tx
    .select({
      state: serviceOrder.state,
      version: serviceOrder.version,
      productOrder: serviceOrder.orderId,
    })
    .from(serviceOrder)
    .where(and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id)))
    .for('update');
  return row && { ...row, isOver: isFinal(serviceOrderMachine, row.state) };
}

export const openCancelStates = cancelTaskStates.filter((state) => !isFinal(cancelTaskMachine, state));

/** The task that asks to cancel this order and is not decided yet, or not through: one at most. */
export async function openCancelOf(
  tx: Tx,
  tenant: string,
  kind: CancelKind,
  target: string,
): Promise<CancelTask | undefined> {
  const [row] = await tx
    .select()
    .from(cancelTask)
    .where(
      and(
        eq(cancelTask.tenantId, tenant),
        eq(cancelTask.kind, kind),
        eq(cancelTask.target, target),
        inArray(cancelTask.state, openCancelStates),
      ),
    );
  return row && withoutTenant(row);
}

/** What is known of a task when it moves. */
export interface CancelProgress {
  /** Why it ended as it did. */
  readonly code?: string;
  readonly message?: string;
  /** When the order was cancelled; without it, now. */
  readonly effectiveAt?: string;
  /** The order goes back, and nothing stops it any more. */
  readonly accepted?: boolean;
  /** The order's version after all that the cancel did: its event shows it to the audit. */
  readonly orderVersion?: number;
}

/**
 * Moves a task along an arrow: a version and an event, and at its end the audit. Told again it changes nothing. The
 * caller holds the lock of the order.
 */
export async function moveCancelTask(
  tx: Tx,
  tenant: string,
  id: string,
  arrow: CancelTaskArrow,
  progress: CancelProgress,
  now: string,
): Promise<void> {
  const row = must(await lockTask(tx, tenant, id), `the cancel task ${id}`);
  if (isBehind(row.state, arrow)) return noteAccepted(tx, tenant, row, progress);
  const state = follow<CancelTaskState, CancelTaskArrow>(cancelTaskMachine, row.state, arrow);
  const { code = null, message = null, effectiveAt = now, accepted = row.accepted } = progress;
  const moved = {
    ...{ ...row, state, version: row.version + 1, accepted, code, message },
    effectiveAt: arrow === 'Done' ? effectiveAt : null,
  };
  await tx.update(cancelTask).set(moved).where(whereTask(tenant, id));
  await insertEvents(tx, tenant, [cancelEvent(moved, 'stateChanged')]);
  if (!isFinal(cancelTaskMachine, state)) return;
  const { orderVersion } = progress;
  const versions = orderVersion === undefined ? {} : { after: orderVersion };
  await (state === 'done'
    ? markDone(tx, tenant, id, versions)
    : markRefused(tx, tenant, id, { code, message, ...versions }));
}

/** Every task that is over was assessed before, in a transaction of its own or in its last one. */
const isBehind = (state: CancelTaskState, arrow: CancelTaskArrow): boolean =>
  hasFollowed<CancelTaskState, CancelTaskArrow>(cancelTaskMachine, state, arrow) ||
  (arrow === 'Assessing' && isFinal(cancelTaskMachine, state));

/** That an order goes back is no state of its task: its clients see it on the order. */
async function noteAccepted(
  tx: Tx,
  tenant: string,
  { id, state, accepted }: CancelTask,
  progress: CancelProgress,
): Promise<void> {
  if (accepted || progress.accepted !== true || isFinal(cancelTaskMachine, state)) return;
  await tx.update(cancelTask).set({ accepted: true }).where(whereTask(tenant, id));
}

async function lockTask(tx: Tx, tenant: string, id: string): Promise<CancelTask | undefined> {
  const [row] = await tx.select().from(cancelTask).where(whereTask(tenant, id)).for('update');
  return row && withoutTenant(row);
}

const whereTask = (tenant: string, id: string) => and(eq(cancelTask.tenantId, tenant), eq(cancelTask.id, id));

export const withoutTenant = ({ tenantId: _, ...task }: typeof cancelTask.$inferSelect): CancelTask => task;

const entities = { productOrder: 'cancelProductOrder', serviceOrder: 'cancelServiceOrder' } as const;

const cancelEvent = (task: CancelTask, type: NewEvent['type']): NewEvent => ({
  entity: entities[task.kind],
  id: task.id,
  version: task.version,
  type,
  snapshot: task,
});
