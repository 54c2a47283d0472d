import { type Database, type Tx, withTenant } from '../drizzle/client.ts';
import { catalogOf } from '../drizzle/catalogStore.ts';
import { releaseClaims } from '../drizzle/claimStore.ts';
import { inventoryAround } from '../drizzle/inventoryStore.ts';
import { foldChanges, lockOrder, saveProgress, type StoredOrder } from '../drizzle/orderStore.ts';
import { type CancelTask, openCancelOf } from '../drizzle/cancelStore.ts';
import { endCommands, recordControl } from '../drizzle/controlStore.ts';
import { closeOrderFallout, type Resolution } from '../drizzle/falloutStore.ts';
import { remainsOf } from '../drizzle/remains.ts';
import { claimRunChain, savePlan } from '../drizzle/planStore.ts';
import { openProducts, settleProducts } from '../drizzle/productStore.ts';
import { compensate } from '../drizzle/compensationStore.ts';
import { limitedSystems } from '../drizzle/systemStore.ts';
import { lockServiceOrder, settleServiceOrder, skipSteps } from '../drizzle/serviceOrderStore.ts';
import { takeTurn } from '../drizzle/turnStore.ts';
import { decompose } from '../src/decomposition/decompose.ts';
import { compact, type CompactPlan, type CompactServiceOrder } from '../src/decomposition/plan.ts';
import { must } from '../src/kernel/assert.ts';
import { isFinal } from '../src/kernel/machine.ts';
import type { Turn } from '../src/kernel/turn.ts';
import { dropping, openingChanges, rejection, type OrderChange } from '../src/order/changes.ts';
import { type ItemState, orderMachine, type OrderState } from '../src/order/machine.ts';
import { type Order, productsNamedBy, statesOf } from '../src/order/order.ts';
import type { Remains } from '../src/order/resume.ts';
import type { OrderCommand, Wishes } from '../src/order/run.ts';
import type { Control } from '../src/serviceOrder/run.ts';
import { serviceOrderMachine } from '../src/serviceOrder/machine.ts';
import type { ActivityDeps } from './deps.ts';

export interface OrderRef {
  readonly tenant: string;
  readonly orderId: string;
  /** First run of the chain that asks: only one chain is the order's saga. */
  readonly runChain: string;
}

export type Opened =
  | {
      readonly type: 'opened';
      readonly plan: CompactPlan;
      readonly state: OrderState;
      readonly items: Readonly<Record<string, ItemState>>;
      readonly parents: Readonly<Record<string, string>>;
      /** A person holds it since before it was opened. */
      readonly onHold: boolean;
      /** What an earlier run left, where there was one. */
      readonly remains?: Remains;
    }
  | {
      readonly type: 'startsLater';
      readonly startAt: string;
      readonly waitMs: number;
      readonly onHold: boolean;
    }
  | { readonly type: 'ended'; readonly state: OrderState }
  | { readonly type: 'notTheSaga' };

export type CompensationOpened =
  | { readonly type: 'opened'; readonly serviceOrders: readonly CompactServiceOrder[] }
  | { readonly type: 'notTheSaga' };

/** ended: a try of the same workflow task that nobody heard of had settled the order, and what it wrote holds. */
export type Recorded =
  | { readonly type: 'recorded' }
  | { readonly type: 'ended'; readonly state: OrderState }
  | { readonly type: 'notTheSaga' };

export const createOrderRecords = (deps: ActivityDeps) => ({
  /** Decomposes the order and writes down all that will be done, once; asked again it answers the same. */
  openOrder: (ref: OrderRef): Promise<Opened> => withTenant(deps.db, ref.tenant, (tx) => open(tx, deps, ref)),

  recordProgress: (
    ref: OrderRef,
    changes: readonly OrderChange[],
    controls: readonly Control[],
    turn: Turn,
  ): Promise<Recorded> =>
    asSaga(deps.db, ref, async (tx, stored) => {
      const order = { kind: 'productOrder', id: ref.orderId } as const;
      if (!(await takeTurn(tx, ref.tenant, order, stored.recordedTurn, turn))) return;
      await saveChanges(tx, ref.tenant, stored, changes, controls);
    }),

  /** An order that was not opened yet is not wanted any more. */
  dropOrder: (ref: OrderRef, control: Control): Promise<Recorded> =>
    asSaga(deps.db, ref, async (tx, stored) => {
      if (stored.compactPlan) return;
      await drop(tx, ref.tenant, stored, control);
    }),

  /** Orders what takes back completed service orders; asked again it answers the same. */
  openCompensation: (ref: OrderRef, ids: readonly string[]): Promise<CompensationOpened> =>
    withTenant(deps.db, ref.tenant, async (tx): Promise<CompensationOpened> => {
      const stored = must(await lockOrder(tx, ref.tenant, ref.orderId), `order ${ref.orderId}`);
      if (stored.runChain !== ref.runChain) return { type: 'notTheSaga' };
      const serviceOrders: CompactServiceOrder[] = [];
      for (const id of ids) serviceOrders.push(await compensate(tx, ref.tenant, id, now()));
      return { type: 'opened', serviceOrders };
    }),

  /** Order, items, products, events and claims in one transaction: after it nothing of the order is open. */
  async settleOrder(
    ref: OrderRef,
    { changes, controls, untouched, notStarted }: OrderEnding,
  ): Promise<Recorded> {
    const recorded = await asSaga(deps.db, ref, async (tx, stored) => {
      for (const id of untouched) await settleUntouched(tx, ref.tenant, id);
      for (const id of notStarted) await settleNotStarted(tx, ref.tenant, id);
      const order = await saveChanges(tx, ref.tenant, stored, changes, controls);
      await endOrder(tx, ref.tenant, order, 'settled');
      deps.failpoint('order.settling');
    });
    deps.failpoint('order.settled');
    return recorded;
  },
});

/** All that a settled order leaves behind. */
export type OrderEnding = Omit<Extract<OrderCommand, { type: 'settleOrder' }>, 'type'>;

async function endOrder(tx: Tx, tenant: string, order: Order, resolution: Resolution): Promise<void> {
  await releaseClaims(tx, tenant, order.id);
  await closeOrderFallout(tx, tenant, order.id, resolution);
  await endCommands(tx, tenant, { kind: 'productOrder', id: order.id }, order, now());
}

/** Before anything was done: nothing is to be taken back. */
async function drop(
  tx: Tx,
  tenant: string,
  { order: before }: StoredOrder,
  control: Control,
): Promise<OrderState> {
  const code = control.type === 'aborted' ? 'aborted' : 'cancelled';
  const folded = foldChanges(before, dropping(statesOf(before), code), now());
  await saveProgress(tx, tenant, before, folded);
  const { order } = folded;
  const versions = { before: before.version, after: order.version };
  await recordControl(tx, tenant, { kind: 'productOrder', id: order.id }, control, versions, now());
  await endOrder(tx, tenant, order, control.type === 'aborted' ? 'abort' : 'cancel');
  return order.state;
}

const now = () => new Date().toISOString();

async function open(tx: Tx, deps: ActivityDeps, { tenant, orderId, runChain }: OrderRef): Promise<Opened> {
  const stored = must(await lockOrder(tx, tenant, orderId), `order ${orderId}`);
  if (stored.runChain !== null && stored.runChain !== runChain) return { type: 'notTheSaga' };
  if (isFinal(orderMachine, stored.order.state)) return { type: 'ended', state: stored.order.state };
  if (stored.runChain === null) await claimRunChain(tx, tenant, orderId, runChain);
  const cancel = await openCancelOf(tx, tenant, 'productOrder', orderId);
  if (stored.compactPlan) {
    const wishes = wishesOf(stored, cancel);
    const remains = { ...(await remainsOf(tx, tenant, orderId, now())), wishes };
    return { ...opened(stored.order, stored.compactPlan), onHold: wishes.onHold, remains };
  }
  const unwanted = unwantedBy(stored, cancel);
  if (unwanted) return { type: 'ended', state: await drop(tx, tenant, stored, unwanted) };
  const { requestedStart } = stored.order;
  const waitMs = requestedStart === undefined ? 0 : Date.parse(requestedStart) - Date.now();
  if (requestedStart !== undefined && waitMs > 0)
    return { type: 'startsLater', startAt: requestedStart, waitMs, onHold: stored.heldBy !== null };
  return decomposeAndOpen(tx, deps, tenant, stored);
}

const wishesOf = ({ abortedBy, heldBy }: StoredOrder, cancel: CancelTask | undefined): Wishes => ({
  aborted: abortedBy !== null,
  onHold: heldBy !== null,
  cancel: cancel ? { task: cancel.id, accepted: cancel.accepted } : null,
});

const unwantedBy = ({ abortedBy }: StoredOrder, cancel: CancelTask | undefined): Control | undefined => {
  if (abortedBy !== null) return { type: 'aborted', audit: abortedBy };
  return cancel && { type: 'cancelAccepted', task: cancel.id };
};

async function decomposeAndOpen(
  tx: Tx,
  deps: ActivityDeps,
  tenant: string,
  { order, heldBy }: StoredOrder,
): Promise<Opened> {
  const catalog = await catalogOf(tx, tenant, order.snapshot);
  const [inventory, systems] = await Promise.all([
    inventoryAround(tx, tenant, productsNamedBy(order)),
    limitedSystems(tx),
  ]);
  const serviceItemsMax = deps.serviceItemsMax;
  const plan = decompose({ orderId: order.id, items: order.items, catalog, inventory, serviceItemsMax });
  if (!plan.ok) {
    const folded = foldChanges(order, rejection(statesOf(order), plan.refusal.type), now());
    await saveProgress(tx, tenant, order, folded);
    await endOrder(tx, tenant, folded.order, 'settled');
    return { type: 'ended', state: folded.order.state };
  }
  const compactPlan = compact(plan.value, deps.planSettings, new Set(systems.map(({ name }) => name)));
  await savePlan(tx, tenant, order, plan.value, compactPlan, now());
  await openProducts(tx, tenant, order, plan.value.products);
  const folded = foldChanges({ ...order, decomposedAt: now() }, openingChanges(statesOf(order)), now());
  await saveProgress(tx, tenant, order, folded);
  return { ...opened(folded.order, compactPlan), onHold: heldBy !== null };
}

const opened = (order: Order, plan: CompactPlan): Omit<Extract<Opened, { type: 'opened' }>, 'onHold'> => ({
  type: 'opened',
  plan,
  state: order.state,
  items: statesOf(order).items,
  parents: Object.fromEntries(
    order.items.flatMap(({ id, parent }) => (parent === undefined ? [] : [[id, parent]])),
  ),
});

/** Items that end take their products with them. */
async function saveChanges(
  tx: Tx,
  tenant: string,
  { order: before, plan }: StoredOrder,
  changes: readonly OrderChange[],
  controls: readonly Control[],
): Promise<Order> {
  const folded = foldChanges(before, changes, now());
  const { order } = folded;
  if (changes.length > 0) {
    await saveProgress(tx, tenant, before, folded);
    await settleProducts(tx, tenant, { before, order }, must(plan, 'the plan').products, now());
  }
  const versions = { before: before.version, after: order.version };
  for (const control of controls)
    await recordControl(tx, tenant, { kind: 'productOrder', id: order.id }, control, versions, now());
  return order;
}

/** A service order that turned out to need no step: its service still takes over what was ordered. */
async function settleUntouched(tx: Tx, tenant: string, id: string): Promise<void> {
  const locked = await lockServiceOrder(tx, tenant, id);
  if (isFinal(serviceOrderMachine, locked.row.state)) return;
  await skipSteps(tx, tenant, id, now());
  await settleServiceOrder(tx, tenant, locked, { outcome: 'completed', code: null }, now());
}

/** A service order that never got its turn, since the order failed before. */
async function settleNotStarted(tx: Tx, tenant: string, id: string): Promise<void> {
  const locked = await lockServiceOrder(tx, tenant, id);
  if (isFinal(serviceOrderMachine, locked.row.state)) return;
  await skipSteps(tx, tenant, id, now());
  await settleServiceOrder(tx, tenant, locked, { outcome: 'cancelled', code: 'notStarted' }, now());
}

const asSaga = (
  db: Database,
  ref: OrderRef,
  work: (tx: Tx, stored: StoredOrder) => Promise<void>,
): Promise<Recorded> =>
  withTenant(db, ref.tenant, async (tx): Promise<Recorded> => {
    const stored = must(await lockOrder(tx, ref.tenant, ref.orderId), `order ${ref.orderId}`);
    if (stored.runChain !== ref.runChain) return { type: 'notTheSaga' };
    const { state } = stored.order;
    if (isFinal(orderMachine, state)) return { type: 'ended', state };
    await work(tx, stored);
    return { type: 'recorded' };
  });
