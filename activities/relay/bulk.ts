import type { Logger } from 'pino';
import {
  dueEntries,
  type EntryEnd,
  type EntryRef,
  type LeasedEntry,
  leaseEntry,
  postponeEntry,
  settleEntry,
} from '../../drizzle/bulkEntries.ts';
import type { Database } from '../../drizzle/client.ts';
import { commandFallout } from '../../drizzle/falloutDesk.ts';
import type { DeskAnswer } from '../../drizzle/operatorDesk.ts';
import { restartFallout } from '../../drizzle/orphanDesk.ts';
import { unreachable } from '../../src/kernel/assert.ts';
import { reasonOf } from '../../src/kernel/reason.ts';
import type { WorkflowDoor } from '../../workflows/client.ts';
import { type Loop, startLoop } from './loop.ts';

export interface BulkDeps {
  readonly db: Database;
  readonly log: Logger;
  readonly workflows: Pick<WorkflowDoor, 'commandStep' | 'rejoin'>;
  readonly intervalMs: number;
  /** A relay that has not heard the end of an entry by then gives it to another. */
  readonly leaseMs: number;
  readonly failpoint: (name: string) => void;
}

/** So many commands are on their way at once. */
const atOnce = 10;

/** Gives the commands of bulks, one by one as a person would, until it is stopped. Any number may run. */
export const startBulk = (deps: BulkDeps): Loop =>
  startLoop({
    intervalMs: deps.intervalMs,
    round: () => workEntries(deps),
    failed: (error) => deps.log.warn({ err: error }, 'the bulks cannot reach postgres; they try again'),
  });

/** Works off what is due; answers whether more may be due. While nobody answers there is no hurry. */
export async function workEntries(deps: BulkDeps): Promise<boolean> {
  const due = await dueEntries(deps.db, atOnce);
  const ended = await Promise.all(due.map((ref) => work(deps, ref)));
  const unended = ended.filter((isEnded) => !isEnded).length;
  if (unended > 0) deps.log.warn({ entries: unended }, 'commands of bulks have no answer yet');
  return due.length >= atOnce && unended < due.length;
}

async function work(deps: BulkDeps, ref: EntryRef): Promise<boolean> {
  const { db, log, failpoint } = deps;
  const leased = await leaseEntry(db, ref, deps.leaseMs);
  if (leased === undefined) return true;
  try {
    failpoint('bulk.leased');
    const end = endOf(await give(deps, leased));
    failpoint('bulk.commanded');
    await (end === undefined ? postponeEntry(db, ref, leased.tries) : settleEntry(db, ref, end));
    return end !== undefined;
  } catch (error) {
    log.warn({ ...ref, tries: leased.tries, reason: reasonOf(error) }, 'an entry of a bulk is tried again');
    await postponeEntry(db, ref, leased.tries);
    return false;
  }
}

function give({ db, workflows }: BulkDeps, { ask }: LeasedEntry): Promise<DeskAnswer> {
  const { command, ...rest } = ask;
  return command === 'restart'
    ? restartFallout(db, { ...rest, command }, workflows.rejoin)
    : commandFallout(db, { ...rest, command }, workflows.commandStep);
}

/** What is written down of an answer; nothing where nobody answered. */
function endOf(answer: DeskAnswer): EntryEnd | undefined {
  switch (answer.type) {
    case 'done':
      return { state: 'done' };
    case 'refused':
      return { state: 'refused', code: answer.refusal.type, message: answer.refusal.message };
    case 'keyReused':
      return {
        state: 'refused',
        code: 'IdempotencyKeyReused',
        message: 'another command about this fallout has the id of the task',
      };
    case 'unanswered':
      return undefined;
    default:
      return unreachable(answer);
  }
}
