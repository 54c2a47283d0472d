import type { BulkCommand } from './commands.ts';

/** One command for every fallout that is open at that moment, of a class, of a system, or of both. */
export interface Bulk {
  readonly command: BulkCommand;
  readonly class?: string | undefined;
  readonly system?: string | undefined;
  readonly reason?: string | undefined;
}

export const bulkEntriesMax = 10_000;

export interface BulkRefusal {
  readonly type: 'BulkTooLarge';
  readonly message: string;
}

/** What became of the fallouts of a bulk, counted. */
export interface BulkCounts {
  readonly waiting: number;
  readonly done: number;
  readonly refused: number;
}
