import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import { isDoubted } from './doubt.ts';

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
      and step.state <> 'skipped' and (step.attempt > 0 or step.error_class is not null)
      and (step.verb = 'revoke' or (step.point_of_no_return and not (step.state in ('refused', 'held')
        and step.error_class in ('refused', 'invalid') and not ${isDoubted})))
    order by id`);
  return rows.map(({ id }) => id);
}
