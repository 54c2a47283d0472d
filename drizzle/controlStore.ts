import { and, eq } from 'drizzle-orm';
import { unreachable } from '../src/kernel/assert.ts';
import { isFromWebUi } from '../src/operator/audit.ts';
import { leftBehind } from '../src/serviceOrder/advance.ts';
import type { Control } from '../src/serviceOrder/run.ts';
import { askCommand, type CommandedOrder, markDone, refuseAsked } from './auditStore.ts';
import { moveCancelTask, openCancelOf } from './cancelStore.ts';
import type { Tx } from './client.ts';
import { closeOrphan } from './falloutStore.ts';
import { productOrder, serviceOrder } from './schema.ts';
import { webUiAbort } from './webUiAbort.ts';

/** Before and after what the command did, as versions of what was commanded. */
export interface Versions {
  readonly before: number;
  readonly after: number;
}

/** Keeps what a person wants with the order, in the transaction of its effect; told again it changes nothing. */
export async function recordControl(
  tx: Tx,
  tenant: string,
  commanded: CommandedOrder,
  control: Control,
  versions: Versions,
  now: string,
): Promise<void> {
  switch (control.type) {
    case 'commanded':
      await markDone(tx, tenant, control.audit, versions);
      return;
    case 'rejoined':
      await closeOrphan(tx, tenant, control.serviceOrder, 'restart');
      await markDone(tx, tenant, control.audit, versions);
      return;
    case 'aborted':
      await ensureAudit(tx, tenant, commanded, control.audit);
      await mark(tx, tenant, commanded, { abortedBy: control.audit, heldBy: null });
      await markDone(tx, tenant, control.audit, versions);
      return;
    case 'held':
      if (await markDone(tx, tenant, control.audit, versions))
        await mark(tx, tenant, commanded, { heldBy: control.audit });
      return;
    case 'resumed':
      if (await markDone(tx, tenant, control.audit, versions))
        await mark(tx, tenant, commanded, { heldBy: null });
      return;
    case 'cancelAssessed':
      return moveCancelTask(tx, tenant, control.task, 'Assessing', {}, now);
    case 'cancelAccepted':
      return moveCancelTask(tx, tenant, control.task, 'Assessing', { accepted: true }, now);
    case 'cancelRefused': {
      const { task, code } = control;
      const why = { code, message: refusals[code] ?? code, orderVersion: versions.after };
      await moveCancelTask(tx, tenant, task, 'Refused', why, now);
      return;
    }
    default:
      return unreachable(control);
  }
}

/** Why a wish to cancel came to nothing, in words for its client. */
const refusals: Readonly<Record<string, string>> = {
  NothingToTakeBack: 'everything of the order is past its point of no return, or is being taken back already',
  AbortedAlready: 'the order is being taken back already',
  BeingCancelled: 'the order is being cancelled already',
  OrderOver: 'the order was over before the wish reached it',
  leftBehind: 'what was to be taken back could not be, and was left behind',
};

type Marks = { readonly heldBy?: string | null; readonly abortedBy?: string };

async function mark(tx: Tx, tenant: string, { kind, id }: CommandedOrder, marks: Marks): Promise<void> {
  if (kind === 'productOrder') {
    const where = and(eq(productOrder.tenantId, tenant), eq(productOrder.id, id));
    await tx.update(productOrder).set(marks).where(where);
    return;
  }
  const where = and(eq(serviceOrder.tenantId, tenant), eq(serviceOrder.id, id));
  await tx.update(serviceOrder).set(marks).where(where);
}

/** The command that took the order back, or has its next run do so. */
export async function abortedBy(
  tx: Tx,
  tenant: string,
  { kind, id }: CommandedOrder,
): Promise<string | null> {
  const table = kind === 'productOrder' ? productOrder : serviceOrder;
  const where = and(eq(table.tenantId, tenant), eq(table.id, id));
  const [row] = await tx.select({ by: table.abortedBy }).from(table).where(where);
  return row?.by ?? null;
}

async function ensureAudit(tx: Tx, tenant: string, commanded: CommandedOrder, audit: string): Promise<void> {
  if (isFromWebUi(audit)) await askCommand(tx, tenant, webUiAbort(commanded, audit));
}

/** An order that is over, as far as those who commanded it want to know. */
export interface Over {
  readonly version: number;
  readonly items: readonly { readonly state: string; readonly code?: string | null }[];
}

/** The order is over: whoever wanted something of it hears what came of that. */
export async function endCommands(
  tx: Tx,
  tenant: string,
  commanded: CommandedOrder,
  over: Over,
  now: string,
): Promise<void> {
  await endCancel(tx, tenant, commanded, over, now);
  await endAbort(tx, tenant, commanded, over);
  await refuseAsked(tx, tenant, commanded);
}

async function endCancel(
  tx: Tx,
  tenant: string,
  { kind, id }: CommandedOrder,
  { version: orderVersion, items }: Over,
  now: string,
): Promise<void> {
  const task = await openCancelOf(tx, tenant, kind, id);
  if (task === undefined) return;
  if (task.accepted && items.some(({ state }) => state === 'cancelled')) {
    await moveCancelTask(tx, tenant, task.id, 'Done', { orderVersion }, now);
    return;
  }
  const code = task.accepted ? whyNothing(items) : 'OrderOver';
  const message = refusals[code] ?? code;
  await moveCancelTask(tx, tenant, task.id, 'Refused', { code, message, orderVersion }, now);
}

/** An orphan's abort is carried out by its next run, which finds it on record and need not hear it again. */
async function endAbort(tx: Tx, tenant: string, commanded: CommandedOrder, over: Over): Promise<void> {
  if (!over.items.some(({ code }) => code === 'aborted')) return;
  const by = await abortedBy(tx, tenant, commanded);
  if (by !== null) await markDone(tx, tenant, by, { after: over.version });
}

const whyNothing = (items: Over['items']) =>
  items.some(({ code }) => code === leftBehind) ? leftBehind : 'NothingToTakeBack';
