import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Loop } from '../../../activities/relay/loop.ts';
import { startWatches } from '../../../activities/relay/watches.ts';
import { withTenant } from '../../../drizzle/client.ts';
import { footprint, service, serviceItem, serviceOrder, watch } from '../../../drizzle/schema.ts';
import { pauseSystem, resumeSystem } from '../../../drizzle/systemDesk.ts';
import type { ActivationAdapter, Observed } from '../../../src/activation/adapter.ts';
import { type Api, startApi } from '../../api/support/api.ts';
import { eventually } from '../../support/eventually.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const tenant = 'default';
const breaker = { failures: 3, openMs: 60_000, openUpToMs: 200_000, probeMs: 90_000 };
const soon = { withinMs: 20_000 };

let looks: string[] = [];
let behave: (object: string) => Promise<Observed> = async () => ({ type: 'absent' });
const unused = () => Promise.reject(new Error('a watch only reads'));
const adapter: ActivationAdapter = {
  apply: unused,
  revoke: unused,
  async read({ object }) {
    looks.push(object);
    return behave(object);
  },
};

let watches: Loop | undefined;
const begin = () => {
  const log = pino({ level: 'silent' });
  const times = { intervalMs: 10, everyMs: 20 };
  watches = startWatches({ db: api.db, log, ...times, breaker, adapterFor: () => adapter });
};
afterEach(async () => {
  behave = async () => ({ type: 'absent' });
  await watches?.stop();
  await withTenant(api.db, tenant, (tx) => tx.delete(watch));
  await api.db.execute(sql`delete from system_health`);
  looks = [];
});

/** A step of a service order that is over, and whose call may still take effect; by default its last look is due. */
async function watched(id: string, system: string, doubtful = false, forMs = 0): Promise<void> {
  const row = { tenantId: tenant, state: 'failed' as const, version: 1 };
  const place = { serviceId: `${id}-s`, system, object: id };
  await withTenant(api.db, tenant, async (tx) => {
    await tx.insert(service).values({
      ...{ tenantId: tenant, id: `${id}-s`, specification: 'x', domain: 'd', state: 'active', version: 1 },
      ...{ characteristics: {}, results: {}, orderItems: [] },
    });
    await tx.insert(serviceOrder).values({ ...row, id, ordinal: 1, domain: 'd', after: [] });
    await tx.insert(serviceItem).values({
      ...{ tenantId: tenant, serviceOrderId: id, ordinal: 1, action: 'add', serviceId: `${id}-s` },
      ...{ specification: 'x', state: 'failed', characteristics: {}, types: {}, results: {}, changed: [] },
    });
    if (doubtful)
      await tx.insert(footprint).values({
        ...{ tenantId: tenant, ...place, step: 'a', values: {}, results: {}, version: '', builtAfter: [] },
        ...{ snapshot: null, presence: 'doubtful', key: `${id}/1/a/1/do` },
      });
    await tx.insert(watch).values({
      ...{ tenantId: tenant, serviceOrderId: id, item: 1, step: 'a', ...place },
      ...{ dueAt: sql`now()`, until: sql`now() + ${forMs} * interval '1 millisecond'` },
    });
  });
}

const watchesLeft = () => withTenant(api.db, tenant, (tx) => tx.$count(watch));
const postponed = sql`select 1 from watch where due_at > now() - interval '1 second'`;

test('a paused system is not looked at until it is resumed', async () => {
  await pauseSystem(api.db, 'olt', 'maintenance');
  await watched('paused', 'olt');
  await watched('free', 'bng');
  begin();
  await eventually(async () => expect(await watchesLeft()).toBe(1), soon);
  await eventually(async () => expect(await api.db.execute(postponed)).toHaveLength(1), soon);
  expect(looks).toEqual(['free']);
  await resumeSystem(api.db, 'olt');
  await eventually(async () => expect(await watchesLeft()).toBe(0), soon);
  expect(looks).toEqual(['free', 'paused']);
});

test('a system that is known to be away is looked at by a probe, whose answer closes the breaker', async () => {
  await api.db.execute(
    sql`insert into system_health (system, failures, open_until) values ('olt', 5, now() + interval '1 hour')`,
  );
  for (const id of ['away1', 'away2', 'away3']) await watched(id, 'olt');
  await watched('there', 'bng');
  begin();
  await eventually(async () => expect(await watchesLeft()).toBe(3), soon);
  expect(looks).toEqual(['there']);

  let answer = (_: Observed): void => undefined;
  behave = () => new Promise((resolve) => (answer = resolve));
  await api.db.execute(sql`update system_health set open_until = now()`);
  await eventually(() => expect(looks).toHaveLength(2), soon);
  await watched('meanwhile', 'bng', false, 0);
  behave = async () => ({ type: 'absent' });
  await eventually(() => expect(looks).toContain('meanwhile'), soon);
  expect(looks).toHaveLength(3);
  answer({ type: 'absent' });
  await eventually(async () => expect(await watchesLeft()).toBe(0), soon);
  expect((await api.get('/ops/v1/systems/olt')).body.breaker).toMatchObject({ state: 'closed', failures: 0 });
});

test('a system that hangs holds up no look at another', async () => {
  const release: (() => void)[] = [];
  behave = (object) => {
    if (!object.startsWith('hung')) return Promise.resolve({ type: 'absent' });
    return new Promise((resolve) => release.push(() => resolve({ type: 'absent' })));
  };
  for (let n = 1; n <= 25; n += 1) await watched(`hung${n}`, 'olt');
  await watched('quick', 'bng');
  begin();
  await eventually(() => expect(looks).toContain('quick'), soon);
  await eventually(async () => expect(await watchesLeft()).toBe(25), soon);
  expect(looks.length).toBeLessThan(12);
  behave = async () => ({ type: 'absent' });
  for (const answer of release) answer();
  await eventually(async () => expect(await watchesLeft()).toBe(0), soon);
});

test('what is still in doubt at the last look, while no order works on it, is told to a person once', async () => {
  await watched('doubt', 'olt', true);
  behave = async () => ({ type: 'present', key: 'doubt/1/a/1/do', version: '1', observed: {} });
  begin();
  await eventually(async () => expect(await watchesLeft()).toBe(0), soon);
  const told = { serviceOrder: 'doubt', system: 'olt', class: 'drift', code: 'unresolved' };
  expect((await api.get('/ops/v1/fallout')).body).toMatchObject([
    { ...told, allowedCommands: ['leaveBehind'] },
  ]);
});
