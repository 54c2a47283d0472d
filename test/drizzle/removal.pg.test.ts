import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../drizzle/client.ts';
import { compensate } from '../../drizzle/compensationStore.ts';
import { serviceOrder } from '../../drizzle/schema.ts';
import { leaseWatch, orderRemoval, type WatchRef } from '../../drizzle/watchStore.ts';
import { must } from '../../src/kernel/assert.ts';
import { activitiesOn, type Api, startApi } from '../api/support/api.ts';
import { conflictingStep } from '../api/support/heldStep.ts';
import { turnsOf } from '../support/turns.ts';

/** What is made after a service order is one of its own: nothing of what the former came to is its own. */

const tenant = 'default';
let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

/** It went back, was held, aborted and recorded in a turn that no run of another service order reaches. */
async function overServiceOrder(state: 'failed' | 'completed') {
  const found = await conflictingStep(api);
  await api.db.execute(sql`
    update service_order set state = ${state}, version = 7, retreat = '{"outcome":"failed","code":"noRoom"}',
      aborted_by = 'an abort', held_by = 'a hold', recorded_turn = '{"run":"run","since":9000000000000,"number":9}',
      run_chain = 'run', started_at = now(), completed_at = now()
    where id = ${found.serviceOrder}`);
  return found;
}

type Found = Awaited<ReturnType<typeof overServiceOrder>>;

/** What its first step left in doubt is found. */
async function removalAfter({ serviceOrder: id, name, system, object, order, ref }: Found): Promise<string> {
  await api.db.execute(sql`delete from claim where ${order} = any (holders)`);
  await api.db.execute(sql`
    insert into watch (tenant_id, service_order_id, item, step, service_id, system, object, due_at, until)
    select tenant_id, ${id}, 1, ${name}, service_id, ${system}, ${object}, now(), now() + interval '1 hour'
    from service_item where service_order_id = ${id}
    on conflict (tenant_id, service_order_id, item, step) do update set due_at = now()`);
  const watched: WatchRef = ref;
  const seen = { type: 'present', key: `${id}/1/${name}/1/do`, version: '1', observed: {} } as const;
  const found = must(await leaseWatch(api.db, watched), 'a due watch');
  expect(await orderRemoval(api.db, watched, found, seen)).toBe(true);
  return `${id}.w1`;
}

const rowOf = async (id: string) => {
  const rows = await withTenant(api.db, tenant, (tx) =>
    tx.select().from(serviceOrder).where(sql`id = ${id}`),
  );
  return must(rows[0], id);
};

const fresh = {
  ...{ state: 'acknowledged', version: 1, abortedBy: null, heldBy: null, retreat: null, recordedTurn: null },
  ...{ runChain: null, startedAt: null, completedAt: null, requestedStart: null, carried: null, after: [] },
};

test('the removal of what came late goes forward, whatever its service order came to', async () => {
  const found = await overServiceOrder('failed');
  const removal = await removalAfter(found);
  expect(await rowOf(removal)).toMatchObject({
    ...fresh,
    ...{ compensates: found.serviceOrder, orderId: null, orderItemId: null },
  });
  const ref = { tenant, serviceOrder: removal };
  const records = activitiesOn(api.db);
  expect(await records.openOutsideOrder({ ...ref, runChain: 'its own' })).toMatchObject({
    type: 'opened',
    steps: [{ id: `1/${found.name}`, verb: 'revoke' }],
  });
  expect(await records.remainingSteps(ref)).toMatchObject({ retreat: null, abortedBy: null, onHold: false });
});

test('a removal that is held offers its commands', async () => {
  const found = await overServiceOrder('failed');
  const removal = await removalAfter(found);
  const ref = { tenant, serviceOrder: removal };
  const records = activitiesOn(api.db);
  await records.openOutsideOrder({ ...ref, runChain: 'its own' });
  await records.recordServiceOrder(
    ref,
    [
      { type: 'serviceOrder', arrow: 'Started' },
      { type: 'step', step: `1/${found.name}`, arrow: 'Held', class: 'refused', code: 'locked' },
      { type: 'serviceOrder', arrow: 'Held' },
    ],
    turnsOf('its own', 1)(),
  );
  const [told] = (await api.get(`/ops/v1/fallout?serviceOrder=${removal}`)).body;
  expect(told).toMatchObject({ code: 'locked' });
  expect(told.allowedCommands).toEqual(expect.arrayContaining(['retryNow', 'leaveBehind']));
});

test('a compensating service order begins at its beginning, whatever the completed one had been through', async () => {
  const { serviceOrder: id, order } = await overServiceOrder('completed');
  await withTenant(api.db, tenant, (tx) => compensate(tx, tenant, id, new Date().toISOString()));
  expect(await rowOf(`${id}.c`)).toMatchObject({ ...fresh, compensates: id, orderId: order });
});
