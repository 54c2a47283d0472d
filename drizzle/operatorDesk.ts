import { unreachable } from '../src/kernel/assert.ts';
import { type JsonObject, sameJson } from '../src/kernel/json.ts';
import type { CommandAnswer } from '../src/operator/answer.ts';
import { type DeskRefusal, isDeskRefusal } from '../src/operator/refusal.ts';
import {
  type AuditRow,
  askCommand,
  findAudit,
  markRefused,
  type NewAudit,
  recordDone,
} from './auditStore.ts';
import { type Database, type Tx, withTenant } from './client.ts';

/** How a command fared, as far as whoever gave it can know. */
export type DeskAnswer =
  | { readonly type: 'done' }
  | { readonly type: 'refused'; readonly refusal: DeskRefusal }
  /** The id belongs to a command with another content. */
  | { readonly type: 'keyReused' }
  /** Nobody knows yet: the same id may be sent again. */
  | { readonly type: 'unanswered' };

/** What the rows say to a command that is new. A refusal leaves no trace. */
export type Checked =
  | { readonly type: 'refused'; readonly refusal: DeskRefusal }
  /** A run has to decide; what was found belongs into the audit. */
  | { readonly type: 'send'; readonly found?: Partial<NewAudit> }
  /** The check has carried it out. */
  | { readonly type: 'done'; readonly found?: Partial<NewAudit> };

export interface Command {
  readonly tenant: string;
  readonly audit: NewAudit;
  readonly check: (tx: Tx) => Promise<Checked>;
  /** Sends the id of the row; asked again it sends it again. */
  readonly send: (row: AuditRow) => Promise<CommandAnswer>;
}

export const refused = (
  type: DeskRefusal['type'],
  message: string,
  more: Omit<DeskRefusal, 'type' | 'message'> = {},
): Extract<DeskAnswer, { type: 'refused' }> => ({ type: 'refused', refusal: { type, message, ...more } });

/**
 * The way of every command: checked and written down in one transaction, then sent, then what became of it. A repeat
 * under the same id gets the same answer; one that nobody answered is sent again.
 */
export async function runCommand(db: Database, command: Command): Promise<DeskAnswer> {
  const { tenant, audit } = command;
  const prepared = await withTenant(db, tenant, (tx) => prepare(tx, command));
  if (prepared.type !== 'asked') return prepared;
  return conclude(db, tenant, audit.id, await command.send(prepared.row));
}

type Prepared = DeskAnswer | { readonly type: 'asked'; readonly row: AuditRow };

async function prepare(tx: Tx, { tenant, audit, check }: Command): Promise<Prepared> {
  const known = await findAudit(tx, tenant, audit.id);
  if (known) return standing(known, audit);
  const checked = await check(tx);
  if (checked.type === 'refused') return checked;
  const write = checked.type === 'send' ? askCommand : recordDone;
  return standing(await write(tx, tenant, { ...audit, ...checked.found }), audit);
}

/** What is known of a command that was asked before, or by another this very moment. */
function standing(row: AuditRow, audit: NewAudit): Prepared {
  if (!isSameAsk(row, audit)) return { type: 'keyReused' };
  switch (row.outcome) {
    case 'asked':
      return { type: 'asked', row };
    case 'done':
      return { type: 'done' };
    case 'refused':
      return refusedAs(row);
    default:
      return unreachable(row.outcome);
  }
}

const isSameAsk = (row: AuditRow, audit: NewAudit): boolean =>
  row.command === audit.command &&
  row.entity === audit.entity &&
  row.entityId === audit.entityId &&
  row.client === audit.client &&
  row.reason === (audit.reason ?? null) &&
  sameJson(wordsOf(row.given), wordsOf(audit.given));

/** What the person said, where the row also holds what was found out about it. */
const wordsOf = (given: JsonObject | null | undefined) => given?.asked ?? given ?? null;

const refusedAs = ({ code, message }: AuditRow) =>
  refused(code !== null && isDeskRefusal(code) ? code : 'CommandUnfit', message ?? '');

async function conclude(
  db: Database,
  tenant: string,
  id: string,
  answer: CommandAnswer,
): Promise<DeskAnswer> {
  if (answer.type === 'done' || answer.type === 'unanswered') return answer;
  const { type: code, message } = answer.type === 'refused' ? answer.refusal : runMissing;
  const row = await withTenant(db, tenant, (tx) => markRefused(tx, tenant, id, { code, message }));
  return row.outcome === 'done' ? { type: 'done' } : refusedAs(row);
}

const runMissing = {
  type: 'RunMissing',
  message: 'it has not started, has just ended, or the sweep is about to find it',
} as const;
