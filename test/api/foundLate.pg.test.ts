import { afterAll, beforeAll, expect, test } from 'vitest';
import { workEntries } from '../../activities/relay/bulk.ts';
import { pino } from 'pino';
import { withTenant } from '../../drizzle/client.ts';
import { fallout, serviceOrder } from '../../drizzle/schema.ts';
import { type Api, startApi } from './support/api.ts';
import { scriptedDoor } from './support/door.ts';
import { heldStep } from './support/heldStep.ts';

/** Fallout of a watch: its service order is over, and no run is left to command. */

let api: Api;
const door = scriptedDoor();
beforeAll(async () => {
  api = await startApi({ operate: door.operate });
});
afterAll(() => api?.stop());

const reason = 'the shelf is scrapped';
const act = (id: string, command: string, body: object, key = `key of ${id}`) =>
  api.post(body, { 'idempotency-key': key }, `/ops/v1/fallout/${id}/${command}`);
const shown = async (id: string) => (await api.get(`/ops/v1/fallout/${id}`)).body;
const auditOf = async (id: string) => (await api.get(`/ops/v1/audit?entityId=${id}`)).body;

async function foundLate(id: string, code: string): Promise<string> {
  const tenantId = 'default';
  await withTenant(api.db, tenantId, async (tx) => {
    const over = {
      tenantId,
      id: `so-${id}`,
      ordinal: 1,
      domain: 'd',
      after: [],
      state: 'failed',
      version: 3,
    };
    await tx.insert(serviceOrder).values(over as typeof serviceOrder.$inferInsert);
    const about = { serviceOrderId: `so-${id}`, item: 1, step: 'a', system: 'olt' };
    await tx
      .insert(fallout)
      .values({ tenantId, id, ...about, class: 'drift', code, reason: 'a look showed it', tries: 0 });
  });
  return id;
}

test.each(['overwritten', 'vanished', 'unresolved'])(
  'a person leaves %s as it is, with a reason and on record; no run is asked',
  async (code) => {
    const id = await foundLate(`late-${code}`, code);
    expect((await shown(id)).allowedCommands).toEqual(['leaveBehind']);
    expect((await act(id, 'retryNow', {})).body.code).toBe('CommandUnfit');
    expect((await act(id, 'leaveBehind', {})).body.code).toBe('BodyInvalid');
    for (const _ of [1, 2]) expect((await act(id, 'leaveBehind', { reason })).status).toBe(202);
    expect(await shown(id)).toMatchObject({
      state: 'closed',
      resolution: 'leaveBehind',
      allowedCommands: [],
    });
    expect(await auditOf(id)).toMatchObject([
      { command: 'leaveBehind', outcome: 'done', reason, serviceOrder: `so-${id}`, step: 'a' },
    ]);
    expect((await act(id, 'leaveBehind', { reason }, 'another')).body.code).toBe('FalloutClosed');
    expect(door.sent).toEqual([]);
  },
);

test('a bulk leaves all of them', async () => {
  const ids = [await foundLate('bulk-1', 'overwritten'), await foundLate('bulk-2', 'vanished')];
  const task = await api.post({ command: 'leaveBehind', class: 'drift', reason }, {}, '/ops/v1/fallout/bulk');
  const log = pino({ level: 'silent' });
  const times = { intervalMs: 5, leaseMs: 30_000, failpoint: () => undefined };
  await workEntries({ db: api.db, log, workflows: door.operate, ...times });
  expect((await api.get(`/ops/v1/bulkTasks/${task.body.id}`)).body.entries).toEqual({
    ...{ waiting: 0, done: 2, refused: 0 },
  });
  for (const id of ids) expect((await shown(id)).resolution).toBe('leaveBehind');
  expect(door.sent).toEqual([]);
});

test('a step that is held because its object has vanished has its run, and is not closed over its head', async () => {
  const { fallout: id, record, step } = await heldStep(api);
  await record({ type: 'falloutClosed', step, resolution: 'retryNow' });
  await record({ type: 'step', step, arrow: 'Held', class: 'drift', code: 'vanished' });
  const [open] = (await api.get('/ops/v1/fallout?code=vanished')).body;
  expect(open.id).not.toBe(id);
  expect(open.allowedCommands).toEqual(['retryNow', 'editAndRetry', 'completeWithEvidence', 'abort']);
});
