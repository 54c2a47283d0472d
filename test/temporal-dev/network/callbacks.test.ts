import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { demoCallbackSecret } from '../../../temporal-dev/network/callbacks.ts';
import { eventually } from '../../support/eventually.ts';
import { type Bench, openBench, openReceiver } from './bench.ts';

let receiver: Awaited<ReturnType<typeof openReceiver>>;
let bench: Bench;
beforeEach(async () => {
  receiver = await openReceiver();
  bench = await openBench(receiver.url);
});
afterEach(async () => {
  await bench.close();
  receiver.close();
});

const soon = { withinMs: 2_000 };
const accept = (object: string, more: object = {}) => ({
  object,
  behaviour: { type: 'accept', afterMs: 10, callback: 'once', ...more },
});
const received = (count: number) =>
  eventually(() => {
    expect(receiver.received).toHaveLength(count);
    return receiver.received;
  }, soon);

test('an accepted request takes effect later and is reported, signed, under its correlation id', async () => {
  await bench.faults(accept('x', { afterMs: 300 }));
  const sent = { key: 'a', correlationId: 'default.edge.1' };
  expect(await bench.put('edge', 'x', sent)).toMatchObject({ status: 202, body: { accepted: true } });
  expect(await bench.put('edge', 'x', sent)).toMatchObject({ status: 202 });
  expect(await bench.put('edge', 'y', { key: 'a' })).toMatchObject({ body: { code: 'keyReused' } });
  expect(await bench.ledger()).toEqual([]);

  const [callback] = await received(1);
  expect(callback?.path).toBe('/activation/v1/callbacks/default.edge.1');
  const body = new Webhook(demoCallbackSecret).verify(callback?.text ?? '', callback?.headers ?? {});
  expect(body).toEqual({ system: 'edge', object: 'x', status: 'done' });
  expect(await bench.put('edge', 'x', sent)).toMatchObject({ status: 201, body: { key: 'a' } });
  expect(await bench.ledger()).toMatchObject([{ object: 'x', key: 'a' }]);
});

test('a refusal after acceptance has no effect, is reported, and is the answer of its key', async () => {
  await bench.faults(accept('x', { outcome: 'refused' }));
  await bench.put('edge', 'x', { key: 'a', correlationId: 'c' });
  const [callback] = await received(1);
  expect(JSON.parse(callback?.text ?? '')).toMatchObject({ status: 'refused', code: 'refused' });
  expect(await bench.put('edge', 'x', { key: 'a' })).toMatchObject({
    status: 422,
    body: { code: 'refused' },
  });
  expect(await bench.ledger()).toEqual([]);
});

test('a condition that cannot be met is refused at once, one that no longer holds in the callback', async () => {
  await bench.faults(accept('x', { afterMs: 300 }));
  await bench.put('edge', 'x', { key: 'a', correlationId: 'c' });
  await bench.ask('DELETE', '/faults');
  await bench.put('edge', 'x', { key: 'b' });
  const [callback] = await received(1);
  expect(JSON.parse(callback?.text ?? '')).toMatchObject({ status: 'refused', code: 'exists' });
  await bench.faults(accept('x'));
  expect(await bench.put('edge', 'x')).toMatchObject({ status: 412, body: { code: 'exists' } });
  expect(await bench.ledger()).toHaveLength(1);
});

test('a dropped callback never comes, although the effect does', async () => {
  await bench.faults(accept('lost', { callback: 'drop' }), accept('heard'));
  await bench.put('edge', 'lost', { correlationId: 'lost' });
  await eventually(async () => expect(await bench.ledger()).toMatchObject([{ object: 'lost' }]), soon);
  await bench.put('edge', 'heard', { correlationId: 'heard' });
  const callbacks = await received(1);
  expect(callbacks[0]?.path).toContain('heard');
});

test('a duplicated callback comes twice under one id', async () => {
  await bench.faults(accept('x', { callback: 'duplicate' }));
  await bench.put('edge', 'x', { correlationId: 'c' });
  const [first, second] = await received(2);
  expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(second?.text).toBe(first?.text);
});

test('a reordered callback comes after the next one', async () => {
  await bench.faults(accept('first', { reorder: true }), accept('second'));
  await bench.put('edge', 'first', { correlationId: 'first' });
  await eventually(async () => expect(await bench.ledger()).toHaveLength(1), soon);
  await bench.put('edge', 'second', { correlationId: 'second' });
  const paths = (await received(2)).map(({ path }) => path.split('/').at(-1));
  expect(paths).toEqual(['second', 'first']);
});

test('an accepted deletion is reported like any other', async () => {
  await bench.put('edge', 'x');
  await bench.faults(accept('x'));
  expect((await bench.remove('edge', 'x', { expect: '1', correlationId: 'c' })).status).toBe(202);
  await received(1);
  expect((await bench.get('edge', 'x')).status).toBe(404);
});
