import { type SQL, sql } from 'drizzle-orm';
import type { Footprint, Inventory, Product, Service } from '../src/inventory/inventory.ts';
import { emptyInventory } from '../src/inventory/inventory.ts';
import type { Tx } from './client.ts';

/**
 * Everything that an order on these products can touch: their bundles and parts, their services, all that
 * relies on those and all that those rely on. Nothing is read for an order that names no product.
 */
export async function inventoryAround(
  tx: Tx,
  tenant: string,
  products: readonly string[],
): Promise<Inventory> {
  if (products.length === 0) return emptyInventory;
  const ofProducts = sql`
    ${familyOf(tenant, products)},
    named(id) as (
      select id from service where tenant_id = ${tenant} and product_id in (select id from family)
    )`;
  const services = await servicesAround(tx, tenant, ofProducts);
  const owners = Object.values(services).flatMap(({ product }) => product ?? []);
  const ids = [...new Set([...products, ...owners])];
  return { products: await productsAround(tx, tenant, ids), services };
}

/** The same for an order on services: these and their products, all that relies on them and all that those rely on. */
export async function inventoryAroundServices(
  tx: Tx,
  tenant: string,
  services: readonly string[],
): Promise<Inventory> {
  if (services.length === 0) return emptyInventory;
  const named = sql`named(id) as (
    select id from service where tenant_id = ${tenant} and id = any(${sql.param(services)}::text[]))`;
  const around = await servicesAround(tx, tenant, named);
  const owners = services.flatMap((id) => around[id]?.product ?? []);
  return { products: await productsAround(tx, tenant, owners), services: around };
}

/** The products with all that are bundled with them, at any depth. */
const familyOf = (tenant: string, products: readonly string[]) => sql`
  family(id) as (
    select named.id from unnest(${sql.param(products)}::text[]) as named(id)
    union
    select case when r.product_id = family.id then r.related_id else r.product_id end
      from family
      join product_relationship r on r.tenant_id = ${tenant} and r.type = 'bundles'
        and (r.product_id = family.id or r.related_id = family.id)
  )`;

async function servicesAround(tx: Tx, tenant: string, named: SQL): Promise<Record<string, Service>> {
  const rows = await tx.execute<Omit<Service, 'footprint'> & { readonly footprint: Footprint[] | null }>(sql`
    with recursive ${named},
    dependants as (
      select id from named
      union select b.service_id from service_binding b join dependants d on b.relies_on_id = d.id
        where b.tenant_id = ${tenant}
    ),
    around as (
      select id from dependants
      union select b.relies_on_id from service_binding b join around a on b.service_id = a.id
        where b.tenant_id = ${tenant}
    )
    select s.id, s.product_id as product, s.specification, s.domain, s.state, s.characteristics, s.results,
      coalesce((select jsonb_object_agg(b.alias, b.relies_on_id) from service_binding b
        where b.tenant_id = s.tenant_id and b.service_id = s.id), '{}') as bindings,
      (select jsonb_agg(jsonb_build_object('step', f.step, 'system', f.system, 'object', f.object, 'values', f.values,
          'results', f.results, 'version', f.version, 'builtAfter', f.built_after, 'presence', f.presence,
          'key', f.key) order by f.step, f.system, f.object)
        from footprint f where f.tenant_id = s.tenant_id and f.service_id = s.id) as footprint,
      coalesce((select jsonb_object_agg(o.step, o.values) from override o
        where o.tenant_id = s.tenant_id and o.service_id = s.id), '{}') as overrides
    from service s where s.tenant_id = ${tenant} and s.id in (select id from around)
    order by s.id`);
  return Object.fromEntries(rows.map((row) => [row.id, { ...row, footprint: row.footprint ?? [] }]));
}

async function productsAround(
  tx: Tx,
  tenant: string,
  products: readonly string[],
): Promise<Record<string, Product>> {
  const rows = await tx.execute<Product & Record<string, unknown>>(sql`
    with recursive ${familyOf(tenant, products)}
    select p.id, p.status, p.offering, p.specification, p.characteristics,
      coalesce((select jsonb_agg(r.related_id order by r.related_id) from product_relationship r
        where r.tenant_id = p.tenant_id and r.product_id = p.id and r.type = 'reliesOn'), '[]') as "reliesOn",
      coalesce((select jsonb_agg(r.related_id order by r.related_id) from product_relationship r
        where r.tenant_id = p.tenant_id and r.product_id = p.id and r.type = 'bundles'), '[]') as bundles
    from product p where p.tenant_id = ${tenant} and p.id in (select id from family)
    order by p.id`);
  return Object.fromEntries(rows.map((row) => [row.id, row]));
}
