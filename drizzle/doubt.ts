import { type SQL, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';

/** Of an attempt that ended so nobody can say that nothing of it is in the network, or will come. */
export const leavesDoubt = (outcome: SQL | AnyPgColumn): SQL =>
  sql`(${outcome} is null or ${outcome} in ('accepted', 'inDoubt', 'ours', 'unknown', 'lied'))`;

/**
 * Of a row of `step`: some attempt on its way there may have had an effect that nobody saw. What a system refused
 * after all left the footprint absent, under the key of that call.
 */
export const isDoubted: SQL<boolean> = sql`(step.way = 'do' and exists (
  select from attempt tried where tried.tenant_id = step.tenant_id and tried.service_order_id = step.service_order_id
    and tried.item = step.item and tried.step = step.name and ${leavesDoubt(sql`tried.outcome`)}
    and not exists (
      select from service_item ordered join footprint f
        on f.tenant_id = ordered.tenant_id and f.service_id = ordered.service_id
      where ordered.tenant_id = step.tenant_id and ordered.service_order_id = step.service_order_id
        and ordered.ordinal = step.item and f.system = step.system and f.object = step.object
        and f.presence = 'absent' and f.key = tried.key)))`;
