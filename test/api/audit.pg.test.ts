import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noteStep, saveSecrets, signed } from '../support/callbacks.ts';
import { fibre, orderOf } from '../support/orders.ts';
import { type Api, type Body, startApi } from './support/api.ts';
import { scriptedDoor } from './support/door.ts';

/** Who did what, when, why: of everything a person may command. */

let api: Api;
beforeAll(async () => {
  api = await startApi({ operate: scriptedDoor().operate });
});
afterAll(() => api?.stop());

const listed = async (query: string): Promise<Body[]> => (await api.get(`/ops/v1/audit?${query}`)).body;
const send = (method: string, path: string, body?: unknown) =>
  api.ask(`/ops/v1/${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test('what is done to a system is on record, its secret is not', async () => {
  const limits = { concurrency: 2 };
  const given = { name: 'fax', adapter: 'http', address: 'http://127.0.0.1:9', callbackSecret: secret };
  await send('POST', 'systems', given);
  await send('POST', 'systems', given);
  await send('PATCH', 'systems/fax', { limits });
  await send('PATCH', 'systems/fax', {});
  await send('PATCH', 'systems/fax', { callbackSecret: null });
  await send('POST', 'systems/fax/pause', { reason: 'new firmware' });
  await send('POST', 'systems/fax/resume');
  await send('POST', 'systems/nobody/resume');
  const rows = await listed('entity=system&sort=at');
  expect(rows).toMatchObject([
    { command: 'saveSystem', entityId: 'fax', given: { address: given.address, hasCallbackSecret: true } },
    { command: 'setLimits', given: { limits } },
    { command: 'saveSystem', given: { hasCallbackSecret: false } },
    { command: 'pause', reason: 'new firmware' },
    { command: 'unpause' },
  ]);
  expect(rows.every(({ outcome, subject }) => outcome === 'done' && subject === 'local')).toBe(true);
  expect(JSON.stringify(rows)).not.toContain(secret);
});

test('a replay of a callback is on record, one that is refused is not', async () => {
  await saveSecrets(api.db, ['olt']);
  await noteStep(api.db, { serviceOrder: 'open', correlationId: 'default.olt.open' });
  const dead = { messageId: 'odd', correlationId: 'default.olt.nothing', system: 'olt' };
  const waiting = { messageId: 'waits', correlationId: 'default.olt.open', system: 'olt' };
  for (const one of [dead, waiting]) await api.ask(...signed(one));
  expect((await send('POST', 'callbacks/olt/odd/replay')).status).toBe(200);
  expect((await send('POST', 'callbacks/olt/waits/replay')).status).toBe(409);
  expect(await listed('entity=callback')).toMatchObject([
    { command: 'replay', entityId: 'olt/odd', outcome: 'done' },
  ]);
});

test('a catalogue that changed is on record with its entries', async () => {
  const document = {
    serviceSpecification: 'paging',
    domain: 'access',
    steps: { page: { system: 'olt', object: "'page/' + service.id" } },
  };
  const saved = await send('POST', 'catalogue', { documents: [document] });
  await send('POST', 'catalogue', { documents: [document] });
  await send('POST', 'catalogue', { documents: [{ ...document, steps: {} }] });
  expect(await listed('entity=catalogue')).toMatchObject([
    {
      command: 'saveCatalogue',
      entityId: saved.body.hash,
      given: { entries: ['serviceSpecification/paging'] },
    },
  ]);
});

describe('the list', () => {
  const hold = async (reason: string) => {
    const order = (await api.post(orderOf(fibre()))).body.id as string;
    const { body } = await send('POST', `productOrders/${order}/hold`, { reason });
    return { order, id: body.commandId as string };
  };
  const ids = (rows: readonly Body[]) => rows.map(({ id }) => id);

  test('is newest first, and filtered by what was commanded, about what, by whom and how it ended', async () => {
    const [first, second] = [await hold('one'), await hold('two')];
    expect(ids(await listed('command=hold'))).toEqual([second.id, first.id]);
    expect(ids(await listed('command=hold&sort=at'))).toEqual([first.id, second.id]);
    expect(ids(await listed(`order=${first.order}`))).toEqual([first.id]);
    expect(ids(await listed(`entity=productOrder&entityId=${second.order}&subject=local`))).toEqual([
      second.id,
    ]);
    expect(await listed('command=hold&outcome=refused')).toEqual([]);
    expect(await listed('command=hold&at.lt=2020-01-01')).toEqual([]);
  });

  test('comes in pages', async () => {
    await hold('three');
    const { status, headers } = await api.get('/ops/v1/audit?limit=1');
    expect([status, headers.get('x-result-count')]).toEqual([206, '1']);
  });

  test('an entry that is not there is answered 404', async () => {
    for (const id of ['none', 'a%00b']) {
      const { status, body } = await api.get(`/ops/v1/audit/${id}`);
      expect([status, body.code]).toEqual([404, 'ResourceUnknown']);
    }
  });
});
