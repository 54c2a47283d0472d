import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, normalize } from 'node:path';
import { mutants } from './list.ts';
import type { Mutant } from './mutant.ts';

const root = normalize(join(import.meta.dirname, '../..'));
const needed = [
  ...['src', 'workflows', 'activities', 'api', 'cli', 'drizzle', 'temporal-dev', 'test', 'main.ts'],
  ...['package.json', 'tsconfig.json', 'vitest.config.ts'],
];
const simulationRuns = 15_000;
const secondsMax = 300;

interface Result {
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

/** A tree of its own for each mutant, so that many run side by side and yours stays as it is. */
function copiedTree(): string {
  const tree = mkdtempSync(join(tmpdir(), 'dialtone-mutant-'));
  for (const part of needed) cpSync(join(root, part), join(tree, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

function edited(tree: string, { name, file, search, replace }: Mutant): string {
  const text = readFileSync(join(tree, file), 'utf8');
  const found = text.split(search).length - 1;
  if (found !== 1)
    throw new Error(`${name}: its text occurs ${found} times in ${file}, not once:\n${search}`);
  return text.replace(search, () => replace);
}

const checkOf = ({ tests }: Pick<Mutant, 'tests'>): string => tests?.join(' ') ?? 'simulation';

const commandOf = ({ tests }: Pick<Mutant, 'tests'>): string[] =>
  tests
    ? [
        ...[join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--bail', '1'],
        ...['--project', tests.some((file) => file.includes('.pg.')) ? 'servers' : 'pure', ...tests],
      ]
    : [
        ...['--import', 'tsx', 'test/simulation/simulate.ts', '--brief'],
        ...['--seed', '0', '--runs', String(simulationRuns), '--jobs', '1'],
      ];

function run(tree: string, mutant: Pick<Mutant, 'tests'>): Promise<Result> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, commandOf(mutant), {
      cwd: tree,
      env: { ...process.env, NO_COLOR: '1' },
      timeout: secondsMax * 1_000,
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ passed: code === 0, seconds: (performance.now() - begun) / 1_000, output }),
    );
  });
}

async function judge(mutant: Mutant): Promise<Result> {
  const tree = copiedTree();
  try {
    writeFileSync(join(tree, mutant.file), edited(tree, mutant));
    return await run(tree, mutant);
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

/** What noticed it: the law, or the test. */
function noticed({ output }: Result): string {
  const line = /VIOLATED by seed (.*)/.exec(output) ?? /^ *(?:FAIL|×) +(.*)/m.exec(output);
  return (line?.[1] ?? output.trim().split('\n').at(-1) ?? '')
    .replace('assertion failed: ', '')
    .slice(0, 100);
}

/** As many at once as there are cores; the answers come in the order of the questions. */
async function sideBySide<T, Answer>(
  all: readonly T[],
  work: (one: T) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < all.length; index = next++) {
      answers[index] = await work(all[index] as T);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return answers;
}

/** Every check must pass without a mutant: one that fails anyway catches nothing. */
async function checksPass(chosen: readonly Mutant[]): Promise<boolean> {
  const checks = [...new Map(chosen.map((mutant) => [checkOf(mutant), mutant])).values()];
  const tree = copiedTree();
  try {
    const results = await sideBySide(checks, (check) => run(tree, check));
    const broken = checks.filter((_, index) => results[index]?.passed !== true);
    for (const check of broken) {
      console.error(`${checkOf(check)} fails without a mutant:\n${results[checks.indexOf(check)]?.output}`);
    }
    return broken.length === 0;
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const wanted = process.argv[2] ?? '';
  const chosen = mutants.filter(({ name }) => name.includes(wanted));
  for (const mutant of chosen) edited(root, mutant);
  const begun = performance.now();
  if (!(await checksPass(chosen))) {
    process.exitCode = 1;
    return;
  }
  const results = await sideBySide(chosen, async (mutant) => {
    const result = await judge(mutant);
    const verdict = result.passed ? 'SURVIVED' : 'caught';
    const by = result.passed ? checkOf(mutant) : `${checkOf(mutant)}: ${noticed(result)}`;
    console.log(
      `${verdict.padEnd(8)} ${result.seconds.toFixed(1).padStart(5)} s  ${mutant.name}\n${' '.repeat(18)}${by}`,
    );
    return result;
  });
  const survivors = chosen.filter((_, index) => results[index]?.passed);
  const seconds = Math.round((performance.now() - begun) / 1_000);
  console.log(`\n${chosen.length - survivors.length} of ${chosen.length} mutants caught in ${seconds} s`);
  for (const { name } of survivors) console.log(`SURVIVED: ${name}`);
  if (survivors.length > 0) process.exitCode = 1;
}

await main();
