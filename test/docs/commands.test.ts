import { expect, test } from 'vitest';
import { orderStates } from '../../src/order/machine.ts';
import { commandPage, commandTable } from './commandTable.ts';

test('docs/commands.md says what the table of commands says', async () => {
  await expect(commandPage()).toMatchFileSnapshot('../../docs/commands.md');
});

test('the table has every state of a product order, but for the one that nothing leads to', () => {
  const shown = new Set<string>(Object.values(commandTable).map(({ state }) => state));
  expect(orderStates.filter((state) => !shown.has(state))).toEqual(['pending']);
});
