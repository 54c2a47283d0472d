import { expect, test } from 'vitest';
import { reasonOf } from '../../src/kernel/reason.ts';

test('a reason goes down to its root', () => {
  const root = new Error('4 DEADLINE_EXCEEDED');
  expect(reasonOf(new Error('Failed to start Workflow', { cause: root }))).toBe(
    'Failed to start Workflow: 4 DEADLINE_EXCEEDED',
  );
  expect(reasonOf('what was thrown is a text')).toBe('what was thrown is a text');
});
