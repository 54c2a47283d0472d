import { describe, expect, test } from 'vitest';
import {
  serviceOrderMachine,
  serviceOrderStates,
  stepMachine,
  stepStates,
} from '../../src/serviceOrder/machine.ts';
import { describeMachine, pairs, pairsOf, without } from '../kernel/machineTable.ts';

describe('arrow by arrow', () => {
  describeMachine(
    'service order',
    serviceOrderMachine,
    serviceOrderStates,
    `
    acknowledged Rejected rejected
    acknowledged Started inProgress
    acknowledged CancellationRequested assessingCancellation
    acknowledged Cancelled cancelled
    pending Unpended inProgress
    pending CancellationRequested assessingCancellation
    pending Cancelled cancelled
    pendingExternal ReportedBack inProgress
    pendingExternal Held held
    pendingExternal CancellationRequested assessingCancellation
    pendingExternal Failed failed
    inProgress Pended pending
    inProgress WaitsOutside pendingExternal
    inProgress Held held
    inProgress CancellationRequested assessingCancellation
    inProgress Cancelled cancelled
    inProgress Completed completed
    inProgress Failed failed
    inProgress PartlyCompleted partial
    held Resumed inProgress
    held CancellationRequested assessingCancellation
    held CancellationAccepted pendingCancellation
    held Cancelled cancelled
    held Failed failed
    held PartlyCompleted partial
    assessingCancellation CancellationRefusedBeforeStart acknowledged
    assessingCancellation CancellationRefused inProgress
    assessingCancellation CancellationRefusedWhilePending pending
    assessingCancellation CancellationRefusedWhileWaiting pendingExternal
    assessingCancellation CancellationRefusedWhileHeld held
    assessingCancellation CancellationAccepted pendingCancellation
    pendingCancellation Held held
    pendingCancellation Cancelled cancelled
    pendingCancellation PartlyCompleted partial`,
  );
  describeMachine(
    'step',
    stepMachine,
    stepStates,
    `
    waiting Attempted attempting
    waiting Held held
    waiting Skipped skipped
    waiting UndoStarted undoing
    attempting Accepted accepted
    attempting Doubted inDoubt
    attempting Deferred waiting
    attempting Done done
    attempting Refused refused
    attempting Held held
    attempting UndoStarted undoing
    accepted Attempted attempting
    accepted Doubted inDoubt
    accepted Done done
    accepted Refused refused
    accepted Held held
    accepted UndoStarted undoing
    inDoubt Attempted attempting
    inDoubt Done done
    inDoubt Held held
    inDoubt UndoStarted undoing
    refused Attempted attempting
    refused Held held
    refused Skipped skipped
    refused UndoStarted undoing
    held Attempted attempting
    held Done done
    held Skipped skipped
    held UndoStarted undoing
    held LeftBehind leftBehind
    done UndoStarted undoing
    undoing Undone undone
    undoing Held held
    undoing LeftBehind leftBehind`,
  );
});

/** TMF641 v4.1, as drawn; `pendingExternal` is our second kind of its `pending`. */
const drawn = pairs(`
  acknowledged inProgress assessingCancellation cancelled rejected
  inProgress pending pendingExternal held assessingCancellation cancelled completed failed partial
  pending inProgress assessingCancellation cancelled
  pendingExternal inProgress assessingCancellation
  held inProgress assessingCancellation cancelled
  assessingCancellation acknowledged inProgress pending pendingExternal held pendingCancellation
  pendingCancellation cancelled`);

const ours = pairs(`
  pendingCancellation held partial
  held pendingCancellation failed partial
  pendingExternal held failed`);

test('a service order moves along arrows of TMF641 or our own, and along all of them', () => {
  expect(pairsOf(serviceOrderMachine)).toEqual([...drawn, ...ours].sort());
});

test('an assessed cancellation can go back to wherever it was asked for', () => {
  const asked = pairsOf(serviceOrderMachine).filter((pair) => pair.endsWith(' assessingCancellation'));
  const back = asked.map((pair) => pair.split(' ').reverse().join(' '));
  expect(without(back, pairsOf(serviceOrderMachine))).toEqual([]);
});

test.each(['attempting', 'accepted', 'inDoubt', 'done', 'undoing'] as const)(
  'a step that may have had an effect cannot be skipped: %s',
  (state) => {
    expect(Object.values(stepMachine[state])).not.toContain('skipped');
  },
);
