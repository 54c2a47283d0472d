import './unnamed.ts';
import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { runExhaustive } from './exhaustive.ts';
import { parseOptions, type SimulationOptions } from './options.ts';
import { choicesOf, runChoices } from './schedule.ts';
import { runShare, type ShardMessage, type Share } from './shard.ts';
import { shrink } from './shrink.ts';
import { storyOf } from './story.ts';

type Ran = Extract<ShardMessage, { type: 'ran' }>;
type Violated = Extract<ShardMessage, { type: 'violated' }>;

/** One share of the runs in a process of its own; what it says comes back when it ends. */
const runShard = (share: Share): Promise<ShardMessage[]> =>
  new Promise((resolve, reject) => {
    const messages: ShardMessage[] = [];
    const shard = fork(join(import.meta.dirname, 'shard.ts'), [JSON.stringify(share)], {
      execArgv: ['--import', 'tsx'],
    });
    shard.on('message', (message) => void messages.push(message as ShardMessage));
    shard.on('error', reject);
    shard.on('exit', (code) =>
      code === 0 ? resolve(messages) : reject(new Error(`a shard ended with ${code}`)),
    );
  });

async function runRandom({ seed, runs, jobs, brief }: SimulationOptions): Promise<boolean> {
  const begun = performance.now();
  const shares = Array.from({ length: Math.min(jobs, runs) }, (_, index) => index);
  const run = shares.length === 1 ? runShare : runShard;
  const told = await Promise.all(
    shares.map((index) => run({ from: seed + index, step: shares.length, until: seed + runs })),
  );
  const messages = told.flat();
  const seconds = (performance.now() - begun) / 1_000;
  const ran = messages.filter((message): message is Ran => message.type === 'ran');
  const total = ran.reduce((sum, share) => sum + share.runs, 0);
  const events = ran.reduce((sum, share) => sum + share.events, 0);
  const rate = Math.round(total / seconds);
  console.log(
    `seed ${seed}: ${total} schedules, ${events} events in ${seconds.toFixed(1)} s, ${rate} schedules/s`,
  );
  console.log(endsText(ran));
  const violations = messages.filter((message): message is Violated => message.type === 'violated');
  const [first] = violations.sort((one, other) => one.seed - other.seed);
  if (first === undefined) return true;
  if (brief) console.log(`\nVIOLATED by seed ${first.seed}: ${first.law}`);
  else report(first);
  return false;
}

function endsText(ran: readonly Ran[]): string {
  const ends: Record<string, number> = {};
  for (const { ends: some } of ran)
    for (const [end, count] of Object.entries(some)) ends[end] = (ends[end] ?? 0) + count;
  return Object.entries(ends)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([end, count]) => `${end} ${count}`)
    .join(', ');
}

/** The seed, and the smallest run that breaks the same law. */
function report({ seed, law, at }: Violated): void {
  console.log(`\nVIOLATED by seed ${seed}: ${law}\n${at.split('\n').slice(1, 6).join('\n')}`);
  console.log(`replay: npm run simulate -- --seed ${seed} --runs 1`);
  const kind = kindOf(law);
  const smallest = shrink(choicesOf(seed), (choices) => {
    const verdict = runChoices(choices);
    return verdict.type === 'violated' && kindOf(verdict.law) === kind;
  });
  console.log(`\nshrunk to ${smallest.length} choices:\n${storyOf({ choices: smallest })}`);
}

/** A law without the names of this run: a smaller run breaks it with others. */
const kindOf = (law: string): string => law.replace(/\b(s\d+(\.c)?|item\d+(\.\d+)*|\d+\/\S+)/g, '_');

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), availableParallelism(), randomInt(2 ** 31));
  if (typeof options === 'string') {
    console.error(options);
    process.exitCode = 2;
    return;
  }
  if (options.exhaustive) {
    if (!(await runExhaustive(options.people, options.jobs))) process.exitCode = 1;
    return;
  }
  if (options.runs === 1) console.log(`${storyOf({ seed: options.seed })}\n`);
  if (!(await runRandom(options))) process.exitCode = 1;
}

await main();
