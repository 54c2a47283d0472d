import { expect, test } from 'vitest';
import { orderStates } from '../../src/order/machine.ts';
import { serviceOrderStates } from '../../src/serviceOrder/machine.ts';
import { runSeed } from '../simulation/schedule.ts';
import type { Row } from './commandCells.ts';
import { commandPage } from './commandPage.ts';
import { commandTable } from './commandTable.ts';
import { serviceOrderTable } from './serviceOrderTable.ts';

const statesIn = (table: Readonly<Record<string, Row<string>>>) =>
  new Set(Object.values(table).map(({ state }) => state));

test('docs/commands.md says what the tables of commands say', async () => {
  await expect(commandPage()).toMatchFileSnapshot('../../docs/commands.md');
});

test('the table has every state of a product order, but for the one that nothing leads to', () => {
  const shown = statesIn(commandTable);
  expect(orderStates.filter((state) => !shown.has(state))).toEqual(['pending']);
});

test('the table has every state of a service order of its own, but for those that none is ever in', () => {
  const shown = statesIn(serviceOrderTable);
  expect(serviceOrderStates.filter((state) => !shown.has(state))).toEqual([
    ...['pending', 'assessingCancellation', 'partial'],
  ]);
});

const runs = 300;

test('whatever happens, no order and no item of one is ever pending, nor a service order pending or partial', () => {
  const [orders, children] = [new Set<string>(), new Set<string>()];
  for (let seed = 0; seed < runs; seed++) {
    const verdict = runSeed(seed, ({ order, children: now }) => {
      for (const state of [order.state, ...Object.values(order.items)]) orders.add(state);
      for (const { state } of Object.values(now)) children.add(state);
    });
    if (verdict.type === 'held') orders.add(verdict.end);
  }
  expect(orderStates.filter((state) => !orders.has(state))).toEqual(['acknowledged', 'rejected', 'pending']);
  expect(serviceOrderStates.filter((state) => !children.has(state))).toEqual([
    ...['rejected', 'pending', 'assessingCancellation', 'pendingCancellation', 'partial'],
  ]);
});
