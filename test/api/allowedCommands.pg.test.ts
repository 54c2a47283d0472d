import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../drizzle/client.ts';
import { openOrphan } from '../../drizzle/falloutStore.ts';
import { type Api, startApi } from './support/api.ts';
import { heldStep } from './support/heldStep.ts';

/** The commands that a held step lists, by what the rows around it say. */

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

type Held = Awaited<ReturnType<typeof heldStep>>;
type Around = (held: Held) => readonly SQL[];

const everything = 'retryNow editAndRetry completeWithEvidence abort';

async function listed(around: Around, orphan?: (held: Held) => object): Promise<string> {
  const held = await heldStep(api);
  for (const change of around(held)) await api.db.execute(change);
  if (orphan) {
    const lost = { orderId: held.order, serviceOrderId: null, code: 'runLost', reason: 'gone' } as const;
    await withTenant(api.db, 'default', (tx) => openOrphan(tx, 'default', { ...lost, ...orphan(held) }));
  }
  const one = (await api.get(`/ops/v1/fallout/${held.fallout}`)).body.allowedCommands;
  const list = (await api.get(`/ops/v1/fallout?id=${held.fallout}`)).body;
  expect(list).toMatchObject([{ allowedCommands: one }]);
  return one.join(' ');
}

const ofOrder = (set: string) => (held: Held) =>
  sql`update product_order set ${sql.raw(set)} where id = ${held.order}`;
const ofServiceOrder = (set: string) => (held: Held) =>
  sql`update service_order set ${sql.raw(set)} where id = ${held.serviceOrder}`;
const ofAll = (set: string) => (held: Held) =>
  sql`update service_order set ${sql.raw(set)} where order_id = ${held.order}`;
const ofStep = (set: string) => (held: Held) =>
  sql`update step set ${sql.raw(set)} where service_order_id = ${held.serviceOrder} and name = ${held.ref.step}`;
const bySelf = ofServiceOrder(`order_id = null`);
const falloutBySelf = (held: Held) => sql`update fallout set order_id = null where id = ${held.fallout}`;
const cancelled =
  (accepted: boolean) =>
  ({ order }: Held) =>
    sql`insert into cancel_task
    (tenant_id, id, kind, target, client, state, version, accepted, carried)
    values ('default', ${`cancel-${order}`}, 'productOrder', ${order}, 'local', 'inProgress', 1, ${accepted}, '{}')`;
const retreats = ofServiceOrder(`retreat = '{"outcome":"cancelled","code":"aborted"}'`);

test.each<readonly [string, readonly ((held: Held) => SQL)[], string]>([
  ['with nothing around it: all', [], everything],
  ['on hold: no retry', [ofOrder(`held_by = 'x'`)], 'completeWithEvidence abort'],
  [
    'on hold by itself: no retry',
    [bySelf, falloutBySelf, ofServiceOrder(`held_by = 'x'`)],
    'completeWithEvidence abort',
  ],
  [
    'held on the way back of an abort: no other abort',
    [ofOrder(`aborted_by = 'x'`), retreats, ofStep(`way = 'undo'`)],
    'retryNow leaveBehind',
  ],
  ['held on the way forward while it goes back: nothing', [ofOrder(`aborted_by = 'x'`), retreats], ''],
  [
    'held on the way back by itself: no abort',
    [bySelf, falloutBySelf, retreats, ofStep(`way = 'undo'`)],
    'retryNow leaveBehind',
  ],
  ['whose order is being cancelled: no abort', [cancelled(true)], everything.replace(' abort', '')],
  ['whose cancel is not decided: abort, too', [cancelled(false)], everything],
  [
    'that takes away: no abort after the first revoke',
    [ofStep(`verb = 'revoke'`)],
    'retryNow completeWithEvidence leaveBehind',
  ],
  [
    'by itself that takes away: no abort after the first revoke',
    [bySelf, falloutBySelf, ofStep(`verb = 'revoke'`)],
    'retryNow completeWithEvidence leaveBehind',
  ],
  ['of which all else has failed: no abort', [ofAll(`state = 'failed'`)], everything.replace(' abort', '')],
])('%s', async (_, changes, commands) => {
  expect(await listed((held) => changes.map((change) => change(held)))).toBe(commands);
});

test('a step whose service order lost its run is not commanded', async () => {
  const orphan = ({ serviceOrder }: Held) => ({ serviceOrderId: serviceOrder });
  expect(await listed(() => [], orphan)).toBe('abort');
});

test('a step whose order lost its run still has its own, and an abort starts the order anew', async () => {
  expect(
    await listed(
      (held) => [ofOrder(`aborted_by = 'x'`)(held)],
      () => ({}),
    ),
  ).toBe(everything);
});

test('a lost service order waits for its order, if that is lost, too', async () => {
  const held = await heldStep(api);
  const lose = (serviceOrderId: string | null) =>
    withTenant(api.db, 'default', (tx) =>
      openOrphan(tx, 'default', { orderId: held.order, serviceOrderId, code: 'runLost', reason: 'gone' }),
    );
  const orphans = async () =>
    (await api.get(`/ops/v1/fallout?order=${held.order}&class=orphaned`)).body.map(
      ({ allowedCommands }: { allowedCommands: string[] }) => allowedCommands.join(' '),
    );
  await lose(held.serviceOrder);
  expect(await orphans()).toEqual(['restart abort']);
  await lose(null);
  expect(await orphans()).toEqual(['abort', 'restart abort']);
});

test('an order that lost its run past its point of no return is restarted, and has no abort', async () => {
  const held = await heldStep(api);
  await api.db.execute(ofStep(`verb = 'revoke'`)(held));
  const lost = { orderId: held.order, serviceOrderId: null, code: 'runLost', reason: 'gone' } as const;
  await withTenant(api.db, 'default', (tx) => openOrphan(tx, 'default', lost));
  const orphans = async () => (await api.get(`/ops/v1/fallout?order=${held.order}&class=orphaned`)).body;
  expect(await orphans()).toMatchObject([{ allowedCommands: ['restart'] }]);
  const abort = await api.post({ reason: 'not wanted' }, {}, `/ops/v1/productOrders/${held.order}/abort`);
  expect(abort).toMatchObject({ status: 409, body: { code: 'NothingToTakeBack' } });
  expect(await orphans()).toHaveLength(1);
  const [row] = await api.db.execute(sql`select aborted_by from product_order where id = ${held.order}`);
  expect(row).toEqual({ aborted_by: null });
});
