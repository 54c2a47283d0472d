import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startNetwork } from '../../../temporal-dev/network/server.ts';
import { eventually } from '../../support/eventually.ts';
import { type Bench, openBench, openReceiver, systems } from './bench.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

test('objects, keys, allocations and the ledger outlive the process', async () => {
  const first = await bench.put('olt', 'port/1', { key: 'a', values: { n: 1 } });
  await bench.put('olt', 'port/2', { key: 'b' });
  await bench.remove('olt', 'port/2', { key: 'c', expect: '2' });
  const ledger = await bench.ledger();

  await bench.restart();

  expect(await bench.ledger()).toEqual(ledger);
  expect((await bench.get('olt', 'port/1')).body).toEqual(first.body);
  expect((await bench.put('olt', 'port/1', { key: 'a', values: { n: 1 } })).body).toEqual(first.body);
  expect((await bench.put('olt', 'port/1', { key: 'a', values: { n: 2 } })).body.code).toBe('keyReused');
  expect((await bench.remove('olt', 'port/2', { key: 'c', expect: '2' })).status).toBe(200);
  const wanted = await bench.put('olt', 'port/3', { wantedResults: first.body.results });
  expect(wanted.body.code).toBe('resultTaken');
  expect((await bench.put('olt', 'port/3')).body).toMatchObject({ results: { vlan: 3 }, version: '4' });
});

test('a torn last line is dropped and leaves the file whole', async () => {
  await bench.put('edge', 'x');
  await bench.stop();
  appendFileSync(bench.file, '{"line":"effect","seq":2,"obj');
  await bench.start();
  await bench.put('edge', 'y');
  await bench.restart();
  expect(await bench.ledger()).toMatchObject([
    { seq: 1, object: 'x' },
    { seq: 2, object: 'y' },
  ]);
  expect(readFileSync(bench.file, 'utf8').trimEnd().split('\n')).toHaveLength(2);
});

test('a file damaged elsewhere is refused by its line', async () => {
  await bench.put('edge', 'x');
  await bench.stop();
  const whole = readFileSync(bench.file);
  appendFileSync(bench.file, 'not json\n');
  await expect(bench.start()).rejects.toThrow(/line 2 is not JSON/);
  writeFileSync(bench.file, whole);
  await bench.start();
});

test('an accepted effect that fell due while the process was down happens at the start', async () => {
  const receiver = await openReceiver();
  const other = await openBench(receiver.url);
  await other.faults({ behaviour: { type: 'accept', afterMs: 600, callback: 'once' } });
  await other.put('edge', 'x', { key: 'a', correlationId: 'c' });
  await other.restart();
  expect((await other.put('edge', 'x', { key: 'a' })).status).toBe(202);
  await eventually(async () => expect(await other.ledger()).toMatchObject([{ key: 'a' }]), {
    withinMs: 2_000,
  });
  await eventually(() => expect(receiver.received).toHaveLength(1), { withinMs: 2_000 });
  await other.restart();
  expect((await other.put('edge', 'x', { key: 'a' })).status).toBe(201);
  expect(await other.ledger()).toHaveLength(1);
  await other.close();
  receiver.close();
});

test('faults end with the process', async () => {
  await bench.faults({ behaviour: { type: 'error', status: 500 } });
  await bench.restart();
  expect((await bench.put('edge', 'x')).status).toBe(201);
});

test('a taken port leaves the file alone', async () => {
  const port = Number(new URL(bench.url()).port);
  const file = `${bench.file}.other`;
  const options = { host: '127.0.0.1', port, file, systems, callbackUrl: '' };
  await expect(startNetwork(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(existsSync(file)).toBe(false);
});
