import { and, eq, notInArray, sql } from 'drizzle-orm';
import type { Observed } from '../src/activation/adapter.ts';
import type { SystemHealth } from '../src/activation/breaker.ts';
import type { Footprint } from '../src/inventory/inventory.ts';
import { must } from '../src/kernel/assert.ts';
import type { JsonObject } from '../src/kernel/json.ts';
import type { FoundLateCode } from '../src/serviceOrder/fallout.ts';
import { takeClaims } from './claimStore.ts';
import { type Database, type Tx, withRelay, withTenant } from './client.ts';
import { enqueueNow } from './dispatchStore.ts';
import { insertEvents } from './events.ts';
import { falloutId } from './falloutStore.ts';
import { newServiceItem, newServiceOrder } from './newServiceOrder.ts';
import { stepRows } from './planStore.ts';
import { fallout, footprint, service, serviceItem, serviceOrder, step, watch } from './schema.ts';
import { lockServiceOrder, serviceOrderEvent } from './serviceOrderStore.ts';
import { openForMs } from './systemHealthStore.ts';

export interface WatchRef {
  readonly tenant: string;
  readonly serviceOrder: string;
  readonly item: number;
  readonly step: string;
}

/** A watched object with all that a look at it needs. */
export interface LeasedWatch extends Record<string, unknown> {
  readonly service: string;
  /** What an order on the service claims. */
  readonly claimed: string;
  readonly system: string;
  readonly object: string;
  readonly adapter: string | null;
  readonly address: string | null;
  readonly paused: boolean | null;
  readonly pausedWhy: string | null;
  /** Null: nothing bad was ever heard of it. */
  readonly health: SystemHealth | null;
  /** An open order works on the product of whoever holds the object: nothing is compared meanwhile. */
  readonly busy: boolean;
  /** The latest possible effect is past: this look is the last. */
  readonly last: boolean;
  /** What is booked there now, by the watched service or by another that holds the object live meanwhile. */
  readonly footprint: (Pick<Footprint, 'presence' | 'key'> & { readonly service: string }) | null;
}

export interface DueWatch extends WatchRef {
  readonly system: string;
}

/** The longest due, of all systems but these: so many of each that none keeps out the others. */
export const dueWatches = (
  db: Database,
  limit: number,
  perSystem: number,
  except: readonly string[],
): Promise<readonly DueWatch[]> =>
  withRelay(db, async (tx) => {
    const due = tx
      .select({
        tenant: sql<string>`${watch.tenantId}`.as('tenant'),
        serviceOrder: sql<string>`${watch.serviceOrderId}`.as('service_order'),
        item: watch.item,
        step: watch.step,
        system: watch.system,
        dueAt: watch.dueAt,
        place: sql<number>`row_number() over (partition by ${watch.system} order by ${watch.dueAt})`.as(
          'place',
        ),
      })
      .from(watch)
      .where(and(sql`${watch.dueAt} <= now()`, notInArray(watch.system, [...except])))
      .as('due');
    const { dueAt: _, place: __, ...columns } = due._.selectedFields;
    return tx
      .select(columns)
      .from(due)
      .where(sql`${due.place} <= ${perSystem}`)
      .orderBy(due.dueAt)
      .limit(limit);
  });

const isRow = ({ tenant, serviceOrder: id, item, step: name }: WatchRef) =>
  and(eq(watch.tenantId, tenant), eq(watch.serviceOrderId, id), eq(watch.item, item), eq(watch.step, name));

const leaseSeconds = 20;

/** Takes a watch for this relay; one that dies with it is due again when the lease ends. */
export const leaseWatch = (db: Database, ref: WatchRef): Promise<LeasedWatch | undefined> =>
  withTenant(db, ref.tenant, async (tx) => {
    const [row] = await tx.execute<LeasedWatch>(sql`
      with leased as (
        update watch set due_at = now() + ${leaseSeconds} * interval '1 second'
        where ${isRow(ref)} and due_at <= now() returning *
      )
      select w.service_id as service, coalesce(s.product_id, s.id) as claimed, w.system, w.object,
        y.adapter, y.address, y.paused, y.paused_why as "pausedWhy", w.until <= now() as last,
        (select jsonb_build_object('failures', h.failures, 'openForMs', ${openForMs(sql`h.open_until`)})
          from system_health h where h.system = w.system) as health,
        exists (select from claim c where c.tenant_id = w.tenant_id
          and c.product_id in (coalesce(s.product_id, s.id), coalesce(h.product_id, h.id))) as busy,
        case when f.key is not null
          then jsonb_build_object('presence', f.presence, 'key', f.key, 'service', f.service_id) end as footprint
      from leased w
      join service s on s.tenant_id = w.tenant_id and s.id = w.service_id
      left join lateral (
        select presence, key, service_id from footprint
        where tenant_id = w.tenant_id and system = w.system and object = w.object
          and (service_id = w.service_id or presence <> 'absent')
        order by presence = 'absent' limit 1
      ) f on true
      left join service h on h.tenant_id = w.tenant_id and h.id = f.service_id
      left join system y on y.name = w.system`);
    return row;
  });

export const watchAgain = (db: Database, ref: WatchRef, afterMs: number): Promise<unknown> =>
  withTenant(db, ref.tenant, (tx) =>
    tx
      .update(watch)
      .set({ dueAt: sql`now() + ${afterMs} * interval '1 millisecond'` })
      .where(isRow(ref)),
  );

export const endWatch = (db: Database, ref: WatchRef): Promise<unknown> =>
  withTenant(db, ref.tenant, (tx) => tx.delete(watch).where(isRow(ref)));

type Late = Extract<Observed, { type: 'present' }>;

/**
 * What came late is taken away by a service order of its own, with the claims of any other; false where somebody
 * else works on the product now. The watch goes on: it will see what becomes of it.
 */
export const orderRemoval = (db: Database, ref: WatchRef, found: LeasedWatch, seen: Late): Promise<boolean> =>
  withTenant(db, ref.tenant, async (tx) => {
    const { tenant } = ref;
    const { row, items } = await lockServiceOrder(tx, tenant, ref.serviceOrder);
    const item = must(
      items.find(({ ordinal }) => ordinal === ref.item),
      'the item of a watch',
    );
    const earlier = await tx.$count(
      serviceOrder,
      and(eq(serviceOrder.tenantId, tenant), sql`starts_with(id, ${`${row.id}.w`})`),
    );
    const id = `${row.id}.w${earlier + 1}`;
    if (await takeClaims(tx, tenant, id, { exclusive: [found.claimed], shared: [] })) return false;
    const [booked] = await tx
      .select({ characteristics: service.characteristics })
      .from(service)
      .where(and(eq(service.tenantId, tenant), eq(service.id, found.service)));
    await bookDoubtful(tx, ref, found, item.snapshot, seen);
    const order = newServiceOrder(tenant, {
      ...{ id, domain: row.domain, compensates: row.id, orderedAt: new Date().toISOString() },
    });
    const { specification, types, snapshot } = item;
    // The service itself does not change: what is taken away was never booked.
    const removal = newServiceItem(tenant, {
      ...{ serviceOrderId: id, action: 'modify', serviceId: item.serviceId, specification, types, snapshot },
      // The item's own were wanted then: a modify that failed, or one that another has overtaken.
      characteristics: must(booked, 'a watched service').characteristics,
      results: {},
    });
    await tx.insert(serviceOrder).values(order);
    await tx.insert(serviceItem).values(removal);
    await tx.insert(step).values(stepRows(tenant, { id, steps: [removalStep(ref, found)] }));
    await insertEvents(tx, tenant, [serviceOrderEvent(order, [removal], 'created')]);
    await enqueueNow(tx, tenant, id, 'startServiceOrder');
    return true;
  });

const removalStep = ({ step: name }: WatchRef, { system, object }: LeasedWatch) => ({
  ...{ name, system, object, verb: 'revoke' as const, verify: 'always' as const },
  ...{ values: {}, results: {}, after: [], builtAfter: [], fixed: { values: {}, results: {} } },
});

/** Doubtful, so that whoever acts on it looks first. */
async function bookDoubtful(
  tx: Tx,
  { tenant, step: name }: WatchRef,
  { service, system, object }: LeasedWatch,
  snapshot: string | null,
  { key, version, observed }: Late,
): Promise<void> {
  const seen = {
    ...{ step: name.split('.')[0] ?? name, values: observed, results: {}, version, builtAfter: [] },
    ...{ snapshot, presence: 'doubtful' as const, key: key ?? '' },
  };
  await tx
    .insert(footprint)
    .values({ tenantId: tenant, serviceId: service, system, object, ...seen })
    .onConflictDoUpdate({
      target: [footprint.tenantId, footprint.serviceId, footprint.system, footprint.object],
      set: seen,
    });
}

const reasons = {
  overwritten: (object) => `${object} is as a call left it that was given up`,
  vanished: (object) => `${object} is not there any more, after a call whose end nobody heard`,
  unresolved: (object) =>
    `${object} is in doubt after a call whose end nobody heard, and no order works on it`,
  unmarked: (object) =>
    `${object} is there, after a call whose end nobody heard; its system does not show who wrote it`,
} as const satisfies Record<FoundLateCode, (object: string) => string>;

/** What cannot be put right by taking it away is for a person, once. */
export const openWatchFallout = (
  db: Database,
  ref: WatchRef,
  { service: watched, system, object, footprint: booked }: LeasedWatch,
  code: FoundLateCode,
  seen: Observed,
): Promise<void> =>
  withTenant(db, ref.tenant, async (tx) => {
    const { tenant, serviceOrder: id, item, step: name } = ref;
    const { row } = await lockServiceOrder(tx, tenant, id);
    const holder =
      booked && booked.service !== watched ? `, and belongs to service ${booked.service} now` : '';
    await tx
      .insert(fallout)
      .values({
        ...{
          tenantId: tenant,
          id: falloutId({ watch: `${id}/${item}/${name}`, code }),
          orderId: row.orderId,
        },
        ...{ serviceOrderId: id, item, step: name, system, class: 'drift', code, tries: 0 },
        reason: `${reasons[code](object)}${holder}`,
        seen: seen as unknown as JsonObject,
      })
      .onConflictDoNothing();
    await tx.delete(watch).where(isRow(ref));
  });
