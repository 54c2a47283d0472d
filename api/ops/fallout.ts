import { z } from '@hono/zod-openapi';
import { withTenant } from '../../drizzle/client.ts';
import { allowedCommands } from '../../drizzle/falloutDesk.ts';
import {
  attemptsBehind,
  falloutColumns,
  type FalloutRead,
  listFallout,
  readFallout,
} from '../../drizzle/reads/fallout.ts';
import type { Json, JsonObject } from '../../src/kernel/json.ts';
import { idPattern } from '../../src/kernel/ids.ts';
import { callerOf } from '../caller.ts';
import type { ApiContext, ApiDeps } from '../deps.ts';
import { refuse } from '../problem.ts';
import { dateTime, type Links, linksOf, present, type Readable } from '../resource.ts';
import { attemptView } from './orderView.ts';

export const falloutSchema = z
  .looseObject({ id: z.string(), state: z.enum(['open', 'closed']), class: z.string(), code: z.string() })
  .openapi('Fallout');

export const falloutOf = (clock: () => Date): Readable<FalloutRead> => ({
  name: 'fallout',
  list: listFallout,
  toTmf: (row, links) => falloutView(row, links, clock()),
  columns: falloutColumns,
  attributes: Object.fromEntries(Object.keys(falloutColumns).map((column) => [column, { column }])),
});

function falloutView(row: FalloutRead, links: Links, now: Date): JsonObject {
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
    object: row.object,
    seen: row.seen,
    owner: row.owner,
    ownedAt: dateTime(row.ownedAt),
    openedAt: dateTime(row.openedAt),
    closedAt: dateTime(row.closedAt),
    ageSeconds: Math.max(0, Math.round((until.getTime() - new Date(row.openedAt).getTime()) / 1_000)),
    resolution: row.resolution,
  });
  return { ...shown, allowedCommands: allowedCommands(row) };
}

/** One fallout with everything that was tried, and what the network shows now. */
export async function inspectFallout(c: ApiContext, deps: ApiDeps): Promise<Response> {
  const { tenant } = callerOf(c.req.raw);
  const { row, attempts } = await withTenant(deps.db, tenant, async (tx) => {
    const found = await falloutIn(c, (id) => readFallout(tx, tenant, id));
    return { row: found, attempts: await attemptsBehind(tx, tenant, found) };
  });
  const view = falloutView(row, linksOf(c, deps), deps.clock());
  const shows = row.closedAt === null ? await looked(deps, row) : undefined;
  return c.json({
    ...view,
    ...(shows && { shows: shows as Json }),
    attempts: attempts.map(attemptView) as Json,
  });
}

/** Only a look: the last one of an attempt stays as `seen`. */
const looked = async ({ look }: ApiDeps, { system, object }: FalloutRead) =>
  system === null || object === null ? undefined : look(system, object);

/** The fallout that the path names. */
export async function falloutIn(
  c: ApiContext,
  read: (id: string) => Promise<FalloutRead | undefined>,
): Promise<FalloutRead> {
  const id = c.req.param('id') ?? '';
  const row = idPattern.test(id) ? await read(id) : undefined;
  return row ?? refuse('ResourceUnknown', 'there is no such fallout');
}
