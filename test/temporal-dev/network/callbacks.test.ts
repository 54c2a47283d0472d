import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { demoCallbackSecret } from '../../../temporal-dev/network/callbacks.ts';
import { eventually } from '../../support/eventually.ts';
import { type Bench, openBench, openReceiver, portingSecret } from './bench.ts';

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

test('what is accepted and not carried out is shown as such, with its key', async () => {
  await bench.faults(accept('x', { afterMs: 300, callback: 'drop' }));
  await bench.put('edge', 'x', { key: 'a' });
  expect(await bench.get('edge', 'x')).toMatchObject({ status: 202, body: { accepted: true, key: 'a' } });
  await eventually(async () => expect((await bench.get('edge', 'x')).status).toBe(200), soon);
});

test('a refusal after acceptance is shown until the object changes, also after a restart', async () => {
  await bench.faults(accept('x', { outcome: 'refused' }));
  await bench.put('edge', 'x', { key: 'a', correlationId: 'c' });
  await received(1);
  const refused = { refusal: { key: 'a', code: 'refused' } };
  expect(await bench.get('edge', 'x')).toMatchObject({ status: 404, body: { code: 'absent', ...refused } });
  await bench.restart();
  expect(await bench.get('edge', 'x')).toMatchObject({ status: 404, body: refused });
  await bench.ask('DELETE', '/faults');
  await bench.put('edge', 'x', { key: 'b' });
  expect((await bench.get('edge', 'x')).body).not.toHaveProperty('refusal');
});

test('an early callback comes before the call is answered, and before the effect', async () => {
  await bench.faults(accept('x', { callback: 'early', afterMs: 300 }));
  const answered = await bench.put('edge', 'x', { key: 'a', correlationId: 'c' });
  expect(receiver.received).toHaveLength(1);
  expect(answered.status).toBe(202);
  expect((await bench.get('edge', 'x')).status).toBe(202);
  await eventually(async () => expect((await bench.get('edge', 'x')).status).toBe(200), soon);
  expect(receiver.received).toHaveLength(1);
});

test('a late callback comes some time after the effect', async () => {
  await bench.faults(accept('x', { callbackAfterMs: 300 }));
  await bench.put('edge', 'x', { correlationId: 'c' });
  await eventually(async () => expect(await bench.ledger()).toHaveLength(1), soon);
  expect(receiver.received).toHaveLength(0);
  await received(1);
});

test('a system that reports later as a rule takes what is applied, with its own secret', async () => {
  await bench.put('porting', 'x', { correlationId: 'c' });
  expect((await bench.get('porting', 'x')).status).toBe(202);
  const [callback] = await received(1);
  const verify = (secret: string) =>
    new Webhook(secret).verify(callback?.text ?? '', callback?.headers ?? {});
  expect(verify(portingSecret)).toMatchObject({ status: 'done' });
  expect(() => verify(demoCallbackSecret)).toThrow();
  await bench.faults({ system: 'porting', behaviour: { type: 'ok' } });
  expect((await bench.put('porting', 'y')).status).toBe(201);
});
