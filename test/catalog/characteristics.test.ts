import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CharacteristicRequest, resolveCharacteristics } from '../../src/catalog/characteristics.ts';
import type { CharacteristicSpecifications } from '../../src/catalog/model.ts';

const specification: CharacteristicSpecifications = {
  length: { type: 'integer', min: 28, max: 30, default: 29, required: false },
  ratio: { type: 'number', min: 0, required: false },
  label: { type: 'string', maxLength: 5, required: false },
  model: { type: 'string', values: ['A', 'B'], required: true },
  on: { type: 'boolean', required: false },
};
const resolve = (request: Partial<CharacteristicRequest>) =>
  resolveCharacteristics({ specification, given: { model: 'A' }, ...request });
const answerTo = (request: Partial<CharacteristicRequest>) => {
  const resolved = resolve(request);
  return resolved.ok ? resolved.values : resolved.refusal.type;
};

describe('where a value comes from', () => {
  const offering = { fixes: { length: 30 } };

  test('the given one before the stored one before the default', () => {
    expect(answerTo({ given: { model: 'A', length: 28 }, stored: { length: 30 } })).toEqual({
      model: 'A',
      length: 28,
    });
    expect(answerTo({ stored: { length: 30 } })).toEqual({ model: 'A', length: 30 });
    expect(answerTo({})).toEqual({ model: 'A', length: 29 });
  });

  test('what the offering fixes before what is stored', () => {
    expect(answerTo({ offering, stored: { length: 28 } })).toEqual({ model: 'A', length: 30 });
  });

  test('what is fixed may be repeated and not contradicted', () => {
    expect(answerTo({ offering, given: { model: 'A', length: '30' } })).toEqual({ model: 'A', length: 30 });
    expect(answerTo({ offering, given: { model: 'A', length: 29 } })).toBe('CharacteristicForbidden');
  });

  test('what the offering does not allow is refused, given or stored', () => {
    const narrower = { fixes: {}, allows: { length: { max: 29 }, model: { values: ['A'] } } };
    expect(answerTo({ offering: narrower, given: { model: 'A', length: 30 } })).toBe(
      'CharacteristicForbidden',
    );
    expect(answerTo({ offering: narrower, given: { model: 'B' } })).toBe('CharacteristicForbidden');
    expect(answerTo({ offering: narrower, stored: { length: 30 } })).toBe('CharacteristicForbidden');
    expect(answerTo({ offering: narrower })).toEqual({ model: 'A', length: 29 });
  });

  test('a default that the offering does not allow leaves the choice to the customer', () => {
    expect(answerTo({ offering: { fixes: {}, allows: { length: { min: 30 } } } })).toBe(
      'CharacteristicMissing',
    );
  });

  test('a stored value of a characteristic that is gone is dropped', () => {
    expect(answerTo({ stored: { gone: 1 } })).toEqual({ model: 'A', length: 29 });
  });

  test('what is required and has no value is missing', () => {
    expect(answerTo({ given: {} })).toBe('CharacteristicMissing');
  });

  test.each(['colour', 'toString', '__proto__', 'constructor'])('%s is not a characteristic', (name) => {
    expect(answerTo({ given: JSON.parse(`{"model":"A","${name}":1}`) })).toBe('CharacteristicUnknown');
  });
});

describe('what a value may be', () => {
  test.each<[string, unknown, unknown]>([
    ['length', 28, 28],
    ['length', '28', 28],
    ['ratio', 1.5, 1.5],
    ['ratio', '1.5', 1.5],
    ['ratio', 2, 2],
    ['ratio', -0, 0],
    ['on', 'true', true],
    ['on', false, false],
    ['label', '12345', '12345'],
    ['label', '😀😀😀😀😀', '😀😀😀😀😀'],
  ])('%s: %j is read as %j', (name, given, value) => {
    const values = answerTo({ given: { model: 'A', [name]: given } });
    expect(values).toMatchObject({ [name]: value });
  });

  test.each<[string, unknown]>([
    ['length', 27],
    ['length', 31],
    ['length', 28.5],
    ['length', ' 28'],
    ['length', '28.0'],
    ['length', '0x1c'],
    ['length', true],
    ['length', null],
    ['length', [28]],
    ['ratio', Number.NaN],
    ['ratio', Number.POSITIVE_INFINITY],
    ['ratio', 2 ** 53],
    ['ratio', '9007199254740993'],
    ['ratio', 'NaN'],
    ['ratio', 'Infinity'],
    ['ratio', '1e3'],
    ['ratio', ''],
    ['on', 'TRUE'],
    ['on', 1],
    ['label', '123456'],
    ['label', 'a\0b'],
    ['label', '\ud800'],
    ['label', 5],
    ['model', 'C'],
  ])('%s: %j is refused', (name, given) => {
    expect(answerTo({ given: { model: 'A', [name]: given } })).toBe('CharacteristicInvalid');
  });
});

describe('whatever comes', () => {
  const anything = fc.dictionary(
    fc.oneof(fc.string(), fc.constantFrom(...Object.keys(specification))),
    fc.anything(),
  );

  test('it is answered, never thrown at', () => {
    fc.assert(
      fc.property(anything, anything, (given, stored) => {
        const resolved = resolve({ given, stored: stored as never });
        expect(resolved.ok).toBeTypeOf('boolean');
      }),
    );
  });

  test('what was resolved resolves to itself, given or stored', () => {
    const given = fc.record(
      {
        model: fc.constantFrom('A', 'B'),
        length: fc.integer({ min: 28, max: 30 }),
        ratio: fc.double({ min: 0, max: 1_000, noNaN: true }),
        on: fc.boolean(),
      },
      { requiredKeys: ['model'] },
    );
    fc.assert(
      fc.property(given, (first) => {
        const values = answerTo({ given: first });
        expect(answerTo({ given: values as never })).toEqual(values);
        expect(answerTo({ given: {}, stored: values as never })).toEqual(values);
      }),
    );
  });
});
