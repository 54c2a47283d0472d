/** Why an item is not, or not only, as it was ordered: what our own codes mean, for its client. */
const reasons: Readonly<Record<string, string>> = {
  cancelled: 'its client did not want it any more, and it was taken back',
  aborted: 'an operator took it back',
  notStarted: 'another part of the order could not be had before this one began',
  undone: 'another part of the order could not be had, and this one was taken back with it',
  leftBehind: 'something of it could not be taken back and was left in the network',
  optionalMissing: 'something that it can do without could not be had',
  runLost: 'its run was lost, and an operator will look at it',
};

/** Any other code is the word of a system, or of what was asked of it. */
export const itemReason = (code: string, state: string): string =>
  reasons[code] ?? `a system, or what was asked of it, led to ${code}: the item is ${state}`;
