import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, hashOf, sameJson, shortHash } from '../../src/kernel/json.ts';

const seed = 622;
const property = (check: fc.IProperty<[unknown]>) => fc.assert(check, { seed, numRuns: 500 });

test('keys stand in the order of their code units, at every depth', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }], a: 'ä', B: true })).toBe(
    '{"B":true,"a":"ä","b":[{"c":null,"d":1}]}',
  );
});

test('what is undefined is absent in an object and null in a list', () => {
  expect(canonicalJson({ a: undefined, b: [undefined] })).toBe('{"b":[null]}');
});

test('minus zero is zero', () => {
  expect(canonicalJson(-0)).toBe(canonicalJson(0));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, () => 1, 1n])(
  '%s has no canonical JSON',
  (value) => {
    expect(() => canonicalJson(value)).toThrow();
  },
);

test('canonical JSON says the same as JSON', () => {
  property(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the order of keys changes neither text nor hashes', () => {
  property(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonicalJson(turned)).toBe(canonicalJson(value));
      expect(hashOf(turned)).toBe(hashOf(value));
      expect(shortHash(turned)).toBe(shortHash(value));
    }),
  );
});

test('a hash is the SHA-256 of the canonical text', () => {
  expect(hashOf('')).toBe('12ae32cb1ec02d01eda3581b127c1fee3b0dc53572ed6baf239721a03d82e126');
});

test('a short hash is the beginning of the same hash in base 32', () => {
  expect(shortHash('')).toBe('ckxdfsy6yawqd3nd');
  expect(shortHash({ item: '1', instance: 0, path: 'product' })).toMatch(/^[a-z2-7]{16}$/);
});

test('nothing is the same as nothing only', () => {
  expect(sameJson(undefined, undefined)).toBe(true);
  expect(sameJson(undefined, null)).toBe(false);
  expect(sameJson({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  expect(sameJson(1, '1')).toBe(false);
});
