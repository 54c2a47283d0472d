import { and, asc, eq, inArray } from 'drizzle-orm';
import type { Tx } from '../client.ts';
import { product, productRelationship, service } from '../schema.ts';
import { clausesOf, contains, instant, type ListQuery, type Page, text } from './list.ts';
import { together } from './together.ts';

export interface ProductRead extends Omit<typeof product.$inferSelect, 'tenantId'> {
  readonly relationships: readonly { readonly type: string; readonly relatedId: string }[];
  readonly services: readonly string[];
}

export const productColumns = {
  id: text(product.id),
  name: text(product.name),
  status: text(product.status),
  offering: text(product.offering),
  specification: text(product.specification),
  createdAt: instant(product.createdAt),
  startedAt: instant(product.startedAt),
  endedAt: instant(product.endedAt),
  order: contains(product.orderItems, (order) => [{ order }]),
  party: contains(product.carried, (id) => ({ relatedParty: [{ id }] })),
  account: contains(product.carried, (id) => ({ billingAccount: { id } })),
};

const keys = { tenantId: product.tenantId, time: product.createdAt, id: product.id };

/** A page of products with what they rely on or bundle, and the services that realise them; one that ended first does not. */
export async function listProducts(tx: Tx, tenant: string, query: ListQuery): Promise<Page<ProductRead>> {
  const { where, orderBy } = clausesOf(productColumns, keys, tenant, query);
  const [total, rows] = await Promise.all([
    tx.$count(product, where),
    tx
      .select()
      .from(product)
      .where(where)
      .orderBy(...orderBy)
      .offset(query.offset)
      .limit(query.limit),
  ]);
  const ids = rows.map(({ id }) => id);
  const [relationshipsOf, servicesOf] = await Promise.all([
    relationshipsOfProducts(tx, tenant, ids),
    servicesOfProducts(tx, tenant, ids),
  ]);
  return {
    total,
    rows: rows.map((row) => ({
      ...row,
      relationships: relationshipsOf(row.id),
      services: servicesOf(row.id)
        .filter(({ state }) => row.endedAt !== null || state !== 'terminated')
        .map(({ id }) => id),
    })),
  };
}

async function relationshipsOfProducts(tx: Tx, tenant: string, ids: readonly string[]) {
  const rows = await tx
    .select()
    .from(productRelationship)
    .where(and(eq(productRelationship.tenantId, tenant), inArray(productRelationship.productId, [...ids])))
    .orderBy(asc(productRelationship.type), asc(productRelationship.relatedId));
  return together(rows, ({ productId }) => productId);
}

async function servicesOfProducts(tx: Tx, tenant: string, ids: readonly string[]) {
  const rows = await tx
    .select({ id: service.id, product: service.productId, state: service.state })
    .from(service)
    .where(and(eq(service.tenantId, tenant), inArray(service.productId, [...ids])))
    .orderBy(asc(service.id));
  return together(rows, ({ product }) => product ?? '');
}
