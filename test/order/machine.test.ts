import { describe, expect, test } from 'vitest';
import { itemMachine, itemStates, orderMachine, orderStates } from '../../src/order/machine.ts';
import { describeMachine, pairs, pairsOf, without } from '../kernel/machineTable.ts';

const shared = `
  acknowledged Rejected rejected
  acknowledged Started inProgress
  acknowledged CancellationRequested assessingCancellation
  pending Unpended inProgress
  pending CancellationRequested assessingCancellation
  pending Cancelled cancelled
  inProgress Pended pending
  inProgress Held held
  inProgress CancellationRequested assessingCancellation
  inProgress Completed completed
  inProgress Failed failed
  held Resumed inProgress
  held CancellationRequested assessingCancellation
  held CancellationAccepted pendingCancellation
  held Cancelled cancelled
  held Failed failed
  assessingCancellation CancellationRefusedBeforeStart acknowledged
  assessingCancellation CancellationRefused inProgress
  assessingCancellation CancellationRefusedWhilePending pending
  assessingCancellation CancellationRefusedWhileHeld held
  assessingCancellation CancellationAccepted pendingCancellation
  pendingCancellation Held held
  pendingCancellation Cancelled cancelled`;

const partly = `
  inProgress PartlyCompleted partial
  held PartlyCompleted partial
  pendingCancellation PartlyCompleted partial`;

describe('arrow by arrow', () => {
  describeMachine('order', orderMachine, orderStates, shared + partly);
  describeMachine('item', itemMachine, itemStates, shared);
});

/** TMF622 v4, as drawn. */
const drawn = pairs(`
  acknowledged inProgress pending
  inProgress pending held assessingCancellation completed failed partial
  pending inProgress assessingCancellation cancelled
  held inProgress assessingCancellation cancelled
  assessingCancellation inProgress pending held pendingCancellation
  pendingCancellation cancelled`);

/** What Dialtone adds to it (invariant I7). */
const ours = pairs(`
  acknowledged assessingCancellation rejected
  assessingCancellation acknowledged
  pendingCancellation held partial
  held pendingCancellation failed partial`);

test('an order moves only along arrows of TMF622 or our own', () => {
  expect(without(pairsOf(orderMachine), [...drawn, ...ours])).toEqual([]);
});

test('of all that is drawn and ours, only acknowledged → pending is left out', () => {
  expect(without([...drawn, ...ours], pairsOf(orderMachine))).toEqual(['acknowledged pending']);
});

test('an item moves as an order does, but is never partial', () => {
  expect(pairsOf(itemMachine)).toEqual(pairsOf(orderMachine).filter((pair) => !pair.endsWith(' partial')));
  expect(itemStates).toEqual(orderStates.filter((state) => state !== 'partial'));
});
