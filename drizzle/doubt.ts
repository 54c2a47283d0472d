import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** Of an attempt that ended so nobody can say that nothing of it is in the network, or will come. */
export const leavesDoubt = (outcome: SQL | AnyPgColumn): SQL =>
  sql`(${outcome} is null or ${outcome} in ('accepted', 'inDoubt', 'ours', 'unknown', 'lied'))`;
