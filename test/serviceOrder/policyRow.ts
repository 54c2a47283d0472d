import type { LastResort } from '../../src/serviceOrder/recovery.ts';

/** A row of a recovery policy, as a plan or as an author has it. */
export const row = <T extends object>(end: LastResort, names: T) => ({
  ...names,
  // biome-ignore lint/suspicious/noThenProperty: the author's word, never a function.
  then: end,
});
