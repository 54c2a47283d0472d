import { and, asc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Observed } from '../src/activation/adapter.ts';
import type { SystemHealth } from '../src/activation/breaker.ts';
import type { Attempt, Conclusion, RecordedFootprint, StandingStep } from '../src/activation/attempt.ts';
import type { Footprint } from '../src/inventory/inventory.ts';
import { must } from '../src/kernel/assert.ts';
import { type CompactStep, stepId } from '../src/decomposition/plan.ts';
import type { Tx } from './client.ts';
import { leavesDoubt } from './doubt.ts';
import { resultsByStep } from './footprintStore.ts';
import { step as stepTable, system as systemTable } from './schema.ts';
import { openForMs } from './systemHealthStore.ts';

export interface StepRef {
  readonly tenant: string;
  readonly serviceOrder: string;
  readonly item: number;
  readonly step: string;
}

/** A step with all that an attempt needs, read in one statement. */
export interface LoadedStep extends StandingStep, Record<string, unknown> {
  /** The service order has left `acknowledged`. */
  readonly started: boolean;
  /** The service order has ended: nothing may be sent for it any more. */
  readonly over: boolean;
  /** The service order belongs to no product order: its items may rely on each other. */
  readonly alone: boolean;
  readonly adapter: string | null;
  readonly address: string | null;
  readonly paused: boolean | null;
  readonly pausedWhy: string | null;
  /** Null: nothing bad was ever heard of it. */
  readonly health: SystemHealth | null;
}

/** Locks the step's row, so that two executions of one step note their attempts one after the other. */
export async function loadStep(tx: Tx, { tenant, serviceOrder, item, step }: StepRef): Promise<LoadedStep> {
  const rows = await tx.execute<LoadedStep>(sql`
    select st.system, st.verb, st.object, st.values, st.results, st.verify, st.fixed, st.state, st.way, st.before,
      st.attempt, st.generation,
      st.decided, st.wanted, st.changed, so.state <> 'acknowledged' as started,
      so.completed_at is not null as over, so.order_id is null as alone,
      it.service_id as service, it.snapshot, it.characteristics, it.types,
      coalesce((select o.values from override o where o.tenant_id = it.tenant_id and o.service_id = it.service_id
        and o.step = st.name), '{}') as overrides,
      coalesce(${resultsByStep(sql`it.tenant_id`, sql`it.service_id`, sql`it.service_order_id`)}, '{}') as steps,
      coalesce((select jsonb_object_agg(b.alias, s.results) from service_binding b
        join service s on s.tenant_id = b.tenant_id and s.id = b.relies_on_id
        where b.tenant_id = it.tenant_id and b.service_id = it.service_id), '{}') as "reliesOn",
      coalesce((select jsonb_agg(f.system || ' ' || f.object order by f.system, f.object) from footprint f
        where f.tenant_id = it.tenant_id and f.service_id = it.service_id and f.presence <> 'absent'
          and f.step = any(st.built_after)), '[]') as "builtAfter",
      (select jsonb_build_object('step', f.step, 'system', f.system, 'object', f.object, 'values', f.values,
          'results', f.results, 'version', f.version, 'builtAfter', f.built_after, 'presence', f.presence, 'key', f.key)
        from footprint f
        where f.tenant_id = it.tenant_id and f.service_id = it.service_id and f.system = st.system
          and f.object = st.object and f.presence <> 'absent') as standing,
      y.adapter, y.address, y.paused, y.paused_why as "pausedWhy",
      (select jsonb_build_object('failures', h.failures, 'openForMs', ${openForMs(sql`h.open_until`)})
        from system_health h where h.system = st.system) as health
    from step st
    join service_item it on it.tenant_id = st.tenant_id and it.service_order_id = st.service_order_id and it.ordinal = st.item
    join service_order so on so.tenant_id = st.tenant_id and so.id = st.service_order_id
    left join system y on y.name = st.system
    where st.tenant_id = ${tenant} and st.service_order_id = ${serviceOrder} and st.item = ${item} and st.name = ${step}
    for update of st`);
  return must(rows[0], `step ${serviceOrder}/${item}/${step}`);
}

/** Before the network is called, so that a call nobody heard the end of is still known. */
export async function noteAttempt(
  tx: Tx,
  ref: StepRef,
  attempt: Attempt,
  correlationId: string,
  way: 'do' | 'undo',
  before: Footprint | null,
): Promise<void> {
  const { tenant, serviceOrder, item, step } = ref;
  await tx.execute(sql`
    with noted as (
      update step set state = ${way === 'do' ? 'attempting' : 'undoing'}, way = ${way}, attempt = ${attempt.number}, generation = ${attempt.generation},
        decided = false, wanted = ${JSON.stringify(attempt.wanted)}::jsonb,
        before = case when attempt = 0 then ${JSON.stringify(before)}::jsonb else before end,
        started_at = coalesce(started_at, now()), ended_at = null
      where tenant_id = ${tenant} and service_order_id = ${serviceOrder} and item = ${item} and name = ${step}
    )
    insert into attempt (tenant_id, service_order_id, item, step, number, key, correlation_id)
    values (${tenant}, ${serviceOrder}, ${item}, ${step}, ${attempt.number}, ${attempt.key}, ${correlationId})`);
}

/** There is nothing to undo: the step is as it was, and no attempt may come after. */
export async function noteNothingToUndo(
  tx: Tx,
  { tenant, serviceOrder, item, step }: StepRef,
): Promise<void> {
  await tx.execute(sql`
    update step set state = 'undone', way = 'undo', ended_at = now()
    where tenant_id = ${tenant} and service_order_id = ${serviceOrder} and item = ${item} and name = ${step}`);
}

/** No attempt: the step waits for its system. Why stands in its row; once it goes back it stays on that way. */
export async function noteWait(
  tx: Tx,
  { tenant, serviceOrder, item, step }: StepRef,
  way: 'do' | 'undo',
  { code, message }: { readonly code: string; readonly message: string },
): Promise<void> {
  await tx.execute(sql`
    update step set way = ${way}, decided = decided and way = ${way},
      state = case when ${way} = 'undo' then 'undoing' when state <> 'held' then state
        when decided or attempt = 0 then 'waiting' else 'inDoubt' end, error_class = 'unavailable',
      error_code = ${code}, error_message = ${message}
    where tenant_id = ${tenant} and service_order_id = ${serviceOrder} and item = ${item} and name = ${step}`);
}

/** Writes what an attempt came to, unless a newer attempt was noted meanwhile: then nothing, and false. */
export async function recordConclusion(
  tx: Tx,
  ref: StepRef,
  attempt: number,
  outcome: Conclusion,
  watched: WatchTimes,
  seen?: Observed,
): Promise<boolean> {
  const { tenant, serviceOrder, item, step } = ref;
  const { trouble, footprint, state } = outcome;
  const ended = state === 'accepted' ? sql`null` : sql`now()`;
  const told = state === 'accepted' ? state : (trouble?.class ?? outcome.report.type);
  const rows = await tx.execute(sql`
    with recorded as (
      update step set state = ${state}, decided = ${outcome.decided},
        changed = ${textArray(outcome.changed)}, error_class = ${trouble?.class ?? null},
        error_code = ${trouble?.code ?? null}, error_message = ${trouble?.message ?? null}, ended_at = ${ended}
      where tenant_id = ${tenant} and service_order_id = ${serviceOrder} and item = ${item} and name = ${step}
        and attempt = ${attempt} and state in ('attempting', 'accepted', 'undoing') and ended_at is null
      returning system, object, name
    ), ended as (
      update attempt set ended_at = now(), outcome = ${told}, code = ${trouble?.code ?? null},
        message = ${trouble?.message ?? null}, seen = ${trouble && seen ? JSON.stringify(seen) : null}::jsonb
      where tenant_id = ${tenant} and service_order_id = ${serviceOrder} and item = ${item} and step = ${step}
        and number = ${attempt} and exists (select from recorded)
    )${footprint ? footprintUpsert(ref, footprint) : sql``}${mayComeLate(state, attempt) ? watchFor(ref, attempt, watched) : sql``}
    select 1 from recorded`);
  return rows.length === 1;
}

/** How long an effect may still come, and how often it is looked for. */
export interface WatchTimes {
  readonly forMs: number;
  readonly everyMs: number;
}

/** The step is where it should be; of the attempts before, some call may still be on its way. */
const mayComeLate = (state: Conclusion['state'], attempt: number): boolean =>
  attempt > 1 && (state === 'done' || state === 'undone');

const watchFor = ({ tenant, serviceOrder, item, step }: StepRef, attempt: number, times: WatchTimes) => sql`
  , watched as (
    insert into watch (tenant_id, service_order_id, item, step, service_id, system, object, due_at, until)
    select ${tenant}, ${serviceOrder}, ${item}, ${step}, it.service_id, recorded.system, recorded.object,
      now() + ${times.everyMs} * interval '1 millisecond', now() + ${times.forMs} * interval '1 millisecond'
    from recorded, service_item it
    where it.tenant_id = ${tenant} and it.service_order_id = ${serviceOrder} and it.ordinal = ${item}
      and exists (select from attempt a where a.tenant_id = ${tenant} and a.service_order_id = ${serviceOrder}
        and a.item = ${item} and a.step = ${step} and a.number < ${attempt}
        and ${leavesDoubt(sql`a.outcome`)})
    on conflict (tenant_id, service_order_id, item, step) do update set due_at = excluded.due_at, until = excluded.until
  )`;

const footprintUpsert = ({ tenant, serviceOrder, item }: StepRef, footprint: RecordedFootprint) => sql`
  , print as (
    insert into footprint (tenant_id, service_id, step, system, object, values, results, version, built_after,
      snapshot, presence, key)
    select ${tenant}, it.service_id, split_part(recorded.name, '.', 1), recorded.system, recorded.object,
      ${JSON.stringify(footprint.values)}::jsonb, ${JSON.stringify(footprint.results)}::jsonb, ${footprint.version},
      ${textArray(footprint.builtAfter)}, it.snapshot, ${footprint.presence}, ${footprint.key}
    from recorded, service_item it
    where it.tenant_id = ${tenant} and it.service_order_id = ${serviceOrder} and it.ordinal = ${item}
    on conflict (tenant_id, service_id, system, object) do update set step = excluded.step, values = excluded.values,
      results = excluded.results, version = excluded.version, built_after = excluded.built_after,
      snapshot = excluded.snapshot, presence = excluded.presence, key = excluded.key
  )`;

const textArray = (texts: readonly string[]) =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(texts)}::jsonb))`;

/** The steps as a workflow knows them. What names a step of another item is a whole step id already. */
export async function compactStepsOf(tx: Tx, tenant: string, serviceOrder: string): Promise<CompactStep[]> {
  const rows = await tx
    .select({ ...getTableColumns(stepTable), queue: sql<boolean>`${systemTable.limits} is not null` })
    .from(stepTable)
    .leftJoin(systemTable, eq(systemTable.name, stepTable.system))
    .where(and(eq(stepTable.tenantId, tenant), eq(stepTable.serviceOrderId, serviceOrder)))
    .orderBy(asc(stepTable.item), asc(stepTable.ordinal));
  return rows.map((row) => ({
    id: stepId(row.item, row.name),
    system: row.system,
    verb: row.verb,
    after: row.after.map((name) => (name.includes('/') ? name : stepId(row.item, name))),
    ...(row.ifChanged && { ifChanged: row.ifChanged }),
    ...(row.optional && { optional: true }),
    ...(row.pointOfNoReturn && { pointOfNoReturn: true }),
    ...(row.queue && { queue: true }),
    ...(row.reports && { reports: row.reports }),
  }));
}
