import { expect, test } from 'vitest';
import { serviceMachine, serviceStates, serviceWhenCompleted } from '../../src/inventory/service.ts';
import { follow, type Machine } from '../../src/kernel/machine.ts';
import { describeMachine, pairs, pairsOf, without } from '../kernel/machineTable.ts';

describeMachine(
  'service',
  serviceMachine,
  serviceStates,
  `
  feasibilityChecked Designed designed
  feasibilityChecked Reserved reserved
  feasibilityChecked Deactivated inactive
  feasibilityChecked Activated active
  designed Reserved reserved
  designed Deactivated inactive
  designed Activated active
  designed Terminated terminated
  reserved Designed designed
  reserved Deactivated inactive
  reserved Activated active
  inactive Activated active
  active Deactivated inactive
  active Terminated terminated`,
);

test('a service moves along the lifecycle of TMF638, and from designed to terminated when it is undone', () => {
  const drawn = pairs(`
    feasibilityChecked designed reserved inactive active
    designed reserved inactive active
    reserved designed inactive active
    inactive active
    active inactive terminated
    terminated active`);
  const expected = [...without(drawn, ['terminated active']), 'designed terminated'];
  expect(pairsOf(serviceMachine)).toEqual(expected.sort());
});

const machine: Machine<string, string> = serviceMachine;

test.each([
  { action: 'add', from: 'designed', completed: 'active' },
  { action: 'modify', from: 'active', completed: 'active' },
  { action: 'delete', from: 'active', completed: 'terminated' },
] as const)('a completed $action leaves its service $completed', ({ action, from, completed }) => {
  const arrow = serviceWhenCompleted[action];
  expect(arrow === null ? from : follow(machine, from, arrow)).toBe(completed);
});
