import { restartOrphan } from './deskDeeds.ts';
import type { Office } from './office.ts';
import { commandOrder } from './orderDeeds.ts';
import { pause } from './pause.ts';

const lookEveryMs = 500;
/** What is not let go by then is for the judge. */
const withinMs = 50_000;

const heldNow = `
  select 'productOrder' as kind, id from product_order where held_by is not null and completed_at is null
  union all select 'serviceOrder', id from service_order
    where held_by is not null and completed_at is null and order_id is null`;

const orphansNow = `
  select order_id, service_order_id from fallout where class = 'orphaned' and closed_at is null`;

const openRuns = `
  select 'productOrder:default:' || id as run from product_order where completed_at is null
  union all select 'serviceOrder:default:' || id from service_order where completed_at is null`;

/** At the end nobody keeps an order on hold, and what was terminated is found by the sweep and restarted. */
export async function letGo(office: Office): Promise<void> {
  const begun = performance.now();
  while (performance.now() - begun < withinMs) {
    if (await isAllLetGo(office).catch(() => false)) return;
    await pause(lookEveryMs);
  }
}

async function isAllLetGo(office: Office): Promise<boolean> {
  const { client, terminator } = office;
  const [held, orphans] = [await client.rows(heldNow), await client.rows(orphansNow)];
  for (const { order_id, service_order_id } of orphans)
    await restartOrphan(office, {
      ...(order_id !== null && { order: order_id }),
      ...(service_order_id !== null && { serviceOrder: service_order_id }),
    });
  for (const { kind, id } of held) await commandOrder(office, kind, 'resume', id);
  if (held.length + orphans.length > 0) return false;
  const open = new Set((await client.rows(openRuns)).map(({ run }) => run));
  return (await terminator.lost()).every((run) => !open.has(run));
}
