import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withTenant } from '../../drizzle/client.ts';
import { loadStep } from '../../drizzle/stepStore.ts';
import { refusalOf } from '../../src/serviceOrder/commands.ts';
import { beginServiceOrder } from '../../src/serviceOrder/run.ts';
import { resumeServiceOrder } from '../../src/serviceOrder/resume.ts';
import { activitiesOn, type Api, startApi } from '../api/support/api.ts';
import { heldStep } from '../api/support/heldStep.ts';
import { policy } from '../serviceOrder/driver.ts';

/** A held step that its order can do without: the desk and a run that takes over agree on whether it is in doubt. */

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

type Held = Awaited<ReturnType<typeof heldStep>>;

/** Its attempts came to these, one after the other. */
async function heldAfter(...outcomes: readonly (string | null)[]): Promise<Held> {
  const held = await heldStep(api);
  const { serviceOrder, name, keyOf, order } = held;
  const ofStep = sql`service_order_id = ${serviceOrder} and`;
  const last = outcomes.at(-1) ?? null;
  const decided = last !== null && ['refused', 'invalid', 'conflict', 'drift', 'lied'].includes(last);
  await api.db.execute(sql`delete from attempt where ${ofStep} step = ${name}`);
  await api.db.execute(
    sql`update step set optional = true, decided = ${decided}, attempt = ${outcomes.length} where ${ofStep} name = ${name}`,
  );
  for (const [index, outcome] of outcomes.entries())
    await api.db.execute(sql`
      insert into attempt (tenant_id, service_order_id, item, step, number, key, correlation_id, outcome)
      values ('default', ${serviceOrder}, 1, ${name}, ${index + 1}, ${keyOf(1)}, ${`${order}/${index}`}, ${outcome})`);
  return held;
}

const isOffered = async ({ fallout }: Held): Promise<boolean> =>
  (await api.get(`/ops/v1/fallout/${fallout}`)).body.allowedCommands.includes('skip');

/** By the run that takes over from one that is lost. */
async function isAllowed({ ref, step }: Held): Promise<boolean> {
  const records = activitiesOn(api.db);
  const steps = await records.openServiceOrder(ref);
  const begun = beginServiceOrder('add', steps, policy, []);
  const run = resumeServiceOrder(begun, await records.remainingSteps(ref));
  return refusalOf(run, { type: 'StepCommanded', command: 'skip', step, audit: 'a' }) === undefined;
}

describe('what the desk offers is what the run allows', () => {
  test.each([
    [['throttled', 'throttled']],
    [['transient', 'unavailable']],
    [['throttled', 'refused']],
    [['conflict']],
  ])('%j: no attempt left anything, and the step may be skipped', async (outcomes) => {
    const held = await heldAfter(...outcomes);
    expect([await isOffered(held), await isAllowed(held)]).toEqual([true, true]);
  });

  test.each([
    [['inDoubt']],
    [['inDoubt', 'throttled']],
    [['inDoubt', 'refused']],
    [[null, 'conflict']],
    [['accepted']],
    [['lied']],
    [['unknown']],
  ])('%j: something may be there, and the step may not be skipped', async (outcomes) => {
    const held = await heldAfter(...outcomes);
    expect([await isOffered(held), await isAllowed(held)]).toEqual([false, false]);
  });

  test('what a system refused after all is in doubt no more', async () => {
    const held = await heldAfter('inDoubt', 'refused');
    const { system, object } = await withTenant(api.db, 'default', (tx) => loadStep(tx, held.ref));
    await api.db.execute(sql`
      insert into footprint (tenant_id, service_id, step, system, object, values, results, version, built_after,
        presence, key)
      select 'default', service_id, ${held.name}, ${system}, ${object}, '{}', '{}', '', '{}', 'absent', ${held.keyOf(1)}
      from service_item where service_order_id = ${held.serviceOrder}`);
    expect([await isOffered(held), await isAllowed(held)]).toEqual([true, true]);
  });
});
