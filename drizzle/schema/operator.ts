import { boolean, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';

export const system = pgTable('system', {
  name: text().primaryKey(),
  adapter: text().notNull(),
  address: text().notNull(),
  limits: jsonb().$type<SystemLimits>(),
  /** An operator's word: no call leaves for a paused system. */
  paused: boolean().notNull().default(false),
  pausedWhy: text('paused_why'),
  /** What the system signs its callbacks with; the application's role may not read it. */
  callbackSecret: text('callback_secret'),
  /** An operator added it, or changed where or how it is reached: the file has no say in it any more. */
  edited: boolean().notNull().default(false),
});

/** How much a system stands: calls a second over all workers, calls at once in each. */
export interface SystemLimits {
  readonly callsPerSecond?: number;
  readonly concurrency?: number;
}

/** What workers found out about a system: the breaker. Written by all, read before every call. */
export const systemHealth = pgTable('system_health', {
  system: text().primaryKey(),
  /** Calls in a row that the system did not answer. */
  failures: integer().notNull(),
  /** Steps that heard nothing since the last answer. */
  unheard: jsonb().$type<readonly string[]>().notNull().default([]),
  /** While it lies ahead no call leaves; once past, one call at a time probes. */
  openUntil: at('open_until'),
  lastError: text('last_error'),
  changedAt: at('changed_at').notNull().defaultNow(),
});

/** Service families that some saved catalogue names: what workers poll for. */
export const domain = pgTable('domain', { name: text().primaryKey() });

export const tenants = pgTable('tenant', { id: text().primaryKey() });
