/** Why a person's command changes nothing. */
export const commandRefusalTypes = [
  'StepNotWaiting',
  'StepNotHeld',
  'StepNotOptional',
  'StepInDoubt',
  'StepGoesForward',
  'StepGoesBack',
  'StepTakesAway',
  'OnHold',
  'NotOnHold',
  'HeldAlready',
  'BeingCancelled',
  'ServiceOrderOver',
  'OrderOver',
  'AbortedAlready',
  'NothingToTakeBack',
  'NotLost',
] as const;
export type CommandRefusalType = (typeof commandRefusalTypes)[number];

export interface CommandRefusal {
  readonly type: CommandRefusalType;
  readonly message: string;
}

export const refusal = (type: CommandRefusalType, message: string): CommandRefusal => ({ type, message });

export const heldAlready = refusal('HeldAlready', 'it is on hold already');
export const notOnHold = refusal('NotOnHold', 'it is not on hold');
