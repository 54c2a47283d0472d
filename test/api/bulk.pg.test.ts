import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withTenant } from '../../drizzle/client.ts';
import { type Api, type Body, startApi } from './support/api.ts';
import { manyHeld } from './support/manyHeld.ts';

/** What a bulk is before anybody works it off. */

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const path = '/ops/v1/fallout/bulk';
const post = (body: object, key?: string) =>
  api.post(body, key === undefined ? {} : { 'idempotency-key': key }, path);
const entriesOf = async (task: string, query = '') =>
  (await api.get(`/ops/v1/bulkTasks/${task}/entries${query}`)).body as Body[];
const stored = async () =>
  withTenant(api.db, 'default', async (tx) => {
    const [row] = await tx.execute(sql`select (select count(*) from bulk_task)::int as tasks,
      (select count(*) from bulk_entry)::int as entries, (select count(*) from audit)::int as audits`);
    return row;
  });

test('a bulk is a task with an entry for each fallout that is open now, and a row in the audit', async () => {
  const ids = await manyHeld(api, 'shelf-1', 3);
  await manyHeld(api, 'shelf-2', 1);
  await withTenant(api.db, 'default', (tx) =>
    tx.execute(sql`update fallout set closed_at = now(), resolution = 'retryNow' where id = ${ids[0]}`),
  );
  const asked = { command: 'skip', class: 'conflict', system: 'shelf-1', reason: 'not built there' };
  const { status, headers, body } = await post(asked);
  expect(status).toBe(201);
  expect(headers.get('location')).toBe(`http://api.test/ops/v1/bulkTasks/${body.id}`);
  const shown = {
    ...{ ...asked, id: body.id, href: headers.get('location'), client: 'local', subject: 'local' },
    ...{ state: 'inProgress', entries: { waiting: 2, done: 0, refused: 0 }, createdAt: body.createdAt },
  };
  expect(body).toEqual(shown);
  expect((await api.get(`/ops/v1/bulkTasks/${body.id}`)).body).toEqual(shown);
  expect((await api.get('/ops/v1/bulkTasks?system=shelf-1&state=inProgress')).body).toEqual([shown]);
  const entries = await entriesOf(body.id);
  expect(entries.map(({ fallout }) => fallout).sort()).toEqual(ids.slice(1).sort());
  expect(entries[0]).toMatchObject({
    ...{ state: 'waiting', tries: 0, order: expect.any(String), dueAt: expect.any(String) },
    href: `http://api.test/ops/v1/fallout/${entries[0].fallout}`,
  });
  const given = { command: 'skip', class: 'conflict', system: 'shelf-1', entries: 2 };
  expect((await api.get(`/ops/v1/audit/${body.id}`)).body).toMatchObject({
    ...{ command: 'bulk', entity: 'bulkTask', entityId: body.id, outcome: 'done', subject: 'local' },
    ...{ reason: asked.reason, given },
  });
});

test('the same again under its key is the same task, also when other fallout has opened since', async () => {
  await manyHeld(api, 'twice', 2);
  const first = await post({ command: 'retryNow', system: 'twice' }, 'B1');
  await manyHeld(api, 'twice-later', 1);
  const before = await stored();
  const again = await post({ command: 'retryNow', system: 'twice' }, 'B1');
  expect([again.status, again.body]).toEqual([201, first.body]);
  expect(again.headers.get('location')).toBe(first.headers.get('location'));
  const other = await post({ command: 'retryNow', system: 'twice-later' }, 'B1');
  expect([other.status, other.body.code]).toEqual([422, 'IdempotencyKeyReused']);
  expect(await stored()).toEqual(before);
});

test('where nothing fits the task is done at once', async () => {
  const { status, body } = await post({ command: 'retryNow', system: 'nowhere' });
  expect([status, body.state, body.entries]).toEqual([201, 'done', { waiting: 0, done: 0, refused: 0 }]);
  expect(body.endedAt).toBeDefined();
  expect(await entriesOf(body.id)).toEqual([]);
});

test('more than one bulk may hold is refused, and nothing is stored', async () => {
  const [first] = await manyHeld(api, 'whole-town', 1);
  await withTenant(api.db, 'default', (tx) =>
    tx.execute(sql`insert into fallout select made.* from fallout f, generate_series(1, 10000) n,
      jsonb_populate_record(f, jsonb_build_object('id', 'F-town-' || n, 'service_order_id', 'town-' || n)) made
      where f.tenant_id = 'default' and f.id = ${first}`),
  );
  const before = await stored();
  const { status, body } = await post({ command: 'retryNow', system: 'whole-town' }, 'B2');
  expect([status, body.code]).toEqual([409, 'BulkTooLarge']);
  expect(body.message).toContain('10000');
  expect(await stored()).toEqual(before);
});

test('what does not fit is refused, and nothing is stored', async () => {
  const before = await stored();
  for (const wrong of [{}, { command: 'retryNow' }, { command: 'skip', system: 'olt' }]) {
    const { status, body } = await post(wrong);
    expect([status, body.code]).toEqual([400, 'BodyInvalid']);
  }
  expect(await stored()).toEqual(before);
});

test.each(['none', 'a%00b', '{id}'])('the task %s is unknown, and so are its entries', async (id) => {
  for (const place of [id, `${id}/entries`]) {
    const { status, body } = await api.get(`/ops/v1/bulkTasks/${place}`);
    expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
  }
});

test('the entries are a list as all are', async () => {
  await manyHeld(api, 'pages', 3);
  const { id } = (await post({ command: 'retryNow', system: 'pages' })).body;
  const page = await api.get(`/ops/v1/bulkTasks/${id}/entries?limit=2&fields=state`);
  expect([page.status, page.headers.get('x-total-count'), page.body.length]).toEqual([206, '3', 2]);
  expect(page.headers.get('link')).toContain(`/ops/v1/bulkTasks/${id}/entries?`);
  expect(await entriesOf(id, '?state=refused')).toEqual([]);
  expect((await api.get(`/ops/v1/bulkTasks/${id}/entries?colour=red`)).body.code).toBe('FilterUnknown');
});
