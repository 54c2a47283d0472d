import { type SQL, sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { isDoubted } from './doubt.ts';

/** Of a row of `step`: it was sent, and its service order cannot go back any more. */
const isSentForGood = sql`(step.state <> 'skipped' and (step.attempt > 0 or step.error_class is not null)
  and (step.verb = 'revoke' or (step.point_of_no_return and not (step.state in ('refused', 'held')
    and step.error_class in ('refused', 'invalid') and not ${isDoubted}))))`;

/**
 * The service orders of a product order that are past their point of no return, as the rows of their steps know it:
 * what `isPastReturn` says of a run. A step that only waited for its system counts: it was on its way.
 */
export async function pastReturnOf(tx: Tx, tenant: string, orderId: string): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select distinct step.service_order_id as id
    from step join service_order so on so.tenant_id = step.tenant_id and so.id = step.service_order_id
    where so.tenant_id = ${tenant} and so.order_id = ${orderId} and so.compensates is null
      and so.retreat is null and so.completed_at is null
      and ${isSentForGood}
    order by id`);
  return rows.map(({ id }) => id);
}

const isPast = sql`exists (select from step where step.tenant_id = so.tenant_id
  and step.service_order_id = so.id and ${isSentForGood})`;

/**
 * Of a row of `fallout`: something of its order may be taken back, as far as the rows know it. How the parts of an
 * order hang together only its run knows. What was not opened yet has no service orders, and is dropped.
 */
export const somethingMayGo: SQL<boolean> = sql`(case when fallout.order_id is null
  then exists (select from service_order so where so.tenant_id = fallout.tenant_id
    and so.id = fallout.service_order_id and so.retreat is null and not ${isPast})
  else not exists (select from service_order so
      where so.tenant_id = fallout.tenant_id and so.order_id = fallout.order_id)
    or exists (select from service_order so
      left join order_item ordered on ordered.tenant_id = so.tenant_id and ordered.order_id = so.order_id
        and ordered.id = so.order_item_id
      where so.tenant_id = fallout.tenant_id and so.order_id = fallout.order_id and so.compensates is null
        and so.retreat is null and so.state not in ('rejected', 'cancelled', 'failed')
        and not (so.state = 'completed' and coalesce(ordered.state, '') = 'completed')
        and not exists (select from service_order back where back.tenant_id = so.tenant_id
          and back.compensates = so.id)
        and not ${isPast})
  end)`;

/** It fails as a whole already: one that cannot be done without takes itself back. */
const isFailing = sql`exists (select from service_order failing where failing.tenant_id = fallout.tenant_id
  and failing.order_id = fallout.order_id and failing.compensates is null and failing.retreat ->> 'outcome' = 'failed'
  and exists (select from product_order po, jsonb_array_elements(po.plan -> 'serviceOrders') planned
    where po.tenant_id = fallout.tenant_id and po.id = fallout.order_id
      and po.plan ->> 'onFailure' = 'allOrNothing'
      and planned ->> 'id' = failing.id and coalesce(planned -> 'optional', 'false') = 'false'))`;

/** The same, and nobody has wanted it yet: an abort of its order would take something back. */
export const mayGoBack: SQL<boolean> = sql`(${somethingMayGo} and (fallout.order_id is null
  or (exists (select from product_order po where po.tenant_id = fallout.tenant_id
      and po.id = fallout.order_id and po.aborted_by is null)
    and not ${isFailing}
    and not exists (select from cancel_task task where task.tenant_id = fallout.tenant_id
      and task.kind = 'productOrder' and task.target = fallout.order_id and task.accepted
      and task.state in ('acknowledged', 'inProgress')))))`;
