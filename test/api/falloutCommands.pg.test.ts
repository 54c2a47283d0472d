import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { markDone } from '../../drizzle/auditStore.ts';
import { withTenant } from '../../drizzle/client.ts';
import type { Look } from '../../src/activation/evidence.ts';
import { type Api, startApi } from './support/api.ts';
import { refusedAs, scriptedDoor } from './support/door.ts';
import { heldStep } from './support/heldStep.ts';

/** What the desk makes of a command about a held step; the run behind the door is scripted. */

let api: Api;
let shows: Look;
const door = scriptedDoor();
beforeAll(async () => {
  api = await startApi({ operate: door.operate, look: () => Promise.resolve(shows) });
});
beforeEach(() => {
  door.answers({ type: 'done' });
  shows = { type: 'unavailable', message: 'nobody answers' };
});
afterAll(() => api?.stop());

const reason = 'the planner said so';
const act = (fallout: string, command: string, body: object = {}, key?: string) =>
  api.post(
    body,
    key === undefined ? {} : { 'idempotency-key': key },
    `/ops/v1/fallout/${fallout}/${command}`,
  );
const auditOf = async (fallout: string) => (await api.get(`/ops/v1/audit?entityId=${fallout}&sort=at`)).body;
const settled = (id: string) =>
  withTenant(api.db, 'default', (tx) => markDone(tx, 'default', id, { before: 3, after: 4 }));

describe('a command', () => {
  test('is written down with who and why before it is sent, and what travels is its id alone', async () => {
    const { fallout, order, serviceOrder, step, name } = await heldStep(api);
    const { status, body } = await act(fallout, 'retryNow', { reason }, 'K1');
    const audit = `${fallout}:local:K1`;
    expect([status, body]).toEqual([202, { command: 'retryNow', id: fallout, commandId: audit }]);
    expect(door.of(audit)).toEqual([
      { to: { tenant: 'default', serviceOrder, step }, command: 'retryNow', audit },
    ]);
    expect(await auditOf(fallout)).toMatchObject([
      {
        ...{ id: audit, client: 'local', subject: 'local', command: 'retryNow', reason, outcome: 'asked' },
        ...{ entity: 'fallout', entityId: fallout, order, serviceOrder, item: 1, step: name },
      },
    ]);
    await settled(audit);
    const done = await api.get(`/ops/v1/audit/${encodeURIComponent(audit)}`);
    expect(done.body).toMatchObject({ outcome: 'done', before: 3, after: 4 });
    expect(done.body.href).toBe(`http://api.test/ops/v1/audit/${encodeURIComponent(audit)}`);
  });

  test('needs no body where there is nothing to say', async () => {
    const { fallout } = await heldStep(api);
    const { status } = await api.ask(`/ops/v1/fallout/${fallout}/retryNow`, { method: 'POST' });
    expect(status).toBe(202);
  });

  test('that nobody answered can be repeated under its id, and is sent again', async () => {
    const { fallout } = await heldStep(api);
    door.answers({ type: 'unanswered' });
    const first = await act(fallout, 'retryNow');
    expect([first.status, first.body.code]).toEqual([503, 'CommandUnanswered']);
    const key = first.headers.get('idempotency-key') ?? '';
    expect(first.body.message).toContain(key);
    expect(await auditOf(fallout)).toMatchObject([{ id: `${fallout}:local:${key}`, outcome: 'asked' }]);
    door.answers({ type: 'done' });
    expect((await act(fallout, 'retryNow', {}, key)).status).toBe(202);
    expect(door.of(`${fallout}:local:${key}`)).toHaveLength(2);
  });

  test('that was carried out is answered again without being sent, also when its fallout is closed', async () => {
    const { fallout, step, record } = await heldStep(api);
    await act(fallout, 'retryNow', {}, 'K');
    await settled(`${fallout}:local:K`);
    await record({ type: 'falloutClosed', step, resolution: 'retryNow' });
    expect((await act(fallout, 'retryNow', {}, 'K')).status).toBe(202);
    expect(door.of(`${fallout}:local:K`)).toHaveLength(1);
    const { status, body } = await act(fallout, 'retryNow');
    expect([status, body.code]).toEqual([409, 'FalloutClosed']);
  });

  test('that the run refuses is refused with its code, and again under its id', async () => {
    const { fallout } = await heldStep(api);
    door.answers(refusedAs('StepInDoubt'));
    for (const _ of [1, 2]) {
      const { status, body } = await act(fallout, 'retryNow', {}, 'K');
      expect([status, body.code, body.message]).toEqual([409, 'StepInDoubt', 'the run says no']);
    }
    expect(door.of(`${fallout}:local:K`)).toHaveLength(1);
    expect(await auditOf(fallout)).toMatchObject([
      { outcome: 'refused', code: 'StepInDoubt', message: 'the run says no' },
    ]);
  });

  test('that finds no run is refused, unless the run carried it out before it ended', async () => {
    const { fallout } = await heldStep(api);
    door.answers({ type: 'runMissing' });
    expect((await act(fallout, 'retryNow', {}, 'K')).body.code).toBe('RunMissing');
    door.answers(async ({ audit }) => {
      await settled(audit);
      return { type: 'runMissing' };
    });
    expect((await act(fallout, 'retryNow', {}, 'L')).status).toBe(202);
  });

  test.each([
    ['retryNow', { reason: 'another' }],
    ['skip', { reason }],
  ])('under a used key and with another content is refused: %s %j', async (command, body) => {
    const { fallout } = await heldStep(api);
    await act(fallout, 'retryNow', { reason }, 'K');
    const again = await act(fallout, command, body, 'K');
    expect([again.status, again.body.code]).toEqual([422, 'IdempotencyKeyReused']);
    expect(door.of(`${fallout}:local:K`)).toHaveLength(1);
  });
});

describe('what does not fit is refused, and nothing is written down or sent', () => {
  test.each([
    ['skip', { reason }, 409, 'CommandUnfit'],
    ['leaveBehind', { reason }, 409, 'CommandUnfit'],
    ['skip', {}, 400, 'BodyInvalid'],
    ['leaveBehind', { reason: ' ' }, 400, 'BodyInvalid'],
    ['retryNow', { reasn: 'a typo' }, 400, 'BodyInvalid'],
    ['editAndRetry', { values: { technology: 'GPON' } }, 400, 'BodyInvalid'],
    ['editAndRetry', { reason, values: {} }, 400, 'BodyInvalid'],
    ['editAndRetry', { reason, values: { colour: 'red' } }, 400, 'EditUnfit'],
    ['editAndRetry', { reason, values: { technology: 7 } }, 400, 'EditUnfit'],
    ['editAndRetry', { reason, values: { technology: 'DOCSIS' } }, 400, 'EditUnfit'],
    ['completeWithEvidence', { againstEvidence: true }, 400, 'BodyInvalid'],
    ['completeWithEvidence', {}, 409, 'EvidenceMissing'],
    ['explode', {}, 404, 'PathUnknown'],
  ] as const)('%s %j', async (command, body, status, code) => {
    const { fallout } = await heldStep(api);
    const before = door.sent.length;
    const answer = await act(fallout, command, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(door.sent).toHaveLength(before);
    expect(await auditOf(fallout)).toEqual([]);
  });

  test.each(['retryNow', 'completeWithEvidence', 'claim'])(
    '%s of a fallout that is not there',
    async (command) => {
      for (const id of ['none', 'a%00b']) {
        const { status, body } = await act(id, command);
        expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
      }
    },
  );
});

test('an edit is written down as it is meant', async () => {
  const { fallout } = await heldStep(api);
  const values = { technology: 'XGSPON' };
  expect((await act(fallout, 'editAndRetry', { reason, values }, 'K')).status).toBe(202);
  expect(await auditOf(fallout)).toMatchObject([{ command: 'editAndRetry', given: { values } }]);
  const other = await act(fallout, 'editAndRetry', { reason, values: { technology: 'GPON' } }, 'K');
  expect(other.body.code).toBe('IdempotencyKeyReused');
});

test('what is optional may be skipped; in doubt it is not offered', async () => {
  const { fallout, serviceOrder, name } = await heldStep(api);
  const set = (change: string) =>
    api.db.execute(
      sql`update step set ${sql.raw(change)} where service_order_id = ${serviceOrder} and name = ${name}`,
    );
  await set('optional = true');
  expect((await act(fallout, 'skip', { reason })).status).toBe(202);
  await set('decided = false');
  const heard = (outcome: string | null) =>
    api.db.execute(
      sql`update attempt set outcome = ${outcome} where service_order_id = ${serviceOrder} and step = ${name}`,
    );
  await heard('throttled');
  expect((await act(fallout, 'skip', { reason })).status).toBe(202);
  await heard('inDoubt');
  expect((await act(fallout, 'skip', { reason })).body.code).toBe('CommandUnfit');
  await set(`way = 'undo'`);
  expect((await act(fallout, 'leaveBehind', { reason })).status).toBe(202);
});

describe('with evidence', () => {
  const present = (observed: object, key: string | null): Look =>
    ({ type: 'present', observed, version: 'v9', key }) as Look;

  test('that agrees a step is complete with the results that are seen', async () => {
    const { fallout, keyOf } = await heldStep(api);
    shows = present({ technology: 'GPON', vlan: 101 }, keyOf(1));
    expect((await act(fallout, 'completeWithEvidence', {}, 'K')).status).toBe(202);
    const given = { evidence: shows, agrees: true, results: { vlan: 101 }, asked: {} };
    expect(await auditOf(fallout)).toMatchObject([{ command: 'completeWithEvidence', given }]);
  });

  test('that a repeat does not take again', async () => {
    const { fallout, keyOf } = await heldStep(api);
    door.answers({ type: 'unanswered' });
    shows = present({ technology: 'GPON', vlan: 101 }, keyOf(1));
    expect((await act(fallout, 'completeWithEvidence', {}, 'K')).status).toBe(503);
    shows = { type: 'absent' };
    door.answers({ type: 'done' });
    expect((await act(fallout, 'completeWithEvidence', {}, 'K')).status).toBe(202);
    const results = await act(fallout, 'completeWithEvidence', { results: { vlan: 1 } }, 'K');
    expect(results.body.code).toBe('IdempotencyKeyReused');
    expect(await auditOf(fallout)).toMatchObject([{ given: { evidence: { type: 'present' } } }]);
  });

  test('that contradicts it is refused, with both sides', async () => {
    const { fallout, keyOf } = await heldStep(api);
    shows = present({ technology: 'XGSPON', vlan: 101 }, keyOf(1));
    const { status, body } = await act(fallout, 'completeWithEvidence', { reason });
    expect([status, body.code, body.message]).toEqual([
      409,
      'EvidenceContradicts',
      'the object has other values',
    ]);
    expect(body.details).toMatchObject([
      { path: 'wanted', type: 'present', values: { technology: 'GPON' } },
      { path: 'shows', ...shows },
    ]);
    expect(await auditOf(fallout)).toEqual([]);
  });

  test('that contradicts it a person may stand against, with a reason and the results that cannot be seen', async () => {
    const { fallout } = await heldStep(api);
    shows = { type: 'absent' };
    const against = { reason, againstEvidence: true };
    const lacking = await act(fallout, 'completeWithEvidence', against);
    expect([lacking.status, lacking.body.code, lacking.body.path]).toEqual([
      400,
      'ResultsUnfit',
      'results.vlan',
    ]);
    const odd = { ...against, results: { vlan: { a: [1, 'zz'] } } };
    const { status, body } = await act(fallout, 'completeWithEvidence', odd);
    expect([status, body.code, body.path]).toEqual([400, 'ResultsUnfit', 'results.vlan']);
    expect(body.message).toContain('must be a text, a number, or true or false');
    expect(await auditOf(fallout)).toEqual([]);
    const asked = { ...against, results: { vlan: 7 } };
    expect((await act(fallout, 'completeWithEvidence', asked)).status).toBe(202);
    expect(await auditOf(fallout)).toMatchObject([
      { reason, given: { evidence: { type: 'absent' }, agrees: false, results: { vlan: 7 } } },
    ]);
  });
});

describe('one fallout', () => {
  test('shows what the network shows now beside what the last attempt saw', async () => {
    const { fallout, object } = await heldStep(api);
    shows = { type: 'absent' };
    const { body } = await api.get(`/ops/v1/fallout/${fallout}`);
    expect(body).toMatchObject({
      object,
      shows: { type: 'absent' },
      seen: { type: 'present', version: '7' },
    });
  });

  test('says so when nobody can look', async () => {
    const { fallout } = await heldStep(api);
    const { body } = await api.get(`/ops/v1/fallout/${fallout}`);
    expect(body.shows).toEqual({ type: 'unavailable', message: 'nobody answers' });
  });
});

describe('an owner', () => {
  const ownerOf = async (fallout: string) => (await api.get(`/ops/v1/fallout/${fallout}`)).body.owner;

  test('claims a fallout, which is then found by the owner; the same again changes nothing', async () => {
    const { fallout } = await heldStep(api);
    const { status, body } = await act(fallout, 'claim', { owner: 'noc-2' });
    expect([status, body.owner]).toEqual([200, 'noc-2']);
    expect((await act(fallout, 'claim', { owner: 'noc-2' })).body.ownedAt).toBe(body.ownedAt);
    const found = (await api.get('/ops/v1/fallout?owner=noc-2')).body;
    expect(found.map(({ id }: { id: string }) => id)).toEqual([fallout]);
    expect((await auditOf(fallout))[0]).toMatchObject({
      ...{ command: 'claim', outcome: 'done', given: { owner: 'noc-2' } },
    });
  });

  test('is the caller where nobody is named', async () => {
    const { fallout } = await heldStep(api);
    expect((await act(fallout, 'claim')).body.owner).toBe('local');
  });

  test('keeps it from others unless they say that they take it over', async () => {
    const { fallout } = await heldStep(api);
    await act(fallout, 'claim', { owner: 'noc-1' });
    const { status, body } = await act(fallout, 'claim', { owner: 'noc-3' });
    expect([status, body.code]).toEqual([409, 'FalloutOwned']);
    expect(await ownerOf(fallout)).toBe('noc-1');
    expect((await act(fallout, 'claim', { owner: 'noc-3', takeOver: true })).body.owner).toBe('noc-3');
  });

  test('lets go of it; a repeated claim does not take it again', async () => {
    const { fallout } = await heldStep(api);
    await act(fallout, 'claim', {}, 'K');
    expect((await act(fallout, 'release')).body).not.toHaveProperty('owner');
    expect((await act(fallout, 'claim', {}, 'K')).status).toBe(200);
    expect(await ownerOf(fallout)).toBeUndefined();
    expect((await auditOf(fallout)).map(({ command }: { command: string }) => command)).toEqual([
      'claim',
      'release',
    ]);
  });

  test('can claim nothing that is closed', async () => {
    const { fallout, step, record } = await heldStep(api);
    await record({ type: 'falloutClosed', step, resolution: 'retryNow' });
    expect((await act(fallout, 'claim')).body.code).toBe('FalloutClosed');
  });
});
