/** A deliberate defect: one edit of one file, and the check that must notice it. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** Must occur exactly once. */
  readonly search: string;
  readonly replace: string;
  /** Test files; without them, the simulation. */
  readonly tests?: readonly string[];
}
