import { sql } from 'drizzle-orm';
import { check, jsonb, text, timestamp } from 'drizzle-orm/pg-core';
import type { JsonObject } from '../../src/kernel/json.ts';

/** Columns that many tables have. */

export const tenant = () => text('tenant_id').notNull();
export const at = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });
export const json = (name: string) => jsonb(name).$type<JsonObject>();
export const oneOf = (name: string, column: string, values: readonly string[]) =>
  check(name, sql.raw(`"${column}" in (${values.map((value) => `'${value}'`).join(', ')})`));
