import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { service, serviceBinding } from '../schema.ts';
import type { ServiceRow } from '../serviceStore.ts';
import { clausesOf, contains, instant, type ListQuery, type Page, text } from './list.ts';
import { overridesOf } from './overrides.ts';
import { together } from './together.ts';
import type { JsonObject } from '../../src/kernel/json.ts';

export interface ServiceRead extends Omit<ServiceRow, 'tenantId'> {
  /** What a person set for its steps, other than ordered. */
  readonly overrides: readonly {
    readonly step: string;
    readonly values: JsonObject;
    readonly setAt: string;
  }[];
  readonly bindings: readonly { readonly alias: string; readonly reliesOnId: string }[];
}

export const serviceColumns = {
  id: text(service.id),
  state: text(service.state),
  specification: text(service.specification),
  domain: text(service.domain),
  product: text(service.productId),
  createdAt: instant(service.createdAt),
  startedAt: instant(service.startedAt),
  endedAt: instant(service.endedAt),
  serviceOrder: contains(service.orderItems, (serviceOrder) => [{ serviceOrder }]),
};

const keys = { tenantId: service.tenantId, time: service.createdAt, id: service.id };

/** A page of services with what they rely on. */
export async function listServices(tx: Tx, tenant: string, query: ListQuery): Promise<Page<ServiceRead>> {
  const { where, orderBy } = clausesOf(serviceColumns, keys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(service, where),
    tx
      .select()
      .from(service)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  const ids = rows.map(({ id }) => id);
  const [bindings, overrides] = await Promise.all([
    tx
      .select()
      .from(serviceBinding)
      .where(and(eq(serviceBinding.tenantId, tenant), inArray(serviceBinding.serviceId, ids)))
      .orderBy(asc(serviceBinding.alias)),
    overridesOf(tx, tenant, ids),
  ]);
  const bindingsOf = together(bindings, ({ serviceId }) => serviceId);
  const setFor = together(overrides, ({ serviceId }) => serviceId);
  return {
    total,
    rows: rows.map((row) => ({ ...row, bindings: bindingsOf(row.id), overrides: setFor(row.id) })),
  };
}
