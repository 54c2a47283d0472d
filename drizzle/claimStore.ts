import { sql } from 'drizzle-orm';
import type { Tx } from './client.ts';
import type { Plan } from '../src/decomposition/plan.ts';

/** The product that is taken, and by which order; the order is gone if it ended this very moment. */
export interface Taken {
  readonly product: string;
  readonly order: string | undefined;
}

/**
 * Takes all claims in id order, or names one that another order holds. The row locks make two orders on one
 * product wait for each other, and the common order of ids keeps them from a deadlock.
 */
export async function takeClaims(
  tx: Tx,
  tenant: string,
  order: string,
  claims: Plan['claims'],
): Promise<Taken | null> {
  const wanted = [
    ...claims.exclusive.map((product) => ({ product, mode: 'exclusive' })),
    ...claims.shared.map((product) => ({ product, mode: 'shared' })),
  ];
  if (wanted.length === 0) return null;
  const rows = await tx.execute<{ product: string }>(sql`
    insert into claim (tenant_id, product_id, mode, holders)
    select ${tenant}, wanted.product, wanted.mode, array[${order}]
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as wanted(product text, mode text)
      order by wanted.product
    on conflict (tenant_id, product_id) do update
      set mode = case when claim.holders = array[${order}] then excluded.mode else claim.mode end,
          holders = case when ${order} = any(claim.holders) then claim.holders else claim.holders || excluded.holders end
      where (claim.mode = 'shared' and excluded.mode = 'shared') or claim.holders = array[${order}]
    returning product_id as product`);
  const got = new Set(rows.map(({ product }) => product));
  const missing = wanted.find(({ product }) => !got.has(product));
  return missing ? { product: missing.product, order: await holderOf(tx, tenant, missing.product) } : null;
}

async function holderOf(tx: Tx, tenant: string, product: string): Promise<string | undefined> {
  const rows = await tx.execute<{ holder: string }>(
    sql`select holders[1] as holder from claim where tenant_id = ${tenant} and product_id = ${product}`,
  );
  return rows[0]?.holder;
}

/** Products that another open order holds for itself, with that order. */
export async function exclusiveClaims(
  tx: Tx,
  tenant: string,
  products: readonly string[],
  except: string,
): Promise<Record<string, string>> {
  if (products.length === 0) return {};
  const rows = await tx.execute<{ product: string; holder: string }>(sql`
    select product_id as product, holders[1] as holder from claim
    where tenant_id = ${tenant} and mode = 'exclusive' and holders <> array[${except}] and product_id = any(${sql.param(products)}::text[])`);
  return Object.fromEntries(rows.map(({ product, holder }) => [product, holder]));
}

/** Locks first, in the same order as those who take; what is done then is decided by what stands after the wait. */
export async function releaseClaims(tx: Tx, tenant: string, order: string): Promise<void> {
  await tx.execute(sql`
    select 1 from claim where tenant_id = ${tenant} and ${order} = any(holders) order by product_id for update`);
  await tx.execute(sql`
    delete from claim where tenant_id = ${tenant} and holders = array[${order}]`);
  await tx.execute(sql`
    update claim set holders = array_remove(holders, ${order})
    where tenant_id = ${tenant} and ${order} = any(holders)`);
}
