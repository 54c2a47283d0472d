import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHttpAdapter } from '../../../activities/adapters/http.ts';
import type { StepCall } from '../../../src/activation/adapter.ts';
import { type Bench, openBench } from '../../temporal-dev/network/bench.ts';
import { eventually } from '../../support/eventually.ts';
import { describeAdapterContract } from './contract.ts';

describeAdapterContract('http', async () => {
  const bench = await openBench();
  return {
    adapter: createHttpAdapter({ address: `${bench.url()}/systems/edge`, timeoutMs: 2_000 }),
    effects: async () => (await bench.ledger()).map(({ key }) => key),
    close: bench.close,
  };
});

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const signal = new AbortController().signal;
const adapterOf = (system: string, timeoutMs = 2_000) =>
  createHttpAdapter({ address: `${bench.url()}/systems/${system}`, timeoutMs });
const call = (more: Partial<StepCall> = {}): StepCall => ({
  key: 'order/1/prefix/1/do',
  object: 'prefix/1',
  values: { length: 29 },
  expect: 'absent',
  correlationId: 'default.ipam.1',
  ...more,
});

test('what the system chose is observed beside what it was given, and can be wanted back', async () => {
  const adapter = adapterOf('ipam');
  const wantedResults = { cidr: '10.0.0.8/29' };
  expect(await adapter.apply(call({ wantedResults }), signal)).toEqual({
    type: 'done',
    observed: { length: 29, cidr: '10.0.0.8/29' },
    version: '1',
  });
  const other = await adapter.apply(call({ key: 'b', object: 'prefix/2', wantedResults }), signal);
  expect(other).toMatchObject({ type: 'refused', class: 'refused', code: 'resultTaken' });
});

test('a request taken on for later is accepted', async () => {
  await bench.faults({ behaviour: { type: 'accept', afterMs: 5_000, callback: 'drop' } });
  expect(await adapterOf('ipam').apply(call(), signal)).toEqual({ type: 'accepted' });
});

test('what a system took is under way until it is done, or shows how it was refused', async () => {
  const taken = (outcome: string) => ({
    behaviour: { type: 'accept', afterMs: 200, callback: 'drop', outcome },
  });
  const adapter = adapterOf('edge');
  const keyOf = (object: string) => `key of ${object}`;
  await bench.faults({ ...taken('done'), object: 'a' }, { ...taken('refused'), object: 'b' });
  for (const object of ['a', 'b']) {
    const key = keyOf(object);
    expect(await adapter.apply(call({ key, object }), signal)).toEqual({ type: 'accepted' });
    expect(await adapter.read(call({ object }), signal)).toEqual({ type: 'pending', key });
  }
  const settled = (object: string) =>
    eventually(
      async () => {
        const now = await adapter.read(call({ object }), signal);
        expect(now.type).not.toBe('pending');
        return now;
      },
      { withinMs: 2_000 },
    );
  expect(await settled('a')).toMatchObject({ type: 'present', key: keyOf('a') });
  const refusal = { key: keyOf('b'), code: 'refused', message: 'refused after acceptance' };
  expect(await settled('b')).toEqual({ type: 'absent', refusal });
});

test('a call that took effect without an answer is in doubt, and reading tells', async () => {
  await bench.faults({ verb: 'apply', behaviour: { type: 'executeAndTimeout' } });
  const adapter = adapterOf('ipam', 250);
  const expected = { failure: 'noAnswer', code: 'timeout' };
  await expect(adapter.apply(call(), signal)).rejects.toMatchObject(expected);
  expect(await adapter.read(call(), signal)).toMatchObject({ type: 'present', key: 'order/1/prefix/1/do' });
});

test('a caller who gives up in the middle is left in doubt', async () => {
  await bench.faults({ behaviour: { type: 'hang' } });
  const controller = new AbortController();
  const applied = adapterOf('ipam').apply(call(), controller.signal);
  const expected = expect(applied).rejects.toMatchObject({ failure: 'noAnswer', code: 'aborted' });
  await eventually(async () => expect(await bench.hits()).toEqual([1]), { withinMs: 2_000 });
  controller.abort();
  await expected;
});

test('throttling is busy, with the time to wait', async () => {
  await bench.faults({ behaviour: { type: 'throttle', retryAfter: 3 } });
  const expected = { failure: 'busy', code: 'throttled', retryAfterMs: 3_000 };
  await expect(adapterOf('ipam').apply(call(), signal)).rejects.toMatchObject(expected);
});

test('a wrong address is not mistaken for an absent object', async () => {
  const adapter = adapterOf('moon');
  const invalid = { type: 'refused', class: 'invalid', code: 'unknownSystem' };
  expect(await adapter.apply(call(), signal)).toMatchObject(invalid);
  expect(await adapter.revoke(call(), signal)).toMatchObject(invalid);
  await expect(adapter.read(call(), signal)).rejects.toMatchObject({ code: 'unknownSystem' });
});

test.each(['', '.', '..'])('an object named "%s" is refused before anything is sent', async (object) => {
  const adapter = adapterOf('edge');
  const invalid = { type: 'refused', class: 'invalid', code: 'objectInvalid' };
  expect(await adapter.apply(call({ object }), signal)).toMatchObject(invalid);
  expect(await adapter.revoke(call({ object }), signal)).toMatchObject(invalid);
  await expect(adapter.read(call({ object }), signal)).rejects.toMatchObject({ failure: 'notSent' });
});
