import { catalogOf } from '../drizzle/catalogStore.ts';
import { openCancelOf } from '../drizzle/cancelStore.ts';
import { recordControl } from '../drizzle/controlStore.ts';
import { releaseClaims } from '../drizzle/claimStore.ts';
import { type Tx, withTenant } from '../drizzle/client.ts';
import { inventoryAroundServices } from '../drizzle/inventoryStore.ts';
import { saveUnsteppedResults } from '../drizzle/itemResults.ts';
import { claimServiceOrder, requestOf, saveServicePlan } from '../drizzle/outsideOrderStore.ts';
import {
  type LockedServiceOrder,
  lockServiceOrder,
  moveServiceOrder,
  rejectServiceOrder,
  type ServiceOrderRow,
} from '../drizzle/serviceOrderStore.ts';
import { compactStepsOf } from '../drizzle/stepStore.ts';
import { policyOf } from '../src/decomposition/failure.ts';
import type { CompactStep, PlanSettings, ServiceAction } from '../src/decomposition/plan.ts';
import { planServices } from '../src/decomposition/servicePlan.ts';
import { entryIn } from '../src/catalog/model.ts';
import { must } from '../src/kernel/assert.ts';
import { isFinal } from '../src/kernel/machine.ts';
import type { OrderRefusal } from '../src/order/refusal.ts';
import { serviceOrderMachine, type ServiceOrderState } from '../src/serviceOrder/machine.ts';
import { type RequestedServiceOrder, servicesNamedBy } from '../src/serviceOrder/request.ts';
import type { Control } from '../src/serviceOrder/run.ts';
import { type RecoveryPolicy, rowsBySpecification } from '../src/serviceOrder/recovery.ts';
import type { ActivityDeps } from './deps.ts';
import { endAlone, type ServiceOrderRef } from './serviceOrderRecords.ts';

export interface OutsideRef extends ServiceOrderRef {
  /** First run of the chain that asks: only one chain is the order's saga. */
  readonly runChain: string;
}

/** What a run on its own needs to know of its service order. */
export interface OpenedOutside {
  readonly type: 'opened';
  readonly title: string;
  readonly action: ServiceAction;
  readonly domain: string;
  readonly steps: readonly CompactStep[];
  readonly policy: RecoveryPolicy;
  readonly call: PlanSettings['step'];
  /** An earlier run had begun: its rows say how far it came. */
  readonly again?: true;
}

export type OutsideOpened =
  | OpenedOutside
  | {
      readonly type: 'startsLater';
      readonly startAt: string;
      readonly waitMs: number;
      readonly onHold: boolean;
    }
  | { readonly type: 'ended'; readonly state: ServiceOrderState }
  | { readonly type: 'notTheSaga' };

export const createOutsideRecords = (deps: ActivityDeps) => ({
  /** Plans a service order of its own and writes down all that will be done, once; asked again it answers the same. */
  openOutsideOrder: (ref: OutsideRef): Promise<OutsideOpened> =>
    withTenant(deps.db, ref.tenant, (tx) => open(tx, deps, ref)),

  /** Nobody wants it any more before its start date came. */
  dropOutsideOrder: ({ tenant, serviceOrder }: OutsideRef, control: Control): Promise<void> =>
    withTenant(deps.db, tenant, async (tx) => {
      const locked = await lockServiceOrder(tx, tenant, serviceOrder);
      if (locked.row.state === 'acknowledged') await drop(tx, tenant, locked, control);
    }),
});

/** Nothing was planned, and no service was touched. */
async function drop(tx: Tx, tenant: string, locked: LockedServiceOrder, control: Control): Promise<void> {
  const { id, version } = locked.row;
  const code = control.type === 'aborted' ? 'aborted' : 'cancelled';
  const items = locked.items.map((item) => ({ ...item, code }));
  await moveServiceOrder(tx, tenant, { ...locked, items }, ['Cancelled'], now());
  const versions = { before: version, after: version + 1 };
  await recordControl(tx, tenant, { kind: 'serviceOrder', id }, control, versions, now());
  await endAlone(tx, tenant, id, { outcome: 'cancelled', code });
}

const now = () => new Date().toISOString();

async function open(tx: Tx, deps: ActivityDeps, ref: OutsideRef): Promise<OutsideOpened> {
  const { tenant, serviceOrder, runChain } = ref;
  const locked = await lockServiceOrder(tx, tenant, serviceOrder);
  const { row } = locked;
  if (row.runChain !== null && row.runChain !== runChain) return { type: 'notTheSaga' };
  if (isFinal(serviceOrderMachine, row.state)) return { type: 'ended', state: row.state };
  if (row.runChain === null) await claimServiceOrder(tx, tenant, serviceOrder, runChain);
  const unwanted = row.state === 'acknowledged' ? await unwantedBy(tx, tenant, row) : undefined;
  if (unwanted) {
    await drop(tx, tenant, locked, unwanted);
    return { type: 'ended', state: 'cancelled' };
  }
  const startAt = row.requestedStart;
  const waitMs = startAt === null ? 0 : Date.parse(startAt) - Date.now();
  if (startAt !== null && waitMs > 0)
    return {
      ...{ type: 'startsLater', startAt: new Date(startAt).toISOString(), waitMs },
      onHold: row.heldBy !== null,
    };
  const refusal = await planOnce(tx, deps, tenant, locked);
  if (refusal === undefined) return opened(tx, deps, tenant, serviceOrder);
  await rejectServiceOrder(tx, tenant, locked, refusal.type, now());
  await releaseClaims(tx, tenant, serviceOrder);
  return { type: 'ended', state: 'rejected' };
}

async function unwantedBy(
  tx: Tx,
  tenant: string,
  { id, abortedBy }: ServiceOrderRow,
): Promise<Control | undefined> {
  if (abortedBy !== null) return { type: 'aborted', audit: abortedBy };
  const cancel = await openCancelOf(tx, tenant, 'serviceOrder', id);
  return cancel && { type: 'cancelAccepted', task: cancel.id };
}

/** Its steps are its plan: where they are known already, or nobody posted the order, nothing is planned. */
async function planOnce(
  tx: Tx,
  deps: ActivityDeps,
  tenant: string,
  locked: LockedServiceOrder,
): Promise<OrderRefusal | undefined> {
  const request = requestOf(locked.row);
  const known = await compactStepsOf(tx, tenant, locked.row.id);
  if (request === undefined || known.length > 0) return undefined;
  const plan = planServices({
    orderId: locked.row.id,
    items: request.items,
    catalog: await catalogOf(tx, tenant, snapshotOf(locked)),
    inventory: await inventoryOf(tx, tenant, request),
    taken: {},
    serviceItemsMax: deps.serviceItemsMax,
  });
  if (!plan.ok) return plan.refusal;
  await saveServicePlan(tx, tenant, locked, plan.value.items, now());
  await saveUnsteppedResults(tx, tenant, locked.row.id);
  return undefined;
}

const inventoryOf = (tx: Tx, tenant: string, request: RequestedServiceOrder) =>
  inventoryAroundServices(tx, tenant, servicesNamedBy(request));

const snapshotOf = ({ items }: LockedServiceOrder): string => items[0]?.snapshot ?? '';

async function opened(tx: Tx, deps: ActivityDeps, tenant: string, id: string): Promise<OpenedOutside> {
  const locked = await lockServiceOrder(tx, tenant, id);
  const { row, items } = locked;
  const catalog = await catalogOf(tx, tenant, snapshotOf(locked));
  const rows = rowsBySpecification(
    items.map(({ specification }) => ({
      specification,
      recovery: policyOf(entryIn(catalog.serviceSpecifications, specification) ?? {}),
    })),
  );
  const specifications = Object.fromEntries(
    items.map(({ ordinal, specification }) => [String(ordinal), specification]),
  );
  const { policy, step } = deps.planSettings;
  const first = must(items[0], `an item of service order ${id}`);
  const more = items.length > 1 ? ` and ${items.length - 1} more` : '';
  return {
    type: 'opened',
    title: `${first.action} ${first.specification}${more}`,
    // What is taken away waits until all else is built, as in a modify.
    action: items.every(({ action }) => action === 'delete') ? 'delete' : 'modify',
    domain: row.domain,
    steps: await compactStepsOf(tx, tenant, id),
    policy: { ...policy, ...(Object.keys(rows).length > 0 && { byItem: { specifications, rows } }) },
    call: step,
    // Held before it began, its row still says so.
    ...((row.state !== 'acknowledged' || row.heldBy !== null) && { again: true }),
  };
}
