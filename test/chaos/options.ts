import { parseArgs } from 'node:util';

export interface ChaosOptions {
  /** How long orders flow while things die; the time to settle comes on top. */
  readonly minutes: number;
  /** Draws the orders, the kills and the faults. */
  readonly seed: number;
  /** Rows, ledger, logs are kept though nothing is wrong. */
  readonly keep: boolean;
  readonly help: boolean;
}

export const usage = `npm run chaos [-- OPTIONS]

Orders flow while processes die and one call in ten to the network goes wrong; then everything must settle
within 60 s, and network, inventory and orders must agree. Starts servers of its own.

  --minutes N   how long things die (2)
  --seed N      draws orders, kills and faults (a new one each time; it is printed)
  --keep        keeps rows, ledger and logs also when nothing is wrong
  --help        this text`;

/** Throws with one clear sentence. */
export function parseOptions(args: readonly string[], newSeed: () => number): ChaosOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= 1_440)) throw new Error('--minutes must be a number above 0, at most 1440');
  const seed = values.seed === undefined ? newSeed() : Number(values.seed);
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be a whole number from 0 on');
  return { minutes, seed, keep: values.keep, help: values.help };
}
