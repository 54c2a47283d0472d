import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limitedSystems } from '../../drizzle/systemStore.ts';
import { type Api, startApi } from './support/api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.stop());

const systems = '/ops/v1/systems';
const send = (method: string, path: string, body: unknown) =>
  api.ask(`${systems}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const add = (given: object) =>
  send('POST', '', { name: 'fresh', adapter: 'http', address: 'http://127.0.0.1:9', ...given });
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const stored = () => api.db.execute(sql`select * from "system" order by name`);

const closed = { state: 'closed', failures: 0 };

test('every system is listed, by name, with how it is', async () => {
  const { status, body } = await api.get(systems);
  expect(status).toBe(200);
  const names = body.map(({ name }: { name: string }) => name);
  expect(names).toEqual([...names].sort());
  expect(body[0]).toEqual({
    ...{ name: 'acs', adapter: 'http', address: 'http://127.0.0.1:1', paused: false },
    ...{ hasCallbackSecret: true, breaker: closed },
  });
});

test('a system that is added is there at once, and its secret is never read again', async () => {
  const limits = { callsPerSecond: 2.5, concurrency: 4 };
  const given = { name: 'fax-gateway', address: 'https://fax.example/v1/', limits, callbackSecret: secret };
  const { status, body, headers } = await add(given);
  expect(status).toBe(201);
  expect(headers.get('location')).toBe('/ops/v1/systems/fax-gateway');
  const expected = {
    ...{ name: 'fax-gateway', adapter: 'http', address: 'https://fax.example/v1', limits },
    ...{ paused: false, hasCallbackSecret: true, breaker: closed },
  };
  expect(body).toEqual(expected);
  expect((await api.get(`${systems}/fax-gateway`)).body).toEqual(expected);
  expect(JSON.stringify((await api.get(systems)).body)).not.toContain(secret);
  const [row] = await api.db.execute(sql`select callback_secret from "system" where name = 'fax-gateway'`);
  expect(row).toEqual({ callback_secret: secret });
});

test('a name that is taken is refused, and nothing changes', async () => {
  const before = await stored();
  const { status, body } = await add({ name: 'ipam' });
  expect([status, body.code, body.path]).toEqual([409, 'SystemExists', 'name']);
  expect(await stored()).toEqual(before);
});

describe('what does not fit is refused with its place, and nothing is stored', () => {
  test.each([
    ['name', { name: 'a.b' }],
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(65) }],
    ['name', { name: 7 }],
    ['adapter', { adapter: 'smtp' }],
    ['address', { address: 'ftp://host' }],
    ['address', { address: 'nowhere' }],
    ['address', { address: 'http://user:pass@host' }],
    ['address', { address: 'http://host?a=1' }],
    ['limits.callsPerSecond', { limits: { callsPerSecond: 0 } }],
    ['limits.concurrency', { limits: { concurrency: 1.5 } }],
    ['limits', { limits: { perDay: 1 } }],
    ['limits', { limits: {} }],
    ['callbackSecret', { callbackSecret: 'short' }],
    [undefined, { paused: true }],
  ])('%s in %j', async (path, given) => {
    const before = await stored();
    const { status, body } = await add(given);
    expect([status, body.code, body.path]).toEqual([400, 'BodyInvalid', path]);
    expect(await stored()).toEqual(before);
  });
});

test('a change leaves what it does not name as it is, and an empty one changes nothing', async () => {
  await add({ name: 'changing', callbackSecret: secret });
  const changed = await send('PATCH', '/changing', { limits: { concurrency: 3 } });
  expect(changed.status).toBe(200);
  expect(changed.body).toMatchObject({ limits: { concurrency: 3 }, hasCallbackSecret: true });
  expect((await send('PATCH', '/changing', {})).body).toEqual(changed.body);
  const moved = await send('PATCH', '/changing', { address: 'http://127.0.0.1:8', callbackSecret: null });
  expect(moved.body).toMatchObject({ address: 'http://127.0.0.1:8', hasCallbackSecret: false });
  expect((await send('PATCH', '/changing', { name: 'other' })).body.code).toBe('BodyInvalid');
});

test('limits that are taken away leave the queue, which open plans may name', async () => {
  const names = async () => (await limitedSystems(api.db)).map(({ name }) => name);
  await add({ name: 'limited' });
  await send('PATCH', '/limited', { limits: null });
  expect(await names()).not.toContain('limited');
  await send('PATCH', '/limited', { limits: { callsPerSecond: 1 } });
  expect((await send('PATCH', '/limited', { limits: null })).body.limits).toEqual({});
  expect(await names()).toContain('limited');
});

test('limits that limit nothing are refused, and the system gets no queue of its own', async () => {
  await add({ name: 'unlimited' });
  const { status, body } = await send('PATCH', '/unlimited', { limits: {} });
  expect([status, body.code, body.path]).toEqual([400, 'BodyInvalid', 'limits']);
  expect((await limitedSystems(api.db)).map(({ name }) => name)).not.toContain('unlimited');
});

test.each(['limit=-1', 'limit=10', 'state=open'])(
  'the list is always whole: %s is refused',
  async (query) => {
    const { status, body } = await api.get(`${systems}?${query}`);
    expect([status, body.code, body.path]).toEqual([400, 'ParameterInvalid', query.split('=')[0]]);
  },
);

test('a pause has a reason and stays until the resume, which also closes the breaker', async () => {
  await add({ name: 'resting' });
  await api.db.execute(sql`
    insert into system_health (system, failures, open_until, last_error)
    values ('resting', 6, now() + interval '1 minute', 'timeout: no answer')`);
  const open = (await api.get(`${systems}/resting`)).body.breaker;
  expect(open).toMatchObject({ state: 'open', failures: 6, lastError: 'timeout: no answer' });
  expect(Date.parse(open.until)).toBeGreaterThan(Date.parse(open.since));
  const paused = await send('POST', '/resting/pause', { reason: 'new firmware' });
  expect([paused.status, paused.body.paused, paused.body.pausedWhy]).toEqual([200, true, 'new firmware']);
  const resumed = await api.ask(`${systems}/resting/resume`, { method: 'POST' });
  expect(resumed.status).toBe(200);
  expect(resumed.body).toMatchObject({ paused: false, breaker: closed });
  expect(resumed.body).not.toHaveProperty('pausedWhy');
  expect(resumed.body.breaker).not.toHaveProperty('until');
});

test('a breaker whose time is up shows as half open', async () => {
  await add({ name: 'probing' });
  await api.db.execute(sql`
    insert into system_health (system, failures, open_until) values ('probing', 5, now() - interval '1 second')`);
  expect((await api.get(`${systems}/probing`)).body.breaker.state).toBe('halfOpen');
});

test.each([{}, { reason: '' }, { reason: '   ' }, { reason: 7 }, { reason: 'x', until: 'six' }])(
  'a pause without a proper reason is refused: %j',
  async (given) => {
    const { status, body } = await send('POST', '/ipam/pause', given);
    expect([status, body.code]).toEqual([400, 'BodyInvalid']);
    expect((await api.get(`${systems}/ipam`)).body.paused).toBe(false);
  },
);

test.each([
  ['GET', '/nobody'],
  ['PATCH', '/nobody'],
  ['POST', '/nobody/pause'],
  ['POST', '/nobody/resume'],
  ['GET', '/a%00b'],
])('%s of a system that is not there is answered 404: %s', async (method, path) => {
  const answer =
    method === 'GET' ? await api.get(`${systems}${path}`) : await send(method, path, { reason: 'x' });
  expect([answer.status, answer.body.code]).toEqual([404, 'ResourceUnknown']);
});

test('a catalogue may name a system as soon as it is added', async () => {
  const document = {
    serviceSpecification: 'paging',
    domain: 'access',
    steps: { page: { system: 'pager', object: "'page/' + service.id" } },
  };
  const save = () => api.post({ documents: [document] }, {}, '/ops/v1/catalogue');
  expect((await save()).body.details[0].code).toBe('unknownSystem');
  await add({ name: 'pager' });
  expect((await save()).status).toBe(201);
});
