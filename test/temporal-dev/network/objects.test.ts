import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bench, openBench } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

test('an object is created, read, changed and deleted, and each effect is in the ledger once', async () => {
  const created = await bench.put('edge', 'route/1', { key: 'a', values: { cidr: '10.1.0.0/29' } });
  expect(created.status).toBe(201);
  expect(created.headers.get('etag')).toBe('"1"');
  expect(created.body).toEqual({
    object: 'route/1',
    values: { cidr: '10.1.0.0/29' },
    results: {},
    version: '1',
    key: 'a',
  });

  const changed = await bench.put('edge', 'route/1', {
    key: 'b',
    expect: '1',
    values: { cidr: '10.2.0.0/29' },
  });
  expect(changed.status).toBe(200);
  expect(await bench.get('edge', 'route/1')).toMatchObject({ status: 200, body: changed.body });

  const deleted = await bench.remove('edge', 'route/1', { key: 'c', expect: '2' });
  expect(deleted).toMatchObject({ status: 200, body: { object: 'route/1', deleted: true } });
  expect(await bench.get('edge', 'route/1')).toMatchObject({ status: 404, body: { code: 'absent' } });

  expect(await bench.ledger()).toMatchObject([
    { seq: 1, system: 'edge', object: 'route/1', verb: 'apply', key: 'a', values: { cidr: '10.1.0.0/29' } },
    { seq: 2, system: 'edge', object: 'route/1', verb: 'apply', key: 'b', values: { cidr: '10.2.0.0/29' } },
    { seq: 3, system: 'edge', object: 'route/1', verb: 'revoke', key: 'c', values: {} },
  ]);
  expect((await bench.ask('GET', '/ledger?since=2')).body).toMatchObject([{ seq: 3 }]);
});

test.each(['a/b/c', 'a b', '50%', '%2F', 'ä?x#y', '../up', '"quoted"', '*'])(
  'an object may be named %s',
  async (object) => {
    await bench.put('edge', object, { values: { here: true } });
    expect((await bench.get('edge', object)).body).toMatchObject({ object, values: { here: true } });
    expect((await bench.ask('GET', '/systems/edge/objects')).body).toMatchObject([{ object }]);
  },
);

test('a request repeated under its key is answered as before, whatever its condition, and has no second effect', async () => {
  const first = await bench.put('olt', 'port/1', { key: 'a' });
  const again = await bench.put('olt', 'port/1', { key: 'a' });
  expect([again.status, again.body]).toEqual([first.status, first.body]);
  await bench.remove('olt', 'port/1', { key: 'b', expect: '1' });
  const gone = await bench.remove('olt', 'port/1', { key: 'b', expect: '1' });
  expect(gone).toMatchObject({ status: 200, body: { object: 'port/1', deleted: true } });
  expect(await bench.ledger()).toHaveLength(2);
});

test('a key that stood for another verb, object or values is refused', async () => {
  await bench.put('edge', 'route/1', { key: 'a', values: { n: 1 } });
  const others = [
    await bench.put('edge', 'route/1', { key: 'a', expect: '1', values: { n: 2 } }),
    await bench.put('edge', 'route/2', { key: 'a', values: { n: 1 } }),
    await bench.remove('edge', 'route/1', { key: 'a', expect: '1' }),
  ];
  for (const other of others) expect(other).toMatchObject({ status: 422, body: { code: 'keyReused' } });
  expect(await bench.ledger()).toHaveLength(1);
});

test('a refusal leaves its key free to be tried again', async () => {
  await bench.put('edge', 'route/1', { key: 'a' });
  expect((await bench.put('edge', 'route/1', { key: 'b' })).status).toBe(412);
  await bench.remove('edge', 'route/1', { expect: '1' });
  expect((await bench.put('edge', 'route/1', { key: 'b' })).status).toBe(201);
});

test('an existing object is not created over, and its owner is named', async () => {
  await bench.put('edge', 'route/1', { key: 'a' });
  const taken = await bench.put('edge', 'route/1', { key: 'b' });
  expect(taken).toMatchObject({ status: 412, body: { code: 'exists', key: 'a' } });
  const removed = await bench.remove('edge', 'route/1', { expect: 'absent' });
  expect(removed).toMatchObject({ status: 412, body: { code: 'exists', key: 'a' } });
});

test('a version that is no longer there changes and deletes nothing', async () => {
  await bench.put('edge', 'route/1');
  await bench.put('edge', 'route/1', { expect: '1', values: { n: 2 } });
  expect(await bench.put('edge', 'route/1', { expect: '1' })).toMatchObject({
    status: 412,
    body: { code: 'changed' },
  });
  expect(await bench.remove('edge', 'route/1', { expect: '1' })).toMatchObject({
    status: 412,
    body: { code: 'changed' },
  });
  expect(await bench.put('edge', 'route/2', { expect: '7' })).toMatchObject({
    status: 412,
    body: { code: 'changed' },
  });
});

test('a version never comes back, not even with the same name', async () => {
  await bench.put('edge', 'route/1');
  await bench.remove('edge', 'route/1', { expect: '1' });
  expect((await bench.put('edge', 'route/1')).body.version).toBe('3');
});

test('what a request must carry is asked for by name', async () => {
  expect(await bench.put('edge', 'x', { key: null })).toMatchObject({
    status: 400,
    body: { code: 'keyMissing' },
  });
  expect(await bench.put('edge', 'x', { expect: null })).toMatchObject({
    status: 428,
    body: { code: 'preconditionMissing' },
  });
  expect(await bench.put('edge', 'x', { values: 'none' })).toMatchObject({
    status: 400,
    body: { code: 'invalid' },
  });
  expect(await bench.put('moon', 'x')).toMatchObject({ status: 404, body: { code: 'unknownSystem' } });
  const headers = { 'idempotency-key': 'k', 'if-none-match': '*' };
  const broken = await bench.ask('PUT', '/systems/edge/objects/x', { headers, body: '{"values":' });
  expect(broken).toMatchObject({ status: 400, body: { code: 'invalid' } });
  expect(await bench.ledger()).toEqual([]);
});

test('an absent object is revoked without a condition and without effect', async () => {
  expect(await bench.remove('edge', 'x')).toMatchObject({ status: 404, body: { code: 'absent' } });
  await bench.put('edge', 'x');
  expect(await bench.remove('edge', 'x')).toMatchObject({ status: 428 });
  expect(await bench.ledger()).toHaveLength(1);
});

test('the network tells its systems and that it is up', async () => {
  await bench.put('edge', 'x');
  expect((await bench.ask('GET', '/systems')).body).toEqual([
    { name: 'olt', objects: 0 },
    { name: 'ipam', objects: 0 },
    { name: 'edge', objects: 1 },
    { name: 'porting', objects: 0 },
  ]);
  expect((await bench.ask('GET', '/health')).body).toEqual({ status: 'up' });
});
