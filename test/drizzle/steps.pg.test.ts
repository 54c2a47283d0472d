import { eq, sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectDatabase, type DatabaseClient, type Tx, withTenant } from '../../drizzle/client.ts';
import {
  attempt,
  fallout,
  footprint,
  service,
  serviceItem,
  serviceOrder,
  step,
  watch,
} from '../../drizzle/schema.ts';
import { lockServiceOrder, settleServiceOrder, startServiceOrder } from '../../drizzle/serviceOrderStore.ts';
import { noteAttempt, noteWait, recordConclusion } from '../../drizzle/stepStore.ts';
import { startWatches } from '../../activities/relay/watches.ts';
import { orderRemoval } from '../../drizzle/watchStore.ts';
import type { Observed } from '../../src/activation/adapter.ts';
import { nextAttempt } from '../../src/activation/attempt.ts';
import type { StepState } from '../../src/serviceOrder/machine.ts';
import { activitiesOn } from '../api/support/api.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freshStep, standingPrint } from '../activation/standing.ts';
import { turnsOf } from '../support/turns.ts';

/** Rows of steps in states that only a lost worker, a closed gate or a late effect leaves. */

let database: FreshDatabase;
let client: DatabaseClient;
const tenant = 'default';
const as = <T>(work: (tx: Tx) => Promise<T>) => withTenant(client.db, tenant, work);
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 2, statementTimeoutMs: 10_000, name: 'test' });
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

interface Given {
  readonly state: StepState;
  readonly way?: 'do' | 'undo';
  readonly attempt?: number;
  readonly decided?: boolean;
  readonly action?: 'add' | 'modify';
  readonly orderState?: 'inProgress' | 'failed';
}

/** A service order of one step `a`, whose service has speed 1 and was to have speed 2. */
async function made(id: string, given: Given): Promise<void> {
  const { action = 'add', orderState = 'inProgress', ...row } = given;
  const nothing = { results: {}, values: {}, after: [], builtAfter: [], changed: [] };
  await as(async (tx) => {
    await tx.insert(service).values({
      ...{ tenantId: tenant, id: `${id}-s`, specification: 'x', domain: 'd', state: 'active', version: 1 },
      ...{ characteristics: { speed: 1 }, results: {}, orderItems: [] },
    });
    await tx.insert(serviceOrder).values({
      ...{ tenantId: tenant, id, orderId: 'o', orderItemId: '1', ordinal: 1, domain: 'd' },
      ...{ state: orderState, version: 1, after: [] },
    });
    await tx.insert(serviceItem).values({
      ...{
        tenantId: tenant,
        serviceOrderId: id,
        ordinal: 1,
        action,
        serviceId: `${id}-s`,
        specification: 'x',
      },
      ...{ state: orderState, characteristics: { speed: 2 }, types: {}, results: {}, changed: [] },
    });
    await tx.insert(step).values({
      ...{ tenantId: tenant, serviceOrderId: id, item: 1, name: 'a', ordinal: 1, system: 'olt' },
      ...{ verb: 'apply', object: `obj/${id}`, verify: 'always', ...nothing },
      ...{ attempt: 1, generation: 1, decided: false, ...row },
    });
  });
}

const held = { type: 'step', step: '1/a', arrow: 'Held', class: 'unknown', code: 'unexpected' } as const;
const nextTurn = turnsOf('run');
const record = (
  id: string,
  change: Parameters<ReturnType<typeof activitiesOn>['recordServiceOrder']>[1][0],
) => activitiesOn(client.db).recordServiceOrder({ tenant, serviceOrder: id }, [change], nextTurn());

test('a step that is held again before an attempt was noted is in the fallout again', async () => {
  await made('so1', { state: 'waiting', attempt: 0 });
  await record('so1', held);
  await record('so1', { type: 'falloutClosed', step: '1/a', resolution: 'retryNow' });
  await record('so1', held);
  const open = await as((tx) =>
    tx.select().from(fallout).where(sql`service_order_id = 'so1' and closed_at is null`),
  );
  expect(open).toHaveLength(1);
});

test('an undo that broke off before it was noted can be held', async () => {
  await made('so2', { state: 'done', decided: true });
  await record('so2', { ...held, way: 'undo' });
  const [row] = await as((tx) => tx.select().from(step).where(eq(step.serviceOrderId, 'so2')));
  expect(row).toMatchObject({ state: 'held', way: 'undo' });
});

test('the removal of a late effect leaves the service as it is booked', async () => {
  await made('so3', { state: 'undone', way: 'undo', action: 'modify', orderState: 'failed' });
  const found = {
    ...{ service: 'so3-s', claimed: 'so3-p', system: 'olt', object: 'obj/so3', adapter: null, address: null },
    ...{ busy: false, last: false, footprint: null, paused: false, pausedWhy: null, health: null },
  };
  const seen = { type: 'present', observed: {}, version: 'v', key: 'so3/1/a/1/do' } as const;
  await orderRemoval(client.db, { tenant, serviceOrder: 'so3', item: 1, step: 'a' }, found, seen);
  await as(async (tx) => {
    await startServiceOrder(tx, tenant, 'so3.w1');
    const locked = await lockServiceOrder(tx, tenant, 'so3.w1');
    await settleServiceOrder(
      tx,
      tenant,
      locked,
      { outcome: 'completed', code: null },
      '2026-01-05T08:00:00Z',
    );
  });
  const [row] = await as((tx) => tx.select().from(service).where(eq(service.id, 'so3-s')));
  expect(row?.characteristics).toEqual({ speed: 1 });
});

test.each([
  ['so8', 'inProgress', true],
  ['so9', 'failed', false],
] as const)('%s: a service order that is %s may be sent for: %s', async (id, orderState, may) => {
  await made(id, { state: 'waiting', orderState });
  expect(await as((tx) => startServiceOrder(tx, tenant, id))).toBe(may);
});

test('a step that was undone while its system was still at it is watched', async () => {
  await made('so4', { state: 'undoing', way: 'undo', attempt: 2 });
  const attempts = [1, 2].map((number) => ({
    ...{ tenantId: tenant, serviceOrderId: 'so4', item: 1, step: 'a', number, key: `k${number}` },
    ...{ correlationId: `c${number}`, outcome: number === 1 ? 'accepted' : null },
  }));
  await as((tx) => tx.insert(attempt).values(attempts));
  const ref = { tenant, serviceOrder: 'so4', item: 1, step: 'a' };
  const done = { type: 'done', changed: [] } as const;
  await as((tx) =>
    recordConclusion(
      tx,
      ref,
      2,
      { report: done, state: 'undone', decided: true, changed: [] },
      { forMs: 1_000, everyMs: 10 },
    ),
  );
  expect(await as((tx) => tx.select().from(watch).where(eq(watch.serviceOrderId, 'so4')))).toHaveLength(1);
});

test.each([
  ['so5', 'done', 'undo', 'undoing'],
  ['so6', 'held', 'do', 'inDoubt'],
  ['so7', 'accepted', 'do', 'accepted'],
] as const)(
  '%s: a step that waits at the gate, %s, on its way to %s stands as %s',
  async (id, state, way, to) => {
    await made(id, { state, decided: state === 'done' });
    const ref = { tenant, serviceOrder: id, item: 1, step: 'a' };
    await as((tx) => noteWait(tx, ref, way, { code: 'systemPaused', message: '' }));
    const [row] = await as((tx) => tx.select().from(step).where(eq(step.serviceOrderId, id)));
    expect(row).toMatchObject({ state: to, way });
  },
);

describe('an object that another service of ours holds live meanwhile', () => {
  const other = { tenantId: tenant, step: 'a', system: 'olt', values: {}, results: {}, version: '1' };

  /** Looks at the object of a failed service order as the relay does, its own call given up. */
  async function watched(id: string, shown: Observed): Promise<void> {
    await made(id, { state: 'undone', orderState: 'failed' });
    await as(async (tx) => {
      await tx.insert(service).values({
        ...{ tenantId: tenant, id: `${id}-t`, specification: 'x', domain: 'd', state: 'active', version: 1 },
        ...{ characteristics: {}, results: {}, orderItems: [] },
      });
      const booked = { serviceId: `${id}-t`, object: `obj/${id}`, key: `${id}-t/1/a/1/do` };
      await tx.insert(footprint).values({ ...other, ...booked, builtAfter: [], presence: 'present' });
      const due = { dueAt: '2026-01-05T08:00:00Z', until: '2026-01-05T08:00:00Z' };
      await tx.insert(watch).values({
        ...{ tenantId: tenant, serviceOrderId: id, item: 1, step: 'a', serviceId: `${id}-s`, system: 'olt' },
        ...{ object: `obj/${id}`, ...due },
      });
    });
    const looking = startWatches({
      ...{ db: client.db, log: pino({ level: 'silent' }), intervalMs: 10, everyMs: 10 },
      breaker: { failures: 5, openMs: 1_000, openUpToMs: 1_000, probeMs: 1_000 },
      adapterFor: () => ({
        apply: () => Promise.reject(new Error('a watch only reads')),
        revoke: () => Promise.reject(new Error('a watch only reads')),
        read: async () => shown,
      }),
    });
    const open = () => as((tx) => tx.$count(watch, eq(watch.serviceOrderId, id)));
    await eventually(async () => expect(await open()).toBe(0), { withinMs: 10_000 });
    await looking.stop();
  }

  const removals = (id: string) => as((tx) => tx.$count(serviceOrder, eq(serviceOrder.compensates, id)));
  const falloutOf = (id: string) =>
    as((tx) => tx.select().from(fallout).where(eq(fallout.serviceOrderId, id)));

  test('is not looked at any more when it stands under the key of that service', async () => {
    await watched('so20', { type: 'present', observed: {}, version: '1', key: 'so20-t/1/a/1/do' });
    expect(await removals('so20')).toBe(0);
    expect(await falloutOf('so20')).toEqual([]);
  });

  test('is for a person when a given-up call took its place, and nothing is taken away', async () => {
    await watched('so21', { type: 'present', observed: {}, version: '2', key: 'so21/1/a/1/do' });
    expect(await removals('so21')).toBe(0);
    expect(await falloutOf('so21')).toMatchObject([{ code: 'overwritten', class: 'drift' }]);
    expect((await falloutOf('so21'))[0]?.reason).toContain('belongs to service so21-t now');
  });
});

describe('of two attempts', () => {
  const ref = (serviceOrder: string) => ({ tenant, serviceOrder, item: 1, step: 'a' });
  const attemptOf = (number: number) => ({
    ...nextAttempt(freshStep, (generation) => `k/${generation}`),
    number,
  });
  const times = { forMs: 1_000, everyMs: 100 };
  const done = { report: { type: 'done', changed: [] }, state: 'done', decided: true, changed: [] } as const;
  const stepOf = async (id: string) => {
    const [row] = await as((tx) => tx.select().from(step).where(eq(step.serviceOrderId, id)));
    return row;
  };

  test('the earlier one, which comes late, writes nothing', async () => {
    await made('late1', { state: 'waiting', attempt: 0 });
    await as((tx) => noteAttempt(tx, ref('late1'), attemptOf(1), 'late1-1', 'do', null));
    await as((tx) => noteAttempt(tx, ref('late1'), attemptOf(2), 'late1-2', 'do', null));
    expect(await as((tx) => recordConclusion(tx, ref('late1'), 1, done, times))).toBe(false);
    expect(await stepOf('late1')).toMatchObject({ state: 'attempting', attempt: 2 });
    expect(await as((tx) => recordConclusion(tx, ref('late1'), 2, done, times))).toBe(true);
  });

  test('the earlier one says what stood before: what it built is not taken for that', async () => {
    await made('late2', { state: 'waiting', attempt: 0 });
    await as((tx) => noteAttempt(tx, ref('late2'), attemptOf(1), 'late2-1', 'do', standingPrint));
    const built = { ...standingPrint, values: { metric: 10 } };
    await as((tx) => noteAttempt(tx, ref('late2'), attemptOf(2), 'late2-2', 'do', built));
    expect((await stepOf('late2'))?.before).toEqual(standingPrint);
  });
});
