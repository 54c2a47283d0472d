import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** In each round, of each shape, by each contender, at 30 in flight; a fifth of it one at a time. */
  readonly orders: number;
  readonly rounds: number;
  /** Draws who goes first in each round. */
  readonly seed: number;
  readonly json?: string;
  readonly profile?: string;
  readonly help: boolean;
}

export const usage = `npm run bench [-- OPTIONS]

Compares Dialtone's three-service order with a bare Temporal workflow of the same shape, on servers of its own.

  --orders N      orders in each round, of each shape, by each, at 30 in flight (120); a fifth of it one at a time
  --rounds N      rounds; in each both take their turn, one after the other (3)
  --seed N        draws who goes first in each round (1)
  --json FILE     keeps the results as JSON
  --profile DIR   keeps a CPU profile of every process of ours
  --help          this text`;

const wholeNumber = (name: string, text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} must be a whole number from 1 on`);
  return value;
};

/** Throws with one clear sentence. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      orders: { type: 'string', default: '120' },
      rounds: { type: 'string', default: '3' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string' },
      profile: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    orders: wholeNumber('orders', values.orders),
    rounds: wholeNumber('rounds', values.rounds),
    seed: wholeNumber('seed', values.seed),
    help: values.help,
    ...(values.json !== undefined && { json: values.json }),
    ...(values.profile !== undefined && { profile: values.profile }),
  };
}
