import fc from 'fast-check';
import { expect, test } from 'vitest';
import { derivedId, idPattern } from '../../src/kernel/ids.ts';

const order = '01980f0e-7a4c-7d2e-9b1a-0c5e7f1a2b3c';

test('a derived id is an id, whatever the customer called the item', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (item, instance) => {
      expect(derivedId(order, item, instance, 'product')).toMatch(idPattern);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('item, instance and path each make another id', () => {
  const ids = ['1', '2'].flatMap((item) =>
    [0, 1].flatMap((instance) => ['a', 'b'].map((path) => derivedId(order, item, instance, path))),
  );
  expect(new Set(ids).size).toBe(8);
});

test('the same origin has the same id', () => {
  expect(derivedId(order, '1', 0, 'product')).toBe(derivedId(order, '1', 0, 'product'));
});
