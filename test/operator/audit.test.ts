import { expect, test } from 'vitest';
import { commandIdOf, isFromWebUi, webUi, webUiAudit } from '../../src/operator/audit.ts';

test('a key names one command of one client, and stays readable', () => {
  expect(commandIdOf('local', 'K1')).toBe('local:K1');
  expect(commandIdOf('another', 'K1')).toBe('another:K1');
});

test.each([
  ['a', 'b:c', 'a:b', 'c'],
  ['a:b', 'c', 'a%3Ab', 'c'],
  ['', 'a:b', 'a', 'b'],
])('client %j with key %j never meets client %j with key %j', (one, its, other, theirs) => {
  expect(commandIdOf(one, its)).not.toBe(commandIdOf(other, theirs));
});

test('no key of a client is the abort that somebody asked for in the Temporal Web UI', () => {
  expect(isFromWebUi(webUiAudit('o1', 'run'))).toBe(true);
  expect(isFromWebUi(commandIdOf('local', `${webUi}:o1:run`))).toBe(false);
});
