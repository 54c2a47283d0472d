import { z } from '@hono/zod-openapi';
import { withTenant } from '../../drizzle/client.ts';
import type { FalloutRow } from '../../drizzle/falloutStore.ts';
import { attemptsBehind, falloutColumns, listFallout, readFallout } from '../../drizzle/reads/fallout.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import { commandsFor, type FalloutCommand } from '../../src/serviceOrder/fallout.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { refuse } from '../problem.ts';
import { dateTime, type Links, linksOf, present, type Readable } from '../resource.ts';
import { attemptView } from './orderView.ts';

export const falloutSchema = z
  .looseObject({ id: z.string(), state: z.enum(['open', 'closed']), class: z.string(), code: z.string() })
  .openapi('Fallout');

export const falloutOf = (clock: () => Date): Readable<FalloutRow> => ({
  name: 'fallout',
  list: listFallout,
  toTmf: (row, links) => falloutView(row, links, clock()),
  columns: falloutColumns,
  attributes: Object.fromEntries(Object.keys(falloutColumns).map((column) => [column, { column }])),
});

export const allowedCommands = (row: FalloutRow): FalloutCommand[] =>
  commandsFor({ ...row, isOpen: row.closedAt === null });

function falloutView(row: FalloutRow, links: Links, now: Date): JsonObject {
  const until = row.closedAt === null ? now : new Date(row.closedAt);
  const shown = present({
    id: row.id,
    href: links.href('fallout', row.id),
    state: row.closedAt === null ? 'open' : 'closed',
    class: row.class,
    code: row.code,
    reason: row.reason,
    order: row.orderId,
    serviceOrder: row.serviceOrderId,
    item: row.item,
    step: row.step,
    system: row.system,
    tries: row.tries,
    seen: row.seen,
    openedAt: dateTime(row.openedAt),
    closedAt: dateTime(row.closedAt),
    ageSeconds: Math.max(0, Math.round((until.getTime() - new Date(row.openedAt).getTime()) / 1_000)),
    resolution: row.resolution,
  });
  return { ...shown, allowedCommands: allowedCommands(row) };
}

/** One fallout with everything that was tried. */
export async function inspectFallout(c: ApiContext, deps: ApiDeps): Promise<Response> {
  const { tenant } = callerOf(c.req.raw);
  const { row, attempts } = await withTenant(deps.db, tenant, async (tx) => {
    const found = await falloutIn(c, (id) => readFallout(tx, tenant, id));
    return { row: found, attempts: await attemptsBehind(tx, tenant, found) };
  });
  const view = falloutView(row, linksOf(c, deps), deps.clock());
  return c.json({ ...view, attempts: attempts.map(attemptView) as Json });
}

/** The fallout that the path names. */
export async function falloutIn(
  c: ApiContext,
  read: (id: string) => Promise<FalloutRow | undefined>,
): Promise<FalloutRow> {
  const id = c.req.param('id') ?? '';
  const row = idPattern.test(id) ? await read(id) : undefined;
  return row ?? refuse('ResourceUnknown', 'there is no such fallout');
}
