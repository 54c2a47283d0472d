import { afterEach, beforeEach, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { eventually } from '../../support/eventually.ts';
import { type Bench, openBench, type Reply } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const soon = { withinMs: 2_000 };
const given = (behaviour: object, times = 1) => bench.faults({ times, behaviour });
const withoutAnswer = (call: Promise<Reply>) => expect(call).rejects.toThrow(/timeout/);

test('error answers its status and has no effect', async () => {
  await given({ type: 'error', status: 503 });
  expect(await bench.put('edge', 'x')).toMatchObject({ status: 503, body: { code: 'simulatedError' } });
  expect(await bench.ledger()).toEqual([]);
});

test('throttle says when to come back and has no effect', async () => {
  await given({ type: 'throttle', retryAfter: 7 });
  const throttled = await bench.put('edge', 'x');
  expect(throttled).toMatchObject({ status: 429, body: { code: 'throttled' } });
  expect(throttled.headers.get('retry-after')).toBe('7');
  expect(await bench.ledger()).toEqual([]);
});

test('refuse answers 422 with its code and has no effect', async () => {
  await given({ type: 'refuse', code: 'noCapacity' });
  expect(await bench.put('edge', 'x')).toMatchObject({ status: 422, body: { code: 'noCapacity' } });
  expect(await bench.ledger()).toEqual([]);
});

test('executeAndTimeout has its effect and never answers; the same key then tells what happened', async () => {
  await given({ type: 'executeAndTimeout' });
  await withoutAnswer(bench.put('edge', 'x', { key: 'a', giveUpAfterMs: 50 }));
  await eventually(async () => expect(await bench.ledger()).toMatchObject([{ key: 'a' }]), soon);
  expect(await bench.put('edge', 'x', { key: 'a' })).toMatchObject({ status: 201, body: { key: 'a' } });
  expect(await bench.ledger()).toHaveLength(1);
});

test('hang has no effect and never answers', async () => {
  await given({ type: 'hang' });
  await withoutAnswer(bench.put('edge', 'x', { giveUpAfterMs: 50 }));
  expect(await bench.ledger()).toEqual([]);
});

test('late takes effect after the caller has given up', async () => {
  await given({ type: 'late', ms: 400 });
  await withoutAnswer(bench.put('edge', 'x', { key: 'a', giveUpAfterMs: 30 }));
  expect(await bench.ledger()).toEqual([]);
  await eventually(async () => expect(await bench.ledger()).toMatchObject([{ key: 'a' }]), soon);
});

test('late answers a caller who waits long enough', async () => {
  await given({ type: 'late', ms: 20 });
  expect(await bench.put('edge', 'x')).toMatchObject({ status: 201 });
});

test('a late effect whose condition no longer holds does not happen', async () => {
  await given({ type: 'late', ms: 300 });
  const late = bench.put('edge', 'x', { key: 'late' });
  await eventually(async () => expect(await bench.hits()).toEqual([1]), soon);
  await bench.put('edge', 'x', { key: 'early' });
  expect(await late).toMatchObject({ status: 412, body: { code: 'exists', key: 'early' } });
  expect(await bench.ledger()).toHaveLength(1);
});

test('delay answers as always, only later', async () => {
  await given({ type: 'delay', ms: 60 });
  const before = performance.now();
  expect(await bench.put('edge', 'x')).toMatchObject({ status: 201 });
  expect(performance.now() - before).toBeGreaterThan(50);
});

test('lie claims a creation, a change and a deletion that never happened', async () => {
  await bench.faults({ object: 'lied/*', behaviour: { type: 'lie' } });
  expect(await bench.put('olt', 'lied/1', { key: 'a' })).toMatchObject({
    status: 201,
    body: { object: 'lied/1', results: { vlan: 2 }, key: 'a' },
  });
  expect((await bench.get('olt', 'lied/1')).status).toBe(404);
  await bench.ask('DELETE', '/faults');
  await bench.put('olt', 'lied/1', { key: 'b', values: { n: 1 } });
  await bench.faults({ verb: 'revoke', behaviour: { type: 'lie' } });
  expect((await bench.remove('olt', 'lied/1', { expect: '1' })).body).toMatchObject({ deleted: true });
  expect((await bench.get('olt', 'lied/1')).body).toMatchObject({ values: { n: 1 } });
  expect(await bench.ledger()).toHaveLength(1);
});

test('a read can fail, be slow and lie', async () => {
  await bench.put('olt', 'port/1', { values: { speed: 100, name: 'a', on: true } });
  const read = { verb: 'read', times: 1 };
  await bench.faults(
    { ...read, behaviour: { type: 'error', status: 500 } },
    { ...read, behaviour: { type: 'throttle', retryAfter: 1 } },
    { ...read, behaviour: { type: 'lie' } },
  );
  expect((await bench.get('olt', 'port/1')).status).toBe(500);
  expect((await bench.get('olt', 'port/1')).status).toBe(429);
  expect((await bench.get('olt', 'port/1')).body).toMatchObject({
    values: { speed: 101, name: 'a-other', on: false },
    results: { vlan: 3 },
    version: '1',
  });
  expect((await bench.get('olt', 'port/1')).body).toMatchObject({ values: { speed: 100 } });
});

test('the first rule that matches wins; the nth call is counted per rule', async () => {
  await bench.faults(
    { system: 'edge', object: 'a*', verb: 'apply', nth: 2, behaviour: { type: 'error', status: 500 } },
    { system: 'edge', object: 'ab', behaviour: { type: 'refuse', code: 'never' } },
    { behaviour: { type: 'ok' } },
    { behaviour: { type: 'error', status: 504 } },
  );
  expect((await bench.put('edge', 'aa')).status).toBe(201);
  expect((await bench.put('edge', 'ab')).status).toBe(500);
  expect((await bench.put('edge', 'ab')).status).toBe(422);
  expect((await bench.put('olt', 'ab')).status).toBe(201);
  expect((await bench.ask('GET', '/faults')).body).toMatchObject({
    seed: 1,
    rules: [
      { matched: 3, hits: 1 },
      { matched: 2, hits: 1 },
      { matched: 4, hits: 2 },
      { matched: 4, hits: 0 },
    ],
  });
});

test('a rule about values meets only a write that wants more than them', async () => {
  const behaviour = { type: 'refuse', code: 'tooFast' };
  await bench.faults({ system: 'edge', above: { mbps: 500, metric: 1 }, behaviour });
  const wanting = async (values: object) =>
    (await bench.put('edge', `x/${JSON.stringify(values).length}`, { values: values as JsonObject })).status;
  expect(await wanting({ mbps: 1_000, metric: 2 })).toBe(422);
  expect(await wanting({ mbps: 500, metric: 2, more: 0 })).toBe(201);
  expect(await wanting({ mbps: 1_000 })).toBe(201);
  expect(await wanting({ mbps: '1000', metric: 2 })).toBe(201);
  expect((await bench.remove('edge', 'x')).status).not.toBe(422);
  expect(await bench.hits()).toEqual([1]);
});

test('the same seed and the same calls meet the same faults, another seed others', async () => {
  const rules = [{ share: 0.3, behaviour: { type: 'error', status: 500 } }];
  const run = async (seed: number) => {
    await bench.ask('PUT', '/faults', { body: JSON.stringify({ seed, rules }) });
    const statuses: number[] = [];
    for (let call = 0; call < 60; call += 1) statuses.push((await bench.remove('edge', 'x')).status);
    return statuses;
  };
  const first = await run(7);
  expect(await run(7)).toEqual(first);
  expect(await run(8)).not.toEqual(first);
  const failed = first.filter((status) => status === 500).length;
  expect(failed).toBeGreaterThan(8);
  expect(failed).toBeLessThan(30);
});

test('a program that cannot be is refused with the path, and the old one stays', async () => {
  await given({ type: 'error', status: 500 });
  const refused = await bench.faults({ behaviour: { type: 'explode' } });
  expect(refused.status).toBe(400);
  expect(refused.body.message).toContain('rules.0.behaviour.type');
  expect((await bench.faults({ verb: 'read', behaviour: { type: 'late', ms: 1 } })).status).toBe(400);
  expect((await bench.put('edge', 'x')).status).toBe(500);
});
