import { and, eq, sql } from 'drizzle-orm';
import { editFault, knownValues } from '../src/activation/edit.ts';
import { stepId } from '../src/decomposition/plan.ts';
import { must } from '../src/kernel/assert.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import type { CommandAnswer } from '../src/operator/answer.ts';
import type { StepCommand } from '../src/operator/commands.ts';
import type { DeskRefusal } from '../src/operator/refusal.ts';
import {
  commandsFor,
  type FalloutCase,
  type FalloutCommand,
  fittingCommands,
  isFoundLate,
} from '../src/serviceOrder/fallout.ts';
import type { AuditRow, NewAudit, Person } from './auditStore.ts';
import { catalogOf } from './catalogStore.ts';
import type { Database, Tx } from './client.ts';
import { closeFallout } from './falloutStore.ts';
import { type Checked, type DeskAnswer, refused, runCommand } from './operatorDesk.ts';
import { type FalloutRead, readFallout } from './reads/fallout.ts';
import { fallout, serviceItem } from './schema.ts';
import { loadStep, type StepRef } from './stepStore.ts';

/** What a person does about a fallout. */
export interface FalloutAsk<Command> extends Person {
  readonly tenant: string;
  readonly fallout: string;
  readonly command: Command;
  readonly commandId: string;
  readonly reason?: string | undefined;
  /** As `audit.given` has it. */
  readonly given?: JsonObject | undefined;
}

/** Where a command about a step goes. */
export interface StepTarget {
  readonly tenant: string;
  readonly serviceOrder: string;
  readonly step: string;
}

export type SendStep = (step: StepTarget, command: StepCommand, audit: string) => Promise<CommandAnswer>;

/** Names the row in the audit, and the update to the run. */
export const falloutAuditId = ({
  fallout: id,
  commandId,
}: Pick<FalloutAsk<unknown>, 'fallout' | 'commandId'>): string => `${id}:${commandId}`;

export const auditOf = (ask: FalloutAsk<NewAudit['command']>): NewAudit => {
  const { client, subject, command, reason, given } = ask;
  const about = { entity: 'fallout', entityId: ask.fallout } as const;
  return { id: falloutAuditId(ask), client, subject, command, ...about, reason, given };
};

/** A command about a step, for its run where it has one: from the desk, or from a bulk. */
export const commandFallout = (
  db: Database,
  ask: FalloutAsk<StepCommand>,
  send: SendStep,
): Promise<DeskAnswer> =>
  runCommand(db, {
    tenant: ask.tenant,
    audit: auditOf(ask),
    check: (tx) => checkStepCommand(tx, ask),
    send: (row) => send(targetOf(row), ask.command, row.id),
  });

const targetOf = ({ tenantId, serviceOrderId, item, step }: AuditRow): StepTarget => ({
  tenant: tenantId,
  serviceOrder: must(serviceOrderId, 'the service order of a step'),
  step: stepId(must(item, 'its item'), must(step, 'its name')),
});

async function checkStepCommand(tx: Tx, ask: FalloutAsk<StepCommand>): Promise<Checked> {
  const row = await readFallout(tx, ask.tenant, ask.fallout);
  const refusal = refusalFor(row, ask.command);
  if (refusal || row === undefined) return refusal ? { type: 'refused', refusal } : unknown();
  if (isFoundLate(row)) return leaveAsFound(tx, row);
  const unfit = ask.command === 'editAndRetry' ? await editRefusal(tx, stepOf(row), ask.given) : undefined;
  return unfit ?? { type: 'send', found: placeOf(row) };
}

/** No run is left to ask: the record alone says that a person knows, and leaves it so. */
async function leaveAsFound(tx: Tx, row: FalloutRead): Promise<Checked> {
  const isClosed = await closeFallout(tx, row.tenantId, row.id, 'leaveBehind');
  return isClosed
    ? { type: 'done', found: placeOf(row) }
    : refused('FalloutClosed', 'somebody closed it this very moment');
}

const unknown = () => refused('ResourceUnknown', 'there is no such fallout');

export const placeOf = ({ orderId, serviceOrderId, item, step }: FalloutRead) => ({
  orderId,
  serviceOrderId,
  item,
  step,
});

export const stepOf = ({ tenantId, serviceOrderId, item, step }: FalloutRead): StepRef => ({
  tenant: tenantId,
  serviceOrder: must(serviceOrderId, 'the service order of a held step'),
  item: must(item, 'its item'),
  step: must(step, 'its name'),
});

const caseOf = ({ held, ...row }: FalloutRead): FalloutCase => ({
  ...row,
  isOpen: row.closedAt === null,
  step: held,
});

export const allowedCommands = (row: FalloutRead): FalloutCommand[] => commandsFor(caseOf(row));

/** What the record alone says against a command. */
export function refusalFor(row: FalloutRead | undefined, command: FalloutCommand): DeskRefusal | undefined {
  if (row === undefined) return unknown().refusal;
  if (row.closedAt !== null) return { type: 'FalloutClosed', message: `it was closed by: ${row.resolution}` };
  if (fittingCommands(caseOf(row)).includes(command)) return undefined;
  const message = `what may be done: ${allowedCommands(row).join(', ') || 'nothing by a command yet'}`;
  return { type: 'CommandUnfit', message };
}

async function editRefusal(tx: Tx, ref: StepRef, given: JsonObject | undefined) {
  const step = await loadStep(tx, ref);
  const characteristics = await characteristicsOf(tx, ref);
  const edited = { values: step.values, types: step.types, known: knownValues(step), characteristics };
  const fault = editFault(edited, (given?.values ?? {}) as JsonObject);
  return fault && refused('EditUnfit', fault.message, { path: `values.${fault.name}` });
}

/** What the service may be told, by the catalogue that its order was accepted with. */
async function characteristicsOf(tx: Tx, { tenant, serviceOrder, item }: StepRef) {
  const [found] = await tx
    .select({ specification: serviceItem.specification, snapshot: serviceItem.snapshot })
    .from(serviceItem)
    .where(
      and(
        eq(serviceItem.tenantId, tenant),
        eq(serviceItem.serviceOrderId, serviceOrder),
        eq(serviceItem.ordinal, item),
      ),
    );
  if (found === undefined || found.snapshot === null) return undefined;
  const catalog = await catalogOf(tx, tenant, found.snapshot);
  return catalog.serviceSpecifications[found.specification]?.characteristics;
}

/** Somebody takes care of it; taken over from another only by saying so. */
export const claimFallout = (
  db: Database,
  ask: FalloutAsk<'claim'>,
  { owner, takeOver = false }: { readonly owner: string; readonly takeOver?: boolean | undefined },
): Promise<DeskAnswer> =>
  ownFallout(db, ask, owner, (now) =>
    now === null || now === owner || takeOver ? undefined : `${now} takes care of it`,
  );

/** Nobody takes care of it any more. */
export const releaseFallout = (db: Database, ask: FalloutAsk<'release'>): Promise<DeskAnswer> =>
  ownFallout(db, ask, null, () => undefined);

const ownFallout = (
  db: Database,
  ask: FalloutAsk<'claim' | 'release'>,
  owner: string | null,
  objection: (now: string | null) => string | undefined,
): Promise<DeskAnswer> =>
  runCommand(db, {
    tenant: ask.tenant,
    audit: auditOf(ask),
    check: async (tx): Promise<Checked> => {
      const where = and(eq(fallout.tenantId, ask.tenant), eq(fallout.id, ask.fallout));
      await tx.select({ id: fallout.id }).from(fallout).where(where).for('update');
      const row = await readFallout(tx, ask.tenant, ask.fallout);
      if (row === undefined) return unknown();
      if (row.closedAt !== null) return refused('FalloutClosed', `it was closed by: ${row.resolution}`);
      const message = objection(row.owner);
      if (message !== undefined) return refused('FalloutOwned', message);
      if (owner !== row.owner) {
        const ownedAt = owner === null ? null : sql`now()`;
        await tx.update(fallout).set({ owner, ownedAt }).where(where);
      }
      const { given = {} } = ask;
      const before = row.owner !== null && { given: { ...given, ownerBefore: row.owner, asked: given } };
      return { type: 'done', found: { ...placeOf(row), ...before } };
    },
    send: () => Promise.resolve({ type: 'runMissing' }),
  });
