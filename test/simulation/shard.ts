import './unnamed.ts';
import { runSeed } from './schedule.ts';

/** A share of the runs, in a process of its own. */
export interface Share {
  readonly from: number;
  readonly step: number;
  readonly until: number;
}

export type ShardMessage =
  | { readonly type: 'ran'; readonly runs: number; readonly events: number; readonly ends: Ends }
  | { readonly type: 'violated'; readonly seed: number; readonly law: string; readonly at: string };

export type Ends = Readonly<Record<string, number>>;

/** Runs up to its first violation, or to the end. */
export function runShare({ from, step, until }: Share): ShardMessage[] {
  const ends: Record<string, number> = {};
  let events = 0;
  let runs = 0;
  for (let seed = from; seed < until; seed += step) {
    const verdict = runSeed(seed);
    runs += 1;
    if (verdict.type === 'violated') {
      const { law, at } = verdict;
      return [
        { type: 'violated', seed, law, at },
        { type: 'ran', runs, events, ends },
      ];
    }
    events += verdict.events;
    ends[verdict.end] = (ends[verdict.end] ?? 0) + 1;
  }
  return [{ type: 'ran', runs, events, ends }];
}

const given = process.argv[2];
if (process.send && given !== undefined) {
  for (const message of runShare(JSON.parse(given) as Share)) process.send(message);
}
