import { expect, test } from 'vitest';
import {
  productMachine,
  productStatuses,
  whenCompleted,
  whenFailed,
  whenOpened,
} from '../../src/inventory/product.ts';
import { follow, type Machine } from '../../src/kernel/machine.ts';
import { describeMachine, pairs, pairsOf, without } from '../kernel/machineTable.ts';

describeMachine(
  'product',
  productMachine,
  productStatuses,
  `
  created Activating pendingActive
  pendingActive Activated active
  pendingActive Cancelled cancelled
  pendingActive Aborted aborted
  active Suspended suspended
  active Ending pendingTerminate
  suspended Resumed active
  pendingTerminate EndingGivenUp active
  pendingTerminate Terminated terminated`,
);

test('a product moves along the lifecycle of TMF637, and back to active when its end is given up', () => {
  const drawn = pairs(`
    created pendingActive active
    pendingActive active aborted cancelled
    active suspended pendingTerminate terminated
    suspended active
    pendingTerminate terminated`);
  expect(without(pairsOf(productMachine), [...drawn, 'pendingTerminate active'])).toEqual([]);
});

const machine: Machine<string, string> = productMachine;

test.each([
  { action: 'add', from: 'created', open: 'pendingActive', completed: 'active', failed: 'aborted' },
  { action: 'modify', from: 'active', open: 'active', completed: 'active', failed: 'active' },
  { action: 'delete', from: 'active', open: 'pendingTerminate', completed: 'terminated', failed: 'active' },
] as const)(
  '$action: open → $open, completed → $completed, failed → $failed',
  ({ action, from, open, completed, failed }) => {
    const moved = (state: string, arrow: string | null) =>
      arrow === null ? state : follow(machine, state, arrow);
    expect(moved(from, whenOpened[action])).toBe(open);
    expect(moved(open, whenCompleted[action])).toBe(completed);
    expect(moved(open, whenFailed[action])).toBe(failed);
  },
);
