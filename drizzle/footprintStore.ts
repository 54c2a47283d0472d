import { type SQL, sql } from 'drizzle-orm';

/**
 * The results of a service's objects by step. While an object is being replaced, old and new stand under one
 * step: the one that this service order builds counts. What a person says is done against the evidence is doubtful,
 * and its results count all the same.
 */
export const resultsByStep = (tenant: SQL, service: SQL, serviceOrder: SQL) => sql`
  (select jsonb_object_agg(f.step, f.results order by exists (
      select from step own where own.tenant_id = f.tenant_id and own.service_order_id = ${serviceOrder}
        and own.verb = 'apply' and own.system = f.system and own.object = f.object))
    from footprint f
    where f.tenant_id = ${tenant} and f.service_id = ${service} and f.presence <> 'absent')`;
