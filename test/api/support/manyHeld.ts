import { sql } from 'drizzle-orm';
import { withTenant } from '../../../drizzle/client.ts';
import type { Api } from './api.ts';
import { heldStep } from './heldStep.ts';

/** So many held steps with their fallout, each in a service order of its own, all of one system. */
export async function manyHeld(api: Api, system: string, count: number): Promise<readonly string[]> {
  const { fallout, serviceOrder, name } = await heldStep(api);
  const own = sql`jsonb_build_object('service_order_id', ${system} || '-' || n)`;
  const numbers = sql`generate_series(1, ${count}::integer) n`;
  return withTenant(api.db, 'default', async (tx) => {
    await tx.execute(sql`
      insert into service_order select made.* from service_order o, ${numbers},
        jsonb_populate_record(o, jsonb_build_object('id', ${system} || '-' || n)) made
      where o.tenant_id = 'default' and o.id = ${serviceOrder}`);
    await tx.execute(sql`
      insert into step select made.* from step s, ${numbers}, jsonb_populate_record(s, ${own}) made
      where s.tenant_id = 'default' and s.service_order_id = ${serviceOrder} and s.name = ${name}`);
    const made = await tx.execute<{ id: string }>(sql`
      insert into fallout select made.* from fallout f, ${numbers}, jsonb_populate_record(f,
        ${own} || jsonb_build_object('id', 'F-' || ${system} || '-' || n, 'system', ${system}::text)) made
      where f.tenant_id = 'default' and f.id = ${fallout} returning id`);
    return made.map(({ id }) => id);
  });
}
