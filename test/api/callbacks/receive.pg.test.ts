import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Call } from '../../../drizzle/callbackStore.ts';
import { withTenant } from '../../../drizzle/client.ts';
import { callback } from '../../../drizzle/schema.ts';
import type { ServiceOrderState, StepState } from '../../../src/serviceOrder/machine.ts';
import { noteStep, saveSecrets, secretOf, signed } from '../../support/callbacks.ts';
import { type Api, startApi } from '../support/api.ts';

let api: Api;
const told: Call[] = [];
const logged: string[] = [];
const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
const tenants = ['default', 'blue', 'nobody'] as const;

beforeAll(async () => {
  api = await startApi({ deliverCallback: (call) => told.push(call), log });
  await saveSecrets(api.db, ['olt', 'ipam']);
  await noteStep(api.db, { serviceOrder: 'open', correlationId: 'default.olt.open' });
});
afterAll(() => api?.stop());
beforeEach(async () => {
  told.length = 0;
  for (const tenant of tenants) await withTenant(api.db, tenant, (tx) => tx.delete(callback));
});

/** What is stored, of all tenants. */
const stored = async () => {
  const rows = await Promise.all(
    tenants.map((tenant) => withTenant(api.db, tenant, (tx) => tx.select().from(callback))),
  );
  return rows
    .flat()
    .map(({ tenantId, system, messageId, state, reason, serviceOrderId, item, step, body }) => ({
      ...{ tenantId, system, messageId, state, reason, serviceOrderId, item, step, body },
    }));
};

const nowhere = { serviceOrderId: null, item: null, step: null };
const atOpen = { serviceOrderId: 'open', item: 1, step: 'line' };
const open = { messageId: 'm1', correlationId: 'default.olt.open' };

test('a callback for an open step is stored for it, answered 202, and its workflow is to be told', async () => {
  const { status, body } = await api.ask(...signed({ ...open, body: '{"status":"done","note":"été"}' }));
  expect([status, body]).toEqual([202, undefined]);
  expect(await stored()).toEqual([
    {
      ...{ tenantId: 'default', system: 'olt', messageId: 'm1', state: 'waiting', reason: null, ...atOpen },
      body: { status: 'done', note: 'été' },
    },
  ]);
  const ref = { tenant: 'default', system: 'olt', messageId: 'm1' };
  expect(told).toEqual([{ callback: ref, tenant: 'default', serviceOrder: 'open', step: '1/line' }]);
});

test.each(['null', '[]', '"x"', '17'])('any JSON is taken as it is: %s', async (body) => {
  expect((await api.ask(...signed({ ...open, body }))).status).toBe(202);
  expect((await stored()).map((row) => row.body)).toEqual([JSON.parse(body)]);
});

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const changed = (headers: Record<string, string | undefined>): [string, RequestInit] => {
  const [path, init] = signed(open);
  const entries = Object.entries({ ...init.headers, ...headers });
  return [
    path,
    { ...init, headers: entries.flatMap(([k, v]) => (v === undefined ? [] : [[k, v] as [string, string]])) },
  ];
};

test.each<[string, [string, RequestInit]]>([
  ['no signature', changed({ 'webhook-signature': undefined })],
  ['a wrong signature', changed({ 'webhook-signature': `v1,${Buffer.alloc(32).toString('base64')}` })],
  ['a signature of another kind', changed({ 'webhook-signature': 'v1a,AAAA v2,BBBB v1' })],
  ['no id', changed({ 'webhook-id': undefined })],
  ['another id than was signed', changed({ 'webhook-id': 'm2' })],
  ['no timestamp', changed({ 'webhook-timestamp': undefined })],
  [
    'another timestamp than was signed',
    changed({ 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 60) }),
  ],
  ['a timestamp that is none', changed({ 'webhook-timestamp': 'yesterday' })],
  ['an old timestamp', signed({ ...open, sentAt: minutesAgo(6) })],
  ['a timestamp from the future', signed({ ...open, sentAt: minutesAgo(-6) })],
  ['the secret of another system', signed({ ...open, secret: secretOf('ipam') })],
  ['a body that was tampered with', [signed(open)[0], { ...signed(open)[1], body: '{"status":"refused"}' }]],
  ['a body that is no JSON and not signed', [signed(open)[0], { ...signed(open)[1], body: '{' }]],
  ['an unknown system', signed({ ...open, correlationId: 'default.toaster.open', system: 'toaster' })],
  ['a system without a secret', signed({ ...open, correlationId: 'default.acs.open', system: 'acs' })],
  ['a correlation id of another form', signed({ ...open, correlationId: 'open' })],
  ['a correlation id that cannot be stored', signed({ ...open, correlationId: 'default.olt.a\0b' })],
])('F55: %s is answered 401 and nothing is stored', async (_, request) => {
  const { status, body } = await api.ask(...request);
  expect([status, body.code]).toEqual([401, 'SignatureInvalid']);
  expect(await stored()).toEqual([]);
  expect(told).toEqual([]);
});

test('one of several signatures is enough, so that a secret can be changed', async () => {
  const [path, init] = signed(open);
  const both = `v1,${Buffer.alloc(32).toString('base64')} ${init.headers['webhook-signature']}`;
  const { status } = await api.ask(path, {
    ...init,
    headers: { ...init.headers, 'webhook-signature': both },
  });
  expect(status).toBe(202);
});

test.each([
  ['BodyMalformed', ''],
  ['BodyMalformed', 'status=done'],
  ['BodyMalformed', '{"a":1,"a":2}'],
  ['BodyMalformed', '{"__proto__":1}'],
  ['TextInvalid', '"\\u0000"'],
])('rightly signed, what is not sound JSON is answered 400 %s and not stored: %j', async (code, text) => {
  const answer = await api.ask(...signed({ ...open, body: text }));
  expect([answer.status, answer.body.code]).toEqual([400, code]);
  expect(await stored()).toEqual([]);
});

test('rightly signed, an id with a full stop is answered 400 and not stored', async () => {
  const { status, body } = await api.ask(...signed({ ...open, messageId: 'a.1' }));
  expect([status, body.code, body.path]).toEqual([400, 'MessageIdInvalid', 'webhook-id']);
  expect(await stored()).toEqual([]);
});

test('a body of 64 KiB is taken, a larger one is answered 413 and not stored', async () => {
  const bodyOf = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));
  const large = await api.ask(...signed({ ...open, body: bodyOf(65_537) }));
  expect([large.status, large.body.code]).toEqual([413, 'BodyTooLarge']);
  expect(await stored()).toEqual([]);
  expect((await api.ask(...signed({ ...open, body: bodyOf(65_536) }))).status).toBe(202);
  expect(await stored()).toHaveLength(1);
});

test('F51: the same id a hundred times, at once and with other content, is stored once and told once', async () => {
  expect((await api.ask(...signed(open))).status).toBe(202);
  const again = await Promise.all(
    Array.from({ length: 99 }, (_, n) => api.ask(...signed({ ...open, body: JSON.stringify({ n }) }))),
  );
  expect(new Set(again.map(({ status }) => status))).toEqual(new Set([202]));
  expect((await stored()).map(({ messageId, body }) => [messageId, body])).toEqual([
    ['m1', { status: 'done' }],
  ]);
  expect(told).toHaveLength(1);
});

test('a hundred at once with an id nobody has seen are stored once and told once', async () => {
  const all = await Promise.all(Array.from({ length: 100 }, () => api.ask(...signed(open))));
  expect(new Set(all.map(({ status }) => status))).toEqual(new Set([202]));
  expect(await stored()).toHaveLength(1);
  expect(told).toHaveLength(1);
});

test('two systems may use the same id', async () => {
  await noteStep(api.db, { serviceOrder: 'ipam-1', correlationId: 'default.ipam.one', system: 'ipam' });
  await api.ask(...signed(open));
  await api.ask(...signed({ messageId: 'm1', system: 'ipam', correlationId: 'default.ipam.one' }));
  expect((await stored()).map(({ system, state }) => [system, state]).sort()).toEqual([
    ['ipam', 'waiting'],
    ['olt', 'waiting'],
  ]);
});

test('F55: a message sent on under another correlation id of its system does not keep out the true one', async () => {
  await noteStep(api.db, { serviceOrder: 'other', correlationId: 'default.olt.other' });
  const misled = signed({ ...open, correlationId: 'default.olt.other' });
  for (const request of [misled, signed(open), signed(open), misled]) {
    expect((await api.ask(...request)).status).toBe(202);
  }
  expect((await stored()).map(({ serviceOrderId }) => serviceOrderId).sort()).toEqual(['open', 'other']);
  const [, second] = told;
  expect(told.map(({ serviceOrder }) => serviceOrder)).toEqual(['other', 'open']);
  expect(second?.callback.messageId).toMatch(/^m1~/);
  const { status, body } = await api.get(`/ops/v1/callbacks/olt/${second?.callback.messageId}`);
  expect([status, body.correlationId]).toEqual([200, 'default.olt.open']);
});

test.each<[string, StepState, ServiceOrderState]>([
  ['F52: early, while the call is still under way', 'attempting', 'inProgress'],
  ['after the system accepted', 'accepted', 'pendingExternal'],
  ['while nobody knows how the call ended', 'inDoubt', 'inProgress'],
  ['while a person is waited for', 'held', 'held'],
  ['while the step is taken back', 'undoing', 'inProgress'],
])('%s, a callback waits for its workflow', async (name, state, serviceOrderState) => {
  const id = `open-${state}`;
  await noteStep(api.db, { serviceOrder: id, correlationId: `default.olt.${id}`, state, serviceOrderState });
  expect((await api.ask(...signed({ messageId: 'm1', correlationId: `default.olt.${id}` }))).status).toBe(
    202,
  );
  expect(await stored()).toMatchObject([{ state: 'waiting', serviceOrderId: id }]);
  expect(told, name).toHaveLength(1);
});

test.each<[StepState, ServiceOrderState]>([
  ['done', 'inProgress'],
  ['refused', 'inProgress'],
  ['skipped', 'inProgress'],
  ['undone', 'inProgress'],
  ['leftBehind', 'held'],
  ['done', 'completed'],
  ['accepted', 'cancelled'],
  ['held', 'failed'],
])(
  'F54: late, its step %s and its service order %s, it is a dead letter',
  async (state, serviceOrderState) => {
    const id = `closed-${state}-${serviceOrderState}`;
    await noteStep(api.db, {
      serviceOrder: id,
      correlationId: `default.olt.${id}`,
      state,
      serviceOrderState,
    });
    const before = await api.stored();
    expect((await api.ask(...signed({ messageId: 'm1', correlationId: `default.olt.${id}` }))).status).toBe(
      202,
    );
    expect(await stored()).toMatchObject([
      { state: 'dead', reason: 'closed', serviceOrderId: id, step: 'line' },
    ]);
    expect(told).toEqual([]);
    expect(await api.stored()).toEqual(before);
  },
);

test('F54: what names no attempt is a dead letter, answered like any other', async () => {
  const { status, body } = await api.ask(
    ...signed({ messageId: 'm1', correlationId: 'default.olt.nothing' }),
  );
  expect([status, body]).toEqual([202, undefined]);
  expect(await stored()).toMatchObject([
    { tenantId: 'default', state: 'dead', reason: 'unknown', ...nowhere },
  ]);
  expect(told).toEqual([]);
});

test('F54: a system that names the attempt of another is told nothing, and the letter is dead', async () => {
  const { status } = await api.ask(
    ...signed({ messageId: 'm1', system: 'ipam', correlationId: 'default.ipam.open' }),
  );
  expect(status).toBe(202);
  expect(await stored()).toMatchObject([{ system: 'ipam', state: 'dead', reason: 'foreign', ...nowhere }]);
  expect(told).toEqual([]);
});

test('F54: the attempt of another tenant is not found, whichever tenant the id names', async () => {
  await noteStep(api.db, { tenant: 'blue', serviceOrder: 'blue', correlationId: 'blue.olt.theirs' });
  for (const [messageId, correlationId] of [
    ['m1', 'default.olt.theirs'],
    ['m2', 'blue.olt.open'],
    ['m3', 'nobody.olt.open'],
  ] as const) {
    expect((await api.ask(...signed({ messageId, correlationId }))).status).toBe(202);
  }
  const dead = { system: 'olt', state: 'dead', reason: 'unknown', ...nowhere };
  expect(await stored()).toMatchObject([
    { ...dead, tenantId: 'default', messageId: 'm1' },
    { ...dead, tenantId: 'blue', messageId: 'm2' },
    { ...dead, tenantId: 'nobody', messageId: 'm3' },
  ]);
  expect(told).toEqual([]);
});

test('a system that serves several tenants reaches the one whose attempt it names', async () => {
  await noteStep(api.db, { tenant: 'blue', serviceOrder: 'blue-2', correlationId: 'blue.olt.mine' });
  await api.ask(...signed({ messageId: 'm1', correlationId: 'blue.olt.mine' }));
  expect(await stored()).toMatchObject([{ tenantId: 'blue', state: 'waiting', serviceOrderId: 'blue-2' }]);
  expect(told).toMatchObject([{ tenant: 'blue', serviceOrder: 'blue-2' }]);
});

test('neither secrets nor bodies are in the log or in an answer', async () => {
  const body = '{"number":"+44 20 7946 0000"}';
  await api.ask(...signed({ ...open, body }));
  const refused = await api.ask(...signed({ ...open, body, secret: secretOf('ipam') }));
  const said = logged.join('') + JSON.stringify(refused.body);
  expect(said).toContain('a callback was refused');
  for (const word of ['7946', 'whsec_', secretOf('olt').slice(6), secretOf('ipam').slice(6)]) {
    expect(said).not.toContain(word);
  }
});
