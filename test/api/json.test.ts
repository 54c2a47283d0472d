import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '../../api/json.ts';
import { Refused } from '../../api/problem.ts';

const refusalOf = (text: string) => {
  try {
    parseJson(text);
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.refusal.code;
    throw error;
  }
};

test('sound JSON is the value it says', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const refusal = refusalOf(text);
      if (refusal === undefined) expect(parseJson(text)).toEqual(JSON.parse(text));
      else expect(['TextInvalid', 'NumberUnsafe', 'BodyMalformed']).toContain(refusal);
    }),
  );
});

test.each([
  '{"a": "b\\":", "c": ":"}',
  '{"a\\"": {"a\\"": 1}, "\\\\": ["\\\\", ":", "x\\\\\\": "]}',
  '{"a" : {"b" \n\t: 1}, "b": "a"}',
  '""',
  '"\\""',
])('colons and quotes inside of texts are no keys: %s', (text) => {
  expect(parseJson(text)).toEqual(JSON.parse(text));
});

test.each(['{"a":1,"a":1}', '[{"x":{"a":1,"b":2,"a":3}}]', '{"a":1,"\\u0061":2}', '{"a\\\\":1,"a\\\\" :2}'])(
  'a key that is there twice is refused: %s',
  (text) => {
    expect(refusalOf(text)).toBe('BodyMalformed');
  },
);

test('a megabyte of quotes, backslashes or brackets takes no time', () => {
  const began = performance.now();
  for (const text of [`"${'\\\\'.repeat(500_000)}"`, `"${'\\"'.repeat(500_000)}"`, '['.repeat(1_000_000)]) {
    refusalOf(text);
  }
  expect(performance.now() - began).toBeLessThan(2_000);
});

test('numbers are taken up to what a double holds', () => {
  expect(parseJson('[9007199254740991, -9007199254740991, 0.1, 1e3]')).toEqual([
    9007199254740991, -9007199254740991, 0.1, 1000,
  ]);
  for (const text of ['9007199254740992', '-1e400', '1e17']) expect(refusalOf(text)).toBe('NumberUnsafe');
});
