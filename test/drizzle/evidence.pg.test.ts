import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectDatabase, type DatabaseClient, type Tx, withTenant } from '../../drizzle/client.ts';
import {
  attempt,
  audit,
  footprint,
  override,
  service,
  serviceItem,
  serviceOrder,
  step,
  watch,
} from '../../drizzle/schema.ts';
import { activateOverride, removeOverride } from '../../drizzle/overrideStore.ts';
import { inventoryAroundServices } from '../../drizzle/inventoryStore.ts';
import { lockServiceOrder, settleServiceOrder } from '../../drizzle/serviceOrderStore.ts';
import { loadStep } from '../../drizzle/stepStore.ts';
import type { JsonObject } from '../../src/kernel/json.ts';
import { activitiesOn } from '../api/support/api.ts';
import { type FreshDatabase, freshDatabase } from '../support/database.ts';

/** What people set and show, on rows of a service order of one held step. */

let database: FreshDatabase;
let client: DatabaseClient;
const tenant = 'default';
const as = <T>(work: (tx: Tx) => Promise<T>) => withTenant(client.db, tenant, work);
beforeAll(async () => {
  database = await freshDatabase();
  client = connectDatabase({ url: database.url, pool: 3, statementTimeoutMs: 10_000, name: 'test' });
});
afterAll(async () => {
  await client?.close();
  await database?.drop();
});

interface Given {
  readonly verb?: 'apply' | 'revoke';
  readonly action?: 'add' | 'modify' | 'delete';
  readonly attempts?: number;
  readonly alone?: boolean;
  readonly object?: string;
}

/** Service `<id>-s`, wanted with speed 2, whose only step `a` was tried in vain and is held. */
async function heldStep(id: string, given: Given = {}): Promise<void> {
  const { verb = 'apply', action = 'add', attempts = 1, alone = false, object = `obj/${id}` } = given;
  const nothing = { results: {}, after: [], builtAfter: [], changed: [] };
  await as(async (tx) => {
    await tx.insert(service).values({
      ...{ tenantId: tenant, id: `${id}-s`, specification: 'x', domain: 'd', version: 1, orderItems: [] },
      ...{ state: action === 'add' ? 'designed' : 'active', characteristics: { speed: 1 }, results: {} },
    });
    await tx.insert(serviceOrder).values({
      ...{ tenantId: tenant, id, orderId: alone ? null : 'o', orderItemId: alone ? null : '1', ordinal: 1 },
      ...{ domain: 'd', state: 'inProgress', version: 1, after: [] },
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
      ...{ state: 'inProgress', characteristics: { speed: 2 }, types: {}, changed: [] },
      results: { vlan: 'steps.a.vlan' },
    });
    await tx.insert(step).values({
      ...{
        tenantId: tenant,
        serviceOrderId: id,
        item: 1,
        name: 'a',
        ordinal: 1,
        system: 'olt',
        verb,
        object,
      },
      ...{ ...nothing, verify: 'always', values: { speed: 'characteristics.speed' } },
      ...{ results: { vlan: 'observed.vlan' }, state: 'held', attempt: attempts, generation: attempts && 1 },
      ...{ decided: false, wanted: attempts > 0 ? { speed: 2 } : null, endedAt: sql`now()` },
      ...{ errorClass: 'inDoubt', errorCode: 'timeout' },
    });
    for (let number = 1; number <= attempts; number++)
      await tx.insert(attempt).values({
        ...{ tenantId: tenant, serviceOrderId: id, item: 1, step: 'a', number, key: `${id}/1/a/1/do` },
        ...{ correlationId: `${id}-${number}`, outcome: 'inDoubt' },
      });
  });
}

const commanded = (id: string, command: 'editAndRetry' | 'completeWithEvidence', given: JsonObject) =>
  as((tx) =>
    tx.insert(audit).values({
      ...{ tenantId: tenant, id, client: 'local', subject: 'local', command, entity: 'fallout' },
      ...{ entityId: 'f', given, outcome: 'asked' },
    }),
  );

const seen = { type: 'present', observed: { speed: 2, vlan: 7 }, version: 'v7', key: null };
const agreeing = { evidence: seen, agrees: true, results: { vlan: 7 } };
const shown = (id: string, given: JsonObject = agreeing) =>
  commanded(`shown-${id}`, 'completeWithEvidence', given);
const complete = (id: string) =>
  activitiesOn(client.db).completeStep({ tenant, serviceOrder: id }, '1/a', `shown-${id}`);
const done = { type: 'done', changed: ['steps.a.vlan'] };

const rowOf = async (id: string) =>
  (await as((tx) => tx.select().from(step).where(eq(step.serviceOrderId, id))))[0];
const printsOf = (id: string) =>
  as((tx) =>
    tx
      .select()
      .from(footprint)
      .where(eq(footprint.serviceId, `${id}-s`)),
  );
const attemptsOf = (id: string) =>
  as((tx) => tx.select().from(attempt).where(eq(attempt.serviceOrderId, id)).orderBy(attempt.number));
const settle = (id: string, outcome: 'completed' | 'failed') =>
  as(async (tx) => {
    const locked = await lockServiceOrder(tx, tenant, id);
    await settleServiceOrder(tx, tenant, locked, { outcome, code: null }, '2026-01-05T08:00:00Z');
  });

test('a step is done with what was shown of it: row, footprint and report', async () => {
  await heldStep('so1');
  await shown('so1');
  expect(await complete('so1')).toEqual(done);
  expect(await rowOf('so1')).toMatchObject({
    ...{ state: 'done', way: 'do', decided: true, changed: ['steps.a.vlan'], wanted: { speed: 2 } },
    ...{ errorClass: null, errorCode: null, endedAt: expect.any(String), attempt: 2, generation: 1 },
  });
  expect(await printsOf('so1')).toMatchObject([
    {
      ...{ step: 'a', system: 'olt', object: 'obj/so1', presence: 'present', values: { speed: 2 } },
      ...{ results: { vlan: 7 }, version: 'v7', key: 'so1/1/a/1/do' },
    },
  ]);
});

test('run twice it answers the same, and is noted once', async () => {
  await heldStep('so2');
  await shown('so2');
  expect([await complete('so2'), await complete('so2')]).toEqual([done, done]);
  expect(await attemptsOf('so2')).toHaveLength(2);
});

test('an effect of the calls before may come late, and is watched for', async () => {
  await heldStep('so3');
  await shown('so3');
  await complete('so3');
  expect(await as((tx) => tx.$count(watch, eq(watch.serviceOrderId, 'so3')))).toBe(1);
});

test('a step that was never attempted can be undone once it is done', async () => {
  await heldStep('so4', { attempts: 0 });
  await shown('so4');
  await complete('so4');
  expect(await rowOf('so4')).toMatchObject({ attempt: 1, generation: 1, before: null, state: 'done' });
});

test('against the evidence the object stays doubtful', async () => {
  await heldStep('so5');
  await shown('so5', { ...agreeing, agrees: false });
  expect(await complete('so5')).toEqual(done);
  expect(await printsOf('so5')).toMatchObject([{ presence: 'doubtful', version: 'v7' }]);
});

test('results that a person gave against the evidence are those of the service, and what other steps read', async () => {
  await heldStep('so5b');
  await shown('so5b', { evidence: { type: 'absent' }, agrees: false, results: { vlan: 9 } });
  expect(await complete('so5b')).toEqual(done);
  const ref = { tenant, serviceOrder: 'so5b', item: 1, step: 'a' };
  expect((await as((tx) => loadStep(tx, ref))).steps).toEqual({ a: { vlan: 9 } });
  await settle('so5b', 'completed');
  const [row] = await as((tx) => tx.select().from(service).where(eq(service.id, 'so5b-s')));
  expect(row).toMatchObject({ state: 'active', results: { vlan: 9 } });
});

test.each([
  ['so6', 'absent', { type: 'absent' }],
  ['so7', 'doubtful', seen],
] as const)('%s: what was to be taken away is %s by its evidence', async (id, presence, evidence) => {
  await heldStep(id, { verb: 'revoke', action: 'delete' });
  await as((tx) =>
    tx.insert(footprint).values({
      ...{ tenantId: tenant, serviceId: `${id}-s`, step: 'a', system: 'olt', object: `obj/${id}` },
      ...{ values: { speed: 1 }, results: {}, version: 'v1', builtAfter: [], presence: 'present', key: 'k' },
    }),
  );
  await shown(id, { evidence, agrees: evidence.type === 'absent', results: {} });
  expect(await complete(id)).toEqual({ type: 'done', changed: [] });
  expect(await printsOf(id)).toMatchObject([{ presence }]);
});

test('an object that another live service holds is refused: nothing is booked, and the doubt stays', async () => {
  await heldStep('so8', { object: 'obj/shared' });
  await heldStep('so9', { object: 'obj/shared' });
  await shown('so8');
  await shown('so9');
  await complete('so8');
  const taken = { type: 'failed', class: 'conflict', code: 'objectTaken' };
  expect(await complete('so9')).toEqual(taken);
  expect(await rowOf('so9')).toMatchObject({ state: 'refused', decided: false, errorCode: 'objectTaken' });
  expect(await printsOf('so9')).toEqual([]);
});

test('in a service order of its own the report names what changed for all items', async () => {
  await heldStep('so10', { alone: true });
  await shown('so10');
  expect(await complete('so10')).toEqual({ type: 'done', changed: ['1/steps.a.vlan'] });
  const [row] = await as((tx) => tx.select().from(service).where(eq(service.id, 'so10-s')));
  expect(row?.results).toEqual({ vlan: 7 });
});

const overridesOf = (id: string) =>
  as((tx) =>
    tx
      .select()
      .from(override)
      .where(eq(override.serviceId, `${id}-s`)),
  );
const edit = async (id: string, command: string, values: JsonObject) => {
  await commanded(command, 'editAndRetry', { values });
  await as((tx) => activateOverride(tx, tenant, id, '1/a', command));
};
const loaded = (id: string) => as((tx) => loadStep(tx, { tenant, serviceOrder: id, item: 1, step: 'a' }));

test('an edit is an override of the step on its service, and a later one adds to it', async () => {
  await heldStep('so11');
  await edit('so11', 'edit-1', { speed: 3, colour: 'red' });
  await edit('so11', 'edit-2', { speed: 4 });
  expect(await overridesOf('so11')).toMatchObject([
    { step: 'a', values: { speed: 4, colour: 'red' }, setBy: 'edit-2' },
  ]);
  expect((await loaded('so11')).overrides).toEqual({ speed: 4, colour: 'red' });
});

test('an override that is removed is gone from the next attempt', async () => {
  await heldStep('so12');
  await edit('so12', 'edit-3', { speed: 3 });
  await as((tx) => removeOverride(tx, tenant, 'so12-s', 'a'));
  expect((await loaded('so12')).overrides).toEqual({});
});

test('the inventory that orders are planned with knows what was set, by step', async () => {
  await heldStep('so18');
  await edit('so18', 'edit-18', { speed: 3 });
  const { services } = await as((tx) => inventoryAroundServices(tx, tenant, ['so18-s', 'so11-s', 'so1-s']));
  expect(services['so18-s']?.overrides).toEqual({ a: { speed: 3 } });
  expect(services['so1-s']?.overrides).toEqual({});
});

test.each([
  ['so13', 'add', 'failed'],
  ['so14', 'delete', 'completed'],
] as const)('%s: a service that ends, its %s %s, takes its overrides along', async (id, action, outcome) => {
  await heldStep(id, { action });
  await edit(id, `edit-${id}`, { speed: 3 });
  await settle(id, outcome);
  expect(await overridesOf(id)).toEqual([]);
});

test.each([
  ['so15', 'modify', 'failed'],
  ['so16', 'add', 'completed'],
  ['so17', 'delete', 'failed'],
] as const)('%s: a service that stands, its %s %s, keeps its overrides', async (id, action, outcome) => {
  await heldStep(id, { action });
  await edit(id, `edit-${id}`, { speed: 3 });
  await settle(id, outcome);
  expect(await overridesOf(id)).toHaveLength(1);
});
