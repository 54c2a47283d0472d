import { expect, test } from 'vitest';
import { textList } from '../../drizzle/textList.ts';

test.each([
  [[], '{}'],
  [['a', 'b c'], '{a,"b c"}'],
  [['', 'NULL', 'a,b', '{}', '"', '\\', ' \n'], '{"","NULL","a,b","{}","\\"","\\\\"," \n"}'],
])('%j is read as Postgres writes it', (texts, list) => {
  expect(textList.parse(list)).toEqual(texts);
  expect(textList.parse(textList.serialize(texts))).toEqual(texts);
});

test('what is written already is left as it is', () => {
  expect(textList.serialize('{a}')).toBe('{a}');
});
