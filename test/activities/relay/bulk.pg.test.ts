import { sql } from 'drizzle-orm';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type BulkDeps, startBulk, workEntries } from '../../../activities/relay/bulk.ts';
import { markDone } from '../../../drizzle/auditStore.ts';
import { withRelay, withTenant } from '../../../drizzle/client.ts';
import { bulkEntry } from '../../../drizzle/schema.ts';
import type { CommandAnswer } from '../../../src/operator/answer.ts';
import { type Api, type Body, startApi } from '../../api/support/api.ts';
import { refusedAs, type Sent, scriptedDoor } from '../../api/support/door.ts';
import { manyHeld } from '../../api/support/manyHeld.ts';
import { eventually } from '../../support/eventually.ts';

/** How a bulk is worked off; the runs behind the door are scripted. */

let api: Api;
let door: ReturnType<typeof scriptedDoor>;
const relays: ReturnType<typeof startBulk>[] = [];
beforeAll(async () => {
  api = await startApi();
});
beforeEach(() => {
  door = scriptedDoor();
  door.answers(carriesOut);
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await withTenant(api.db, 'default', (tx) => tx.delete(bulkEntry));
});
afterAll(() => api?.stop());

const inTenant = (statement: ReturnType<typeof sql>) =>
  withTenant(api.db, 'default', async (tx) => [...(await tx.execute(statement))]);

/** What a run does: the effect and its row in the audit in one transaction. */
const carriesOut = async ({ audit }: Sent): Promise<CommandAnswer> => {
  await withTenant(api.db, 'default', (tx) => markDone(tx, 'default', audit, { before: 3, after: 4 }));
  return { type: 'done' };
};
const forever = () => new Promise<never>(() => undefined);

const depsWith = (more: Partial<BulkDeps> = {}): BulkDeps => ({
  ...{ db: api.db, log: pino({ level: 'silent' }), workflows: door.operate },
  ...{ intervalMs: 5, leaseMs: 30_000, failpoint: () => undefined, ...more },
});
const bulk = async (body: object): Promise<string> =>
  (await api.post(body, {}, '/ops/v1/fallout/bulk')).body.id;
const taskOf = async (id: string): Promise<Body> => (await api.get(`/ops/v1/bulkTasks/${id}`)).body;
const entriesOf = async (id: string, state?: string): Promise<Body[]> =>
  (await api.get(`/ops/v1/bulkTasks/${id}/entries${state === undefined ? '' : `?state=${state}`}`)).body;
const auditOf = async (fallout: string): Promise<Body[]> =>
  (await api.get(`/ops/v1/audit?entityId=${fallout}`)).body;
const isDone = (id: string) =>
  eventually(async () => expect((await taskOf(id)).state).toBe('done'), { withinMs: 20_000 });
const nowDue = () => inTenant(sql`update bulk_entry set due_at = now()`);

test('fifty fallouts are commanded, each once, by two relays; what is refused is read one by one', async () => {
  const ids = await manyHeld(api, 'fifty', 50);
  const [doubted, closed] = ids as [string, string];
  const reason = 'the shelf is back';
  const task = await bulk({ command: 'retryNow', class: 'conflict', system: 'fifty', reason });
  await inTenant(sql`update fallout set closed_at = now(), resolution = 'settled' where id = ${closed}`);
  door.answers((sent) =>
    sent.audit === `${doubted}:${task}` ? Promise.resolve(refusedAs('StepInDoubt')) : carriesOut(sent),
  );
  relays.push(startBulk(depsWith()), startBulk(depsWith()));
  await isDone(task);

  expect((await taskOf(task)).entries).toEqual({ waiting: 0, done: 48, refused: 2 });
  const refused = await entriesOf(task, 'refused');
  expect(refused.sort((a, b) => ids.indexOf(a.fallout) - ids.indexOf(b.fallout))).toMatchObject([
    { fallout: doubted, code: 'StepInDoubt', message: 'the run says no' },
    { fallout: closed, code: 'FalloutClosed', message: 'it was closed by: settled' },
  ]);
  expect(door.sent.map(({ audit }) => audit).sort()).toEqual(
    ids
      .filter((id) => id !== closed)
      .map((id) => `${id}:${task}`)
      .sort(),
  );
  expect(await auditOf(ids[2] ?? '')).toMatchObject([
    {
      ...{ id: `${ids[2]}:${task}`, command: 'retryNow', outcome: 'done', subject: 'local', reason },
      ...{ entity: 'fallout', before: 3, after: 4, step: expect.any(String) },
    },
  ]);
  expect(await auditOf(doubted)).toMatchObject([{ outcome: 'refused', code: 'StepInDoubt' }]);
});

test('what the record alone refuses is not sent', async () => {
  await manyHeld(api, 'needed', 2);
  const task = await bulk({ command: 'skip', system: 'needed', reason: 'it is only monitoring' });
  await workEntries(depsWith());
  expect(await taskOf(task)).toMatchObject({ state: 'done', entries: { waiting: 0, done: 0, refused: 2 } });
  expect((await entriesOf(task)).map(({ code }) => code)).toEqual(['CommandUnfit', 'CommandUnfit']);
  expect(door.sent).toEqual([]);
});

test('an entry that nobody answers waits, is asked again later under the same id, and is done once', async () => {
  const [fallout] = await manyHeld(api, 'silent', 1);
  const task = await bulk({ command: 'retryNow', system: 'silent' });
  door.answers({ type: 'unanswered' });
  expect(await workEntries(depsWith())).toBe(false);
  await workEntries(depsWith());
  expect(door.sent).toHaveLength(1);
  const [waiting] = await entriesOf(task);
  expect(waiting).toMatchObject({ state: 'waiting', tries: 1 });
  const pauses = await inTenant(
    sql`select due_at - now() > interval '500 milliseconds' as later from bulk_entry`,
  );
  expect(pauses).toEqual([{ later: true }]);
  await nowDue();
  door.answers(carriesOut);
  await workEntries(depsWith());
  expect(door.of(`${fallout}:${task}`)).toHaveLength(2);
  expect(await entriesOf(task)).toMatchObject([{ state: 'done', tries: 2 }]);
  expect(await taskOf(task)).toMatchObject({ state: 'done' });
});

test('a relay killed after the run carried it out leaves it to another, which does not send it again', async () => {
  const [fallout] = await manyHeld(api, 'killed-late', 1);
  const task = await bulk({ command: 'retryNow', system: 'killed-late' });
  door.answers(async (sent) => {
    await carriesOut(sent);
    return forever();
  });
  void workEntries(depsWith({ leaseMs: 0 }));
  await eventually(async () => expect(await auditOf(fallout ?? '')).toMatchObject([{ outcome: 'done' }]), {
    withinMs: 10_000,
  });
  await workEntries(depsWith());
  expect(await entriesOf(task)).toMatchObject([{ state: 'done', tries: 2 }]);
  expect(door.sent).toHaveLength(1);
});

test('a relay killed before the run heard of it leaves it to another, which sends the same id', async () => {
  const [fallout] = await manyHeld(api, 'killed-early', 1);
  const task = await bulk({ command: 'retryNow', system: 'killed-early' });
  door.answers(forever);
  void workEntries(depsWith({ leaseMs: 0 }));
  await eventually(() => expect(door.sent).toHaveLength(1), { withinMs: 10_000 });
  door.answers(carriesOut);
  await workEntries(depsWith());
  const audit = `${fallout}:${task}`;
  expect(door.sent.map((sent) => sent.audit)).toEqual([audit, audit]);
  expect(await auditOf(fallout ?? '')).toMatchObject([{ id: audit, outcome: 'done' }]);
  expect(await taskOf(task)).toMatchObject({ state: 'done', entries: { done: 1 } });
});

test('an entry that breaks off is tried again, and holds up no other', async () => {
  const [broken] = await manyHeld(api, 'broken', 3);
  const task = await bulk({ command: 'retryNow', system: 'broken' });
  door.answers((sent) => {
    if (sent.audit.startsWith(`${broken}:`)) throw new Error('a defect');
    return carriesOut(sent);
  });
  await workEntries(depsWith());
  expect((await taskOf(task)).entries).toEqual({ waiting: 1, done: 2, refused: 0 });
  await nowDue();
  door.answers(carriesOut);
  await workEntries(depsWith());
  expect(await taskOf(task)).toMatchObject({ state: 'done', entries: { done: 3 } });
});

test('an entry that one relay has is left alone by another', async () => {
  await manyHeld(api, 'leased', 1);
  await bulk({ command: 'retryNow', system: 'leased' });
  door.answers(forever);
  void workEntries(depsWith());
  await eventually(() => expect(door.sent).toHaveLength(1), { withinMs: 10_000 });
  await workEntries(depsWith());
  expect(door.sent).toHaveLength(1);
});

test('the relay’s role sees the entries that wait, and nothing of their tasks', async () => {
  const [first] = await manyHeld(api, 'seen', 2);
  await bulk({ command: 'retryNow', system: 'seen' });
  await inTenant(sql`update bulk_entry set state = 'done' where fallout_id = ${first}`);
  const seen = await withRelay(api.db, (tx) => tx.select({ state: bulkEntry.state }).from(bulkEntry));
  expect(seen).toEqual([{ state: 'waiting' }]);
  await expect(withRelay(api.db, (tx) => tx.execute(sql`select id from bulk_task`))).rejects.toThrow();
});
