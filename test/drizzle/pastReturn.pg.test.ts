import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { activitiesOn, type Api, startApi } from '../api/support/api.ts';
import { heldStep } from '../api/support/heldStep.ts';

/** Whether a service order is past its point of no return, by the row of one step of it. */

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

/** A marked step that its system was sent once. */
async function sent(...changes: readonly string[]) {
  const { order, serviceOrder, name } = await heldStep(api);
  const set = (change: string) =>
    api.db.execute(
      sql`update step set ${sql.raw(change)} where service_order_id = ${serviceOrder} and name = ${name}`,
    );
  await set('point_of_no_return = true');
  for (const change of changes) await set(change);
  const past = await activitiesOn(api.db).readPastReturn('default', order);
  return { order, serviceOrder, past };
}

test.each([
  ['under way', `state = 'attempting', decided = false, error_class = null`],
  ['done', `state = 'done', error_class = null`],
  ['held after no definite no', `state = 'held', error_class = 'conflict'`],
  ['waiting for its system', `state = 'waiting', attempt = 0, error_class = 'unavailable'`],
  ['being taken away', `point_of_no_return = false, verb = 'revoke', error_class = 'refused'`],
])('it is with a step that is %s', async (_, change) => {
  const { serviceOrder, past } = await sent(change);
  expect(past).toEqual([serviceOrder]);
});

test.each([
  ['not marked', 'point_of_no_return = false'],
  ['not sent', `state = 'waiting', attempt = 0, error_class = null`],
  ['left out', `state = 'skipped'`],
  ['refused for good', `state = 'refused', error_class = 'refused'`],
])('it is not with a step that is %s', async (_, change) => {
  expect((await sent(change)).past).toEqual([]);
});

test('it is with one that was refused in doubt, and not once it goes back or is over', async () => {
  const { order, serviceOrder } = await sent(`state = 'held', error_class = 'refused'`);
  const read = () => activitiesOn(api.db).readPastReturn('default', order);
  const set = (change: string) =>
    api.db.execute(sql`update service_order set ${sql.raw(change)} where id = ${serviceOrder}`);
  await api.db.execute(sql`update attempt set outcome = 'inDoubt' where service_order_id = ${serviceOrder}`);
  expect(await read()).toEqual([serviceOrder]);
  await set(`completed_at = now()`);
  expect(await read()).toEqual([]);
  await set(`completed_at = null, retreat = '{"outcome":"failed","code":"why"}'`);
  expect(await read()).toEqual([]);
});
