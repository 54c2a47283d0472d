import type { DeskRefusalType } from '../../src/operator/refusal.ts';
import type { CancelRefusal } from '../../src/order/cancelRefusal.ts';

/** The refusals that docs/commands.md and docs/errors.md have for each command. */

const over = ['OrderOver', 'ServiceOrderOver'] as const;
/** Of a step whose run decides. */
const ofStep = ['FalloutClosed', 'CommandUnfit', 'BeingCancelled', 'RunMissing', ...over] as const;

export const refusalsOf = {
  hold: ['HeldAlready', 'RunMissing', ...over],
  resume: ['NotOnHold', 'RunMissing', ...over],
  abort: ['AbortedAlready', 'NothingToTakeBack', 'RunMissing', ...over],
  restart: ['OrderNotOrphaned', 'NotLost', 'RunMissing', ...over],
  cancel: ['CancelOpen', ...over],
  retryNow: ['StepNotWaiting', 'OnHold', ...ofStep],
  editAndRetry: ['StepNotWaiting', 'OnHold', 'StepGoesBack', 'StepTakesAway', ...ofStep],
  /** Its service order may have moved on meanwhile, but it is never taken. */
  unfitEdit: ['EditUnfit', 'FalloutClosed', 'CommandUnfit'],
  completeWithEvidence: [
    ...['EvidenceContradicts', 'EvidenceMissing', 'ResultsUnfit', 'StepNotHeld', 'StepGoesBack'],
    ...ofStep,
  ],
  againstEvidence: ['EvidenceMissing', 'ResultsUnfit', 'StepNotHeld', 'StepGoesBack', ...ofStep],
  skip: ['StepNotHeld', 'StepGoesBack', 'StepNotOptional', 'StepInDoubt', ...ofStep],
  leaveBehind: ['StepNotHeld', 'StepGoesBack', 'StepGoesForward', ...ofStep],
  claim: ['FalloutOwned', 'FalloutClosed'],
  takeOver: ['FalloutClosed'],
  release: ['FalloutClosed'],
  bulk: [],
  removeOverride: ['ResourceUnknown'],
  /** A service order of a product order refuses whatever is about it as a whole. */
  ofProductOrder: ['ServiceOrderOfProductOrder'],
} as const satisfies Record<string, readonly (DeskRefusalType | CancelRefusal['type'])[]>;

/** The retry of a step by its place: there is no fallout to be closed. */
export const refusalsOfWaiting = refusalsOf.retryNow.filter(
  (code) => code !== 'FalloutClosed' && code !== 'CommandUnfit',
);
