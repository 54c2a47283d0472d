import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/kernel/json.ts';
import { createAllocation } from '../../../temporal-dev/network/allocation.ts';
import { type Bench, openBench, systems } from './bench.ts';

describe('over any sequence of requests', () => {
  const step = fc.record({
    object: fc.integer({ min: 1, max: 6 }),
    verb: fc.constantFrom('apply', 'revoke'),
    length: fc.integer({ min: 28, max: 32 }),
    wanted: fc.option(fc.integer({ min: 0, max: 31 }), { nil: undefined, freq: 3 }),
  });
  const spanOf = (cidr: string): [number, number] => {
    const [, last, length] = /^10\.0\.0\.(\d+)\/(\d+)$/.exec(cidr) ?? [];
    return [Number(last), Number(last) + 2 ** (32 - Number(length)) - 1];
  };

  test('no two objects hold prefixes that overlap, and what is freed can be had again', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { choose, hold, release } = createAllocation(systems.ipam?.allocates ?? {});
        const held = new Map<number, JsonObject>();
        for (const { object, verb, length, wanted } of steps) {
          const before = held.get(object) ?? {};
          if (verb === 'apply') {
            const wish = wanted === undefined ? {} : { cidr: `10.0.0.${wanted}/${length}` };
            const choice = choose({ length }, before, wish);
            if (!choice.ok) continue;
            release(before);
            hold(choice.results);
            held.set(object, choice.results);
          } else {
            release(before);
            held.delete(object);
          }
          const spans = [...held.values()].map((results) => spanOf(String(results.cidr)));
          spans.sort(([left], [right]) => left - right);
          for (const [index, [from, to]] of spans.entries()) {
            expect(from).toBeGreaterThan(spans[index - 1]?.[1] ?? -1);
            expect(to).toBeLessThan(32);
          }
        }
        for (const results of held.values()) release(results);
        expect(choose({ length: 27 }, {}, {})).toEqual({ ok: true, results: { cidr: '10.0.0.0/27' } });
      }),
      { numRuns: 300 },
    );
  });

  test('no two objects hold the same number', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { choose, hold, release } = createAllocation(systems.olt?.allocates ?? {});
        const held = new Map<number, JsonObject>();
        for (const { object, verb, wanted } of steps) {
          const before = held.get(object) ?? {};
          release(before);
          held.delete(object);
          if (verb === 'revoke') continue;
          const choice = choose({}, before, wanted === undefined ? {} : { vlan: wanted });
          const results = choice.ok ? choice.results : before;
          hold(results);
          held.set(object, results);
        }
        const vlans = [...held.values()].flatMap(({ vlan }) => (vlan === undefined ? [] : [vlan]));
        expect(new Set(vlans).size).toBe(vlans.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('on the wire', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  test('an update keeps its result until the inputs of the allocation change', async () => {
    const first = await bench.put('ipam', 'prefix/1', { values: { length: 29 } });
    expect(first.body.results).toEqual({ cidr: '10.0.0.0/29' });
    const same = await bench.put('ipam', 'prefix/1', { expect: '1', values: { length: 29, name: 'x' } });
    expect(same.body.results).toEqual({ cidr: '10.0.0.0/29' });
    const longer = await bench.put('ipam', 'prefix/1', { expect: '2', values: { length: 30 } });
    expect(longer.body.results).toEqual({ cidr: '10.0.0.8/30' });
  });

  test('a wanted result is given when it is free or already held, and refused when it is not', async () => {
    await bench.put('ipam', 'prefix/1', { values: { length: 29 }, wantedResults: { cidr: '10.0.0.16/29' } });
    const held = await bench.put('ipam', 'prefix/1', {
      expect: '1',
      values: { length: 29, name: 'x' },
      wantedResults: { cidr: '10.0.0.16/29' },
    });
    expect(held.body.results).toEqual({ cidr: '10.0.0.16/29' });
    for (const cidr of ['10.0.0.16/30', '10.0.0.1/30', '10.9.0.0/30', '10.0.0.0/29', 'nonsense']) {
      const taken = await bench.put('ipam', 'prefix/2', { values: { length: 30 }, wantedResults: { cidr } });
      expect(taken).toMatchObject({ status: 422, body: { code: 'resultTaken' } });
    }
    await bench.remove('ipam', 'prefix/1', { expect: '2' });
    const freed = { values: { length: 30 }, wantedResults: { cidr: '10.0.0.16/30' } };
    expect((await bench.put('ipam', 'prefix/2', freed)).body.results).toEqual({ cidr: '10.0.0.16/30' });
  });

  test('an empty pool refuses until something is given back', async () => {
    for (const port of [1, 2, 3, 4]) await bench.put('olt', `port/${port}`);
    const fifth = await bench.put('olt', 'port/5');
    expect(fifth).toMatchObject({ status: 422, body: { code: 'exhausted' } });
    await bench.remove('olt', 'port/3', { expect: '3' });
    expect((await bench.put('olt', 'port/5')).body.results).toEqual({ vlan: 4 });
  });

  test('an input that no value suits is refused', async () => {
    const refused = await bench.put('ipam', 'prefix/1', { values: { length: 'long' } });
    expect(refused).toMatchObject({ status: 422, body: { code: 'unsuitable' } });
  });
});
