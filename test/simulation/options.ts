import { parseArgs } from 'node:util';

export interface SimulationOptions {
  /** The first seed; the runs take it and those after it. */
  readonly seed: number;
  readonly runs: number;
  /** Processes side by side. */
  readonly jobs: number;
  readonly exhaustive: boolean;
  /** With one command of a person at every instant, too. */
  readonly people: boolean;
  /** The seed and the law of a violation, and no story. */
  readonly brief: boolean;
}

export const usage = `npm run simulate -- [--seed N] [--runs N] [--jobs N] [--exhaustive [--people]]

  --seed N      the first seed (default: drawn anew); run i has the seed N + i
  --runs N      how many runs (default 20000); 1 replays one seed and tells its story
  --jobs N      processes side by side (default: one for each core)
  --exhaustive  every way there is through small scopes, instead of random runs
  --people      of these, the ones with one command of a person or client at any instant
  --brief       of a violation only its seed and law, without shrinking it`;

export function parseOptions(
  args: readonly string[],
  cores: number,
  drawnSeed: number,
): SimulationOptions | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        runs: { type: 'string' },
        jobs: { type: 'string' },
        exhaustive: { type: 'boolean', default: false },
        people: { type: 'boolean', default: false },
        brief: { type: 'boolean', default: false },
      },
    });
    const { seed = drawnSeed, runs = 20_000, jobs = cores, exhaustive, people, brief } = values;
    const numbers = { seed: Number(seed), runs: Number(runs), jobs: Number(jobs) };
    for (const [name, value] of Object.entries(numbers)) {
      if (!Number.isSafeInteger(value) || value < (name === 'seed' ? 0 : 1)) {
        return `--${name} must be a whole number\n\n${usage}`;
      }
    }
    return { ...numbers, exhaustive, people, brief };
  } catch (error) {
    return `${(error as Error).message}\n\n${usage}`;
  }
}
