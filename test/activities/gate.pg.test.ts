import { MockActivityEnvironment } from '@temporalio/testing';
import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import type { Places } from '../../activities/places.ts';
import { withTenant } from '../../drizzle/client.ts';
import { lockServiceOrder, settleServiceOrder, skipSteps } from '../../drizzle/serviceOrderStore.ts';
import { pauseSystem, resumeSystem } from '../../drizzle/systemDesk.ts';
import { type ActivationAdapter, CallFailed, type Done } from '../../src/activation/adapter.ts';
import { parseConfig } from '../../src/config.ts';
import type { StepReport } from '../../src/serviceOrder/run.ts';
import { type Api, openOrder, startApi } from '../api/support/api.ts';
import { eventually } from '../support/eventually.ts';
import { fibre, orderOf } from '../support/orders.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const breaker = { failures: 3, openMs: 60_000, openUpToMs: 200_000, probeMs: 90_000 };
const { plan, planServiceItemsMax, watch } = parseConfig({ DATABASE_URL: 'postgres://unused' });

/** The system as a test wants it; counts what reaches it. */
let calls: string[] = [];
let lastKey = '';
let behave: () => Promise<void> = async () => undefined;
const done: Done = { type: 'done', observed: { technology: 'GPON', vlan: 7 }, version: '1' };
const adapter: ActivationAdapter = {
  apply: async ({ key }) => {
    calls.push(key);
    await behave();
    lastKey = key;
    return done;
  },
  revoke: async ({ key }) => {
    calls.push(key);
    await behave();
    lastKey = '';
    return { type: 'done', observed: {}, version: '' };
  },
  read: async () => {
    await behave();
    if (lastKey === '') return { type: 'absent' };
    return { type: 'present', observed: done.observed, version: '1', key: lastKey };
  },
};

const roomy: Places = { take: async () => () => undefined };
const activities = (given: ActivationAdapter, places = roomy) =>
  createActivities({
    db: api.db,
    log: pino({ level: 'silent' }),
    planSettings: plan,
    serviceItemsMax: planServiceItemsMax,
    breaker,
    watch,
    places,
    adapterFor: () => given,
    failpoint: () => undefined,
  });

beforeEach(async () => {
  await resumeSystem(api.db, 'olt');
  calls = [];
  lastKey = '';
  behave = async () => undefined;
});

async function openFibre(): Promise<string> {
  const { body } = await api.post(orderOf(fibre()));
  await openOrder(api.db, body.id);
  const [row] = await api.db.execute(sql`select id from service_order where order_id = ${body.id}`);
  return String(row?.id);
}

const attempt = (
  serviceOrder: string,
  verb: 'applyStep' | 'undoStep' = 'applyStep',
  given = adapter,
): Promise<StepReport> =>
  new MockActivityEnvironment().run(activities(given)[verb], {
    ...{ tenant: 'default', serviceOrder },
    ...{ step: '1/line', system: 'olt' },
  });

const rowOf = async (serviceOrder: string) => {
  const [row] = await api.db.execute(sql`
    select state, way, attempt, error_class, error_code, error_message,
      (select count(*)::int from attempt a where a.service_order_id = s.service_order_id and a.step = 'line') as noted
    from step s where service_order_id = ${serviceOrder} and name = 'line'`);
  return row;
};
const healthOf = async () => (await api.get('/ops/v1/systems/olt')).body.breaker;
const timePasses = () =>
  api.db.execute(sql`update system_health set open_until = now() - interval '1 second' where system = 'olt'`);

const refuses = (failure: 'notSent' | 'down' | 'noAnswer' | 'busy') => async () => {
  throw new CallFailed(failure, 'gone', 'no answer from olt');
};

async function openTheBreaker(): Promise<void> {
  behave = refuses('down');
  for (let n = 0; n < breaker.failures; n += 1) {
    expect(await attempt(await openFibre())).toMatchObject({ class: 'throttled', code: 'gone' });
  }
  expect(await healthOf()).toMatchObject({ state: 'open', failures: 3, lastError: expect.any(String) });
  calls = [];
}

test('while all is well nothing is written about a system', async () => {
  await api.db.execute(sql`delete from system_health`);
  expect(await attempt(await openFibre())).toMatchObject({ type: 'done' });
  expect(await api.db.execute(sql`select * from system_health`)).toHaveLength(0);
});

test('after so many attempts without an answer no call leaves and no attempt is noted', async () => {
  await openTheBreaker();
  const waiting = await openFibre();
  const report = await attempt(waiting);
  expect(report).toEqual({
    ...{ type: 'failed', class: 'unavailable', code: 'breakerOpen' },
    retryAfterMs: expect.any(Number),
  });
  const { retryAfterMs = 0 } = report as { retryAfterMs?: number };
  expect(retryAfterMs).toBeGreaterThan(breaker.openMs / 2);
  expect(retryAfterMs).toBeLessThanOrEqual(breaker.openMs);
  expect(calls).toEqual([]);
  expect(await rowOf(waiting)).toMatchObject({
    ...{ state: 'waiting', attempt: 0, noted: 0 },
    ...{ error_class: 'unavailable', error_code: 'breakerOpen' },
  });
  const [order] = await api.db.execute(sql`select state from service_order where id = ${waiting}`);
  expect(order).toEqual({ state: 'inProgress' });
});

test('of many that come at the same time one probes, and its answer lets the others through', async () => {
  await openTheBreaker();
  await timePasses();
  expect((await healthOf()).state).toBe('halfOpen');
  behave = async () => undefined;
  const waiting = [];
  for (let n = 0; n < 6; n += 1) waiting.push(await openFibre());
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  behave = () => answered;
  const over: StepReport[] = [];
  const probing = waiting.map(async (serviceOrder) => {
    const report = await attempt(serviceOrder);
    over.push(report);
    return report;
  });
  await eventually(() => expect([over.length, calls.length]).toEqual([5, 1]), { withinMs: 10_000 });
  answer();
  const reports = await Promise.all(probing);
  expect(reports.filter(({ type }) => type === 'done')).toHaveLength(1);
  expect(reports.filter((report) => 'code' in report && report.code === 'breakerOpen')).toHaveLength(5);
  expect(await healthOf()).toEqual({ state: 'closed', failures: 0, since: expect.any(String) });
  for (const [index, report] of reports.entries()) {
    if (report.type !== 'done') expect(await attempt(waiting[index] ?? '')).toMatchObject({ type: 'done' });
  }
});

test('a probe in vain opens the breaker for twice as long, and costs its step nothing', async () => {
  await openTheBreaker();
  await timePasses();
  behave = refuses('noAnswer');
  const probed = await openFibre();
  const report = await attempt(probed);
  expect(report).toMatchObject({ class: 'inDoubt', outage: true, retryAfterMs: 2 * breaker.openMs });
  expect(await rowOf(probed)).toMatchObject({ state: 'inDoubt', noted: 1 });
  expect(await healthOf()).toMatchObject({ state: 'open', failures: 4 });
  expect(await attempt(probed)).toMatchObject({ class: 'unavailable', code: 'breakerOpen' });
  expect(await rowOf(probed)).toMatchObject({ state: 'inDoubt', noted: 1 });
});

const refusing: ActivationAdapter = {
  ...adapter,
  apply: async () => ({ type: 'refused', class: 'refused', code: 'no', message: 'not here' }),
};

test.each([
  ['refused', refusing],
  ['throttled', adapter],
] as const)('a probe that is %s closes the breaker: somebody is there', async (errorClass, given) => {
  await openTheBreaker();
  await timePasses();
  behave = refuses('busy');
  const report = await attempt(await openFibre(), 'applyStep', given);
  expect(report).toMatchObject({ type: 'failed', class: errorClass });
  expect(report).not.toHaveProperty('outage');
  expect(await healthOf()).toMatchObject({ state: 'closed', failures: 0 });
});

test('a paused system gets no call until it is resumed, and the row says who waits for what', async () => {
  await pauseSystem(api.db, 'olt', 'maintenance until six');
  const waiting = await openFibre();
  expect(await attempt(waiting)).toEqual({ type: 'failed', class: 'unavailable', code: 'systemPaused' });
  expect(await rowOf(waiting)).toMatchObject({
    ...{ state: 'waiting', attempt: 0, noted: 0, error_code: 'systemPaused' },
    error_message: expect.stringContaining('maintenance until six'),
  });
  expect(calls).toEqual([]);
  await resumeSystem(api.db, 'olt');
  expect(await attempt(waiting)).toMatchObject({ type: 'done' });
  expect(await rowOf(waiting)).toMatchObject({ state: 'done', error_class: null });
});

test('an undo waits as well, and a forward attempt that comes late after it sends nothing', async () => {
  const serviceOrder = await openFibre();
  expect(await attempt(serviceOrder)).toMatchObject({ type: 'done' });
  await pauseSystem(api.db, 'olt', 'maintenance');
  calls = [];
  expect(await attempt(serviceOrder, 'undoStep')).toMatchObject({
    class: 'unavailable',
    code: 'systemPaused',
  });
  expect(await rowOf(serviceOrder)).toMatchObject({ state: 'undoing', way: 'undo', attempt: 1 });
  await resumeSystem(api.db, 'olt');
  expect(await attempt(serviceOrder)).toMatchObject({ class: 'ours', code: 'fenced' });
  expect(calls).toEqual([]);
  expect(await attempt(serviceOrder, 'undoStep')).toMatchObject({ type: 'done' });
  expect(calls).toEqual([`${serviceOrder}/1/line/1/undo`]);
});

test('nothing is sent for a service order that ends while the attempt is being noted', async () => {
  const serviceOrder = await openFibre();
  const waiting = sql`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  const late = await withTenant(api.db, 'default', async (tx) => {
    const locked = await lockServiceOrder(tx, 'default', serviceOrder);
    const now = new Date().toISOString();
    await skipSteps(tx, 'default', serviceOrder, now);
    const attempted = attempt(serviceOrder);
    await eventually(async () => expect(await api.db.execute(waiting)).toHaveLength(1), { withinMs: 10_000 });
    await settleServiceOrder(tx, 'default', locked, { outcome: 'cancelled', code: 'notStarted' }, now);
    return { attempted };
  });
  expect(await late.attempted).toMatchObject({ class: 'ours', code: 'fenced' });
  expect(await attempt(serviceOrder)).toMatchObject({ class: 'refused', code: 'serviceOrderOver' });
  expect(await rowOf(serviceOrder)).toMatchObject({ state: 'skipped', noted: 0 });
  expect(calls).toEqual([]);
});

test('a step that finds no place in its worker gives way, with nothing noted or sent', async () => {
  const serviceOrder = await openFibre();
  const asked: string[][] = [];
  const full: Places = {
    take: async (queue, system) => {
      asked.push([queue, system]);
      return undefined;
    },
  };
  const environment = new MockActivityEnvironment({ taskQueue: 'domain:access' });
  const call = { tenant: 'default', serviceOrder, step: '1/line', system: 'olt' };
  const report = await environment.run(activities(adapter, full).applyStep, call);
  expect(report).toEqual({ type: 'failed', class: 'unavailable', code: 'systemSlow' });
  expect(asked).toEqual([['domain:access', 'olt']]);
  expect(await rowOf(serviceOrder)).toMatchObject({ state: 'waiting', noted: 0 });
  expect(calls).toEqual([]);
});

test('a step with nothing to undo needs no system', async () => {
  const serviceOrder = await openFibre();
  await pauseSystem(api.db, 'olt', 'maintenance');
  expect(await attempt(serviceOrder, 'undoStep')).toMatchObject({ type: 'done' });
});

test("the application's role may write health, which is no tenant's, but not systems", async () => {
  await withTenant(api.db, 'default', (tx) => tx.execute(sql`update system_health set failures = failures`));
  const write = withTenant(api.db, 'default', (tx) => tx.execute(sql`update "system" set paused = true`));
  await expect(write).rejects.toMatchObject({
    cause: { message: expect.stringContaining('permission denied') },
  });
});
